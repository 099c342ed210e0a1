"""Reviews made on a cluster: the same work, sent to the workers of dask.distributed."""

import os
import uuid
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from salesnb.errors import BadUsage
from salesnb.files import cannot_write
from salesnb.workbooks.cache import package_hash

__all__ = ["cluster"]

_PATIENCE = "15s"


@contextmanager
def cluster(address: str, folder: Path) -> Iterator[Executor]:
    """Give what runs tasks on the workers of a cluster.

    Parameters
    ----------
    address
        Of the scheduler, such as ``tcp://host:8786``.
    folder
        Where the run writes; the workers must see it under the same path.

    Raises
    ------
    BadUsage
        When dask.distributed is not installed, no scheduler answers, there is no worker, or a worker has no salesnb, another
        one, or does not see the folder.
    """
    client = _client(address)
    try:
        _check_package(client, address)
        _check_folder(client, address, folder)
        yield client.get_executor(pure=False)
    finally:
        client.close()


def _client(address: str) -> Any:
    try:
        import distributed
    except ImportError:
        raise BadUsage(
            "Reviews on a cluster need dask.distributed.", hint="Install it: pip install 'salesnb[dask]'."
        ) from None
    known: Any = distributed
    try:
        client: Any = known.Client(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise BadUsage(
            f"No scheduler answers at {address}: {error}.", hint="Name it as in tcp://host:8786."
        ) from None
    if not client.scheduler_info()["workers"]:
        client.close()
        raise BadUsage(f"The cluster at {address} has no worker.", hint="Start one: dask worker ADDRESS.")
    return client


def _check_package(client: Any, address: str) -> None:
    try:
        found: dict[str, str] = client.run(package_hash)
    except (ImportError, AttributeError, TypeError, OSError, RuntimeError) as error:
        raise BadUsage(
            f"A worker of {address} has no salesnb that works: {error}.",
            hint="Install the same version there.",
        ) from None
    own = _own()
    other = sorted(worker for worker, hashed in found.items() if hashed != own)
    if other:
        raise BadUsage(
            f"Another salesnb than here is on {', '.join(other)}.",
            hint="Install the same version on all workers.",
        )


def _own() -> str:
    return package_hash()


def _check_folder(client: Any, address: str, folder: Path) -> None:
    sign = folder.absolute() / f".{uuid.uuid4().hex}.tmp"
    try:
        sign.parent.mkdir(parents=True, exist_ok=True)
        sign.touch()
    except OSError as error:
        raise cannot_write(folder, error) from error
    try:
        seen: dict[str, bool] = client.run(os.path.exists, str(sign))
    finally:
        sign.unlink(missing_ok=True)
    blind = sorted(worker for worker, sees in seen.items() if not sees)
    if blind:
        raise BadUsage(
            f"{', '.join(blind)} at {address} cannot see the folder of the reviews.",
            where=str(folder),
            hint="Give --out a folder that all workers share.",
        )
