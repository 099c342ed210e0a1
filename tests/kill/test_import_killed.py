"""An import that is killed at any moment leaves the data of before or the new data, whole."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Killer

_KILLS = 50


def _rows(data: Path) -> int:
    """Open what readers would open, and read every table to its end."""
    from salesnb.crm.dataset import Dataset

    with Dataset.open(data) as dataset:
        for name in ("accounts", "reps", "org_levels", "rep_nodes", "products"):
            assert dataset.table(name).count().to_pyarrow().as_py() > 0
        deals = dataset.table("opportunities")
        assert deals.opportunity_id.nunique().to_pyarrow().as_py() == deals.count().to_pyarrow().as_py()
        return int(deals.count().to_pyarrow().as_py())


@pytest.fixture
def two_samples(tmp_path: Path) -> dict[int, Path]:
    """Files of two sizes, so that it shows which of them a dataset holds."""
    from salesnb.crm.generator import write_sample

    folders = {count: tmp_path / f"files-{count}" for count in (1_000, 1_100)}
    for count, folder in folders.items():
        write_sample(folder, opportunities=count, seed=5)
    return folders


@pytest.mark.slow
def test_fifty_kills_at_random_moments_leave_whole_data(
    tmp_path: Path, two_samples: dict[int, Path], killer: "Killer"
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    usual = min(killer.finish("import_files", two_samples[count], data) for count in (1_000, 1_100, 1_000))
    held, killed = 1_000, 0
    for _ in range(_KILLS):
        wanted = 2_100 - held
        was_killed = killer.kill(usual, "import_files", two_samples[wanted], data)
        killed += was_killed
        found = _rows(data)
        assert found in ({held, wanted} if was_killed else {wanted})
        held = found
    assert killed > _KILLS // 2
    killer.finish("import_files", two_samples[2_100 - held], data)
    assert _rows(data) == 2_100 - held
    assert not [path.name for path in data.iterdir() if path.name.endswith((".tmp", ".wal"))]
    assert len([path for path in data.iterdir() if path.suffix == ".duckdb"]) <= 2
