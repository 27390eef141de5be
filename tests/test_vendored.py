"""The vendored front-end parts are what their manifests say."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path

import pytest

from callcoach.reports.page import SCRIPTS
from tests.conftest import ROOT

SHIPPED = ROOT / "src" / "callcoach" / "vendored"
FOLDERS = (SHIPPED, ROOT / "tests" / "vendored")
OURS = {"manifest.toml", "__init__.py", "__pycache__"}


def packages(folder: Path) -> list[dict]:
    return tomllib.loads((folder / "manifest.toml").read_text())["package"]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_every_file_has_its_hash_and_no_file_is_unlisted(folder: Path) -> None:
    listed = {name: entry["sha256"] for package in packages(folder) for name, entry in package["files"].items()}
    present = {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir() if file.name not in OURS
    }
    assert present == listed


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_every_package_comes_with_version_and_licence(folder: Path) -> None:
    for package in packages(folder):
        assert package["version"]
        assert package["integrity"].startswith("sha512-")
        assert package["licence_file"] in package["files"]


def test_the_report_uses_what_is_shipped() -> None:
    assert set(SCRIPTS) <= {file.name for file in SHIPPED.iterdir()}
