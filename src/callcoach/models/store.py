"""The folder of installed models: fetch, check, use, remove.

A model lies in `<models_dir>/<name>/`, whole or not at all: it is unpacked beside its place and
moved there in one step, under a lock. Beside it `.<name>.checked.json` remembers size and time of
each file when its hash was last found right, so that a check before use costs nothing.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import zipfile
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import IO

from callcoach.errors import ModelError
from callcoach.models.locking import exclusive
from callcoach.models.manifest import ModelInfo, PublisherSource, Source, find_model
from callcoach.models.sources import (
    HASH_BLOCK_BYTES,
    FetchProgress,
    OnProgress,
    fetch_from_publisher,
    fetch_from_registry,
    find_local,
    sha256_of,
)

SPARE_BYTES = 50_000_000
"""Free disk that must remain after a fetch."""


class State(StrEnum):
    """What is in a model's place."""

    MISSING = "missing"
    WHOLE = "whole"
    DAMAGED = "damaged"


def require_model(name: str, models_dir: Path) -> Path:
    """Return the folder of an installed model that is whole.

    Files are hashed when their size or time changed since they were last found right.

    Raises:
        ModelError: unknown, missing or damaged; the message says what to run.
    """
    model = find_model(name)
    target = models_dir / name
    if not target.is_dir():
        raise ModelError(
            f"The speech model {name} is not in {models_dir}; run: callcoach models fetch {name}",
            f"没有语音模型 {name}，请在服务器上运行：callcoach models fetch {name}",
        )
    faults = find_faults(model, models_dir)
    if faults:
        raise ModelError(
            f"The speech model in {target} is damaged ({faults[0]}); run: callcoach models fetch {name}",
            f"语音模型 {name} 已损坏，请在服务器上运行：callcoach models fetch {name}",
        )
    return target


def state_of(model: ModelInfo, models_dir: Path) -> State:
    """Say whether the model is there and whole."""
    if not (models_dir / model.name).is_dir():
        return State.MISSING
    return State.DAMAGED if find_faults(model, models_dir) else State.WHOLE


def find_faults(model: ModelInfo, models_dir: Path, *, hash_all: bool = False) -> list[str]:
    """Compare the installed files with the manifest; return a line for each that is not right.

    `hash_all` hashes every file; otherwise those alone that changed since they were last right.
    """
    known = {} if hash_all else _read_checked(model, models_dir)
    stamps: dict[str, list[int]] = {}
    faults: list[str] = []
    for inner, expected in model.files.items():
        path = models_dir / model.name / inner
        try:
            status = path.stat()
            stamp = [status.st_size, status.st_mtime_ns]
            if status.st_size != expected.size_bytes:
                faults.append(f"{inner}: {status.st_size} bytes, expected {expected.size_bytes}")
            elif known.get(inner) != stamp and sha256_of(path) != expected.sha256:
                faults.append(f"{inner}: its SHA-256 is not the expected one")
            stamps[inner] = stamp
        except OSError as error:
            faults.append(f"{inner}: {error.strerror or error}")
    if not faults and stamps != known:
        _write_checked(model, models_dir, stamps)
    return faults


def fetch(
    model: ModelInfo, models_dir: Path, *, local: Path | None = None, on_progress: OnProgress = lambda _: None
) -> Path:
    """Put the model in place, whole; return its folder. Does nothing when it is there already.

    `local` (a zip file, or a folder that holds it) is tried first, then the manifest's sources in
    their order. A second fetch of the same model waits for the first.

    Raises:
        ModelError: no source gave the archive (each with its reason), or there is no room.
    """
    target = models_dir / model.name
    try:
        models_dir.mkdir(parents=True, exist_ok=True)
        with exclusive(models_dir / f".{model.name}.lock"):
            if state_of(model, models_dir) is not State.WHOLE:
                _require_room(model, models_dir)
                archive = _obtain(model, models_dir, local, on_progress)
                on_progress(FetchProgress("解压", "unpacking", None, model.size_bytes))
                _install(model, archive, models_dir)
                _fetched_archive(model, models_dir).unlink(missing_ok=True)
    except OSError as error:
        raise ModelError(f"The model {model.name} could not be stored in {models_dir}: {error}") from error
    return target


def remove(model: ModelInfo, models_dir: Path) -> bool:
    """Delete the model and what fetches left of it; return whether there was anything.

    Raises:
        ModelError: the folder cannot be changed.
    """
    if not models_dir.is_dir():
        return False
    try:
        with exclusive(models_dir / f".{model.name}.lock"):
            left = [models_dir / model.name, *models_dir.glob(f".{model.name}.*")]
            found = [path for path in left if path.exists() and path.suffix != ".lock"]
            for path in found:
                _delete(path)
    except OSError as error:
        raise ModelError(f"The model {model.name} could not be removed from {models_dir}: {error}") from error
    return bool(found)


