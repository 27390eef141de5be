"""Writing a file whole or not at all: a crash or a full disk leaves the old file, or none, never half of one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from callcoach.errors import StoreError


def write_atomic(path: Path, data: bytes) -> None:
    """Write `data` to `path`, replacing what was there in one step.

    The file can be read by its owner only: what CallCoach writes of calls is personal data.

    Raises:
        StoreError: the disk refused; `path` is as it was before.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise _refused(path, error) from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError as error:
        raise _refused(path, error) from error
    finally:
        Path(name).unlink(missing_ok=True)


def _refused(path: Path, error: OSError) -> StoreError:
    return StoreError(f"Could not write {path}: {error.strerror or error}. Check free space and rights of its folder.")
