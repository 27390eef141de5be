"""What every test may ask for. A test that lacks a real part skips and says what to install."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from callcoach.settings import load_settings

ROOT = Path(__file__).resolve().parents[1]
MODEL_NAME = "vosk-model-small-cn-0.22"


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Folder of the labelled development corpus, which lies beside the project."""
    path = Path(os.environ.get("CALLCOACH_CORPUS", ROOT.parent / "shared" / "corpus"))
    if not path.is_dir():
        pytest.skip(f"the development corpus is not at {path}; set CALLCOACH_CORPUS to its folder")
    return path


@pytest.fixture(scope="session")
def model_dir() -> Path:
    """Folder of the real Mandarin Vosk model."""
    path = load_settings().models_dir / MODEL_NAME
    if not path.is_dir():
        pytest.skip(f"the Vosk model is not at {path}; run: callcoach models fetch")
    return path


@pytest.fixture(scope="session")
def need_program() -> Callable[[str], str]:
    """Return a program's path by name, or skip saying which Debian package has it."""

    def find(name: str, package: str = "") -> str:
        path = shutil.which(name)
        if path is None:
            pytest.skip(f"{name} is not installed; run: apt-get install {package or name}")
        return path

    return find