def _delete(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _require_room(model: ModelInfo, models_dir: Path) -> None:
    needed = 2 * model.size_bytes + model.unpacked_bytes + SPARE_BYTES
    free = shutil.disk_usage(models_dir).free
    if free < needed:
        raise ModelError(
            f"{models_dir} has {free / 1e6:.0f} MB free, the model {model.name} needs {needed / 1e6:.0f} MB. "
            "Free some space, or set CALLCOACH_DATA_DIR to a folder on a larger disk."
        )


def _obtain(model: ModelInfo, models_dir: Path, local: Path | None, on_progress: OnProgress) -> Path:
    """Return the archive, its hash checked: what the user named, else from the first source that has it."""
    reasons: list[str] = []
    if local is not None:
        try:
            return find_local(model, local)
        except ModelError as error:
            reasons.append(str(error))
    archive = _fetched_archive(model, models_dir)
    for source in model.source:
        try:
            _fetch_from(model, source, archive, on_progress)
        except ModelError as error:
            reasons.append(str(error))
        else:
            return archive
    raise ModelError(_no_source(model, reasons))


def _fetched_archive(model: ModelInfo, models_dir: Path) -> Path:
    return models_dir / f".{model.name}.zip"


def _fetch_from(model: ModelInfo, source: Source, archive: Path, on_progress: OnProgress) -> None:
    if isinstance(source, PublisherSource):
        fetch_from_publisher(model, source, archive, on_progress)
    else:
        fetch_from_registry(model, source, archive, on_progress)


def _no_source(model: ModelInfo, reasons: list[str]) -> str:
    listed = "".join(f"\n  {number}. {reason}" for number, reason in enumerate(reasons, start=1))
    return (
        f"The model {model.name} could not be fetched:{listed}\n"
        f"Bring {model.name}.zip (SHA-256 {model.sha256}) from another machine and run: "
        f"callcoach models fetch {model.name} --from FILE"
    )


def _install(model: ModelInfo, archive: Path, models_dir: Path) -> None:
    """Unpack beside the target, then move; a damaged model in the way goes first."""
    for left_behind in models_dir.glob(f".{model.name}.unpack-*"):
        _delete(left_behind)
    with tempfile.TemporaryDirectory(prefix=f".{model.name}.unpack-", dir=models_dir) as folder:
        fresh = Path(folder) / model.name
        _unpack(model, archive, fresh)
        target = models_dir / model.name
        if target.exists() or target.is_symlink():
            target.rename(Path(folder) / "damaged")
        fresh.rename(target)
    find_faults(model, models_dir)  # remembers the files as checked


def _unpack(model: ModelInfo, archive: Path, folder: Path) -> None:
    """Write the manifest's files, and no others, under the manifest's paths.

    Member names in the archive never become paths, so it cannot write outside the folder.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            for inner, expected in model.files.items():
                path = folder / inner
                path.parent.mkdir(parents=True, exist_ok=True)
                with opened.open(f"{model.name}/{inner}") as member, path.open("wb") as file:
                    found = _copy_hashing(member, file, expected.size_bytes)
                if found != expected.sha256:
                    raise ModelError(f"{inner} in {archive} is not the file that the manifest describes")
    except (KeyError, zipfile.BadZipFile) as error:
        raise ModelError(f"{archive} does not hold the files of {model.name} ({error})") from error


def _copy_hashing(source: IO[bytes], target: IO[bytes], size_bytes: int) -> str:
    """Copy and hash at most one byte more than expected, which a wrong file may promise."""
    digest = hashlib.sha256()
    left = size_bytes + 1
    while left and (block := source.read(min(HASH_BLOCK_BYTES, left))):
        target.write(block)
        digest.update(block)
        left -= len(block)
    return digest.hexdigest()


def _checked_path(model: ModelInfo, models_dir: Path) -> Path:
    return models_dir / f".{model.name}.checked.json"


def _read_checked(model: ModelInfo, models_dir: Path) -> dict[str, list[int]]:
    """Return size and time (ns) of the files when last found right; empty when not known."""
    try:
        remembered = json.loads(_checked_path(model, models_dir).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(remembered, dict) or remembered.get("sha256") != model.sha256:
        return {}
    return remembered.get("files", {})


def _write_checked(model: ModelInfo, models_dir: Path, stamps: dict[str, list[int]]) -> None:
    record = json.dumps({"sha256": model.sha256, "files": stamps}, indent=1)
    # A models folder that only its owner may write is fine: the files are hashed each time then.
    with suppress(OSError):
        path = _checked_path(model, models_dir)
        with tempfile.NamedTemporaryFile("w", dir=models_dir, prefix=f".{model.name}.checked-", delete=False) as file:
            file.write(record)
        Path(file.name).replace(path)
