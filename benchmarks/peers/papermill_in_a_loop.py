"""The same reviews as people make them today: papermill for each team, then nbconvert for its page."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

__all__ = ["in_a_loop", "in_a_pool"]


def in_a_loop(template: str, extracts: Sequence[str], out: str) -> Mapping[str, object]:
    """Make one after the other."""
    return {"pages": [_made(template, extract, out) for extract in extracts]}


def in_a_pool(template: str, extracts: Sequence[str], out: str, workers: int) -> Mapping[str, object]:
    """Make so many at once."""
    with ProcessPoolExecutor(workers) as pool:
        waiting = [pool.submit(_made, template, extract, out) for extract in extracts]
        return {"pages": [one.result() for one in waiting]}


def _made(template: str, extract: str, out: str) -> int:
    import papermill
    from nbconvert import HTMLExporter

    name = Path(extract).stem
    notebook = Path(out) / f"{name}.ipynb"
    papermill.execute_notebook(
        template, str(notebook), parameters={"extract": extract}, kernel_name="python3", progress_bar=False
    )
    page, _ = HTMLExporter().from_filename(str(notebook))
    (Path(out) / f"{name}.html").write_text(page, encoding="utf-8")
    return len(page)
