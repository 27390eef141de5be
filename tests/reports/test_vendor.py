"""The vendored front-end parts are what their manifest says."""

from __future__ import annotations

import hashlib
import tomllib
from importlib import resources

from callcoach.reports.page import SCRIPTS

VENDOR = resources.files("callcoach.reports").joinpath("vendor")
PACKAGES = tomllib.loads(VENDOR.joinpath("manifest.toml").read_text())["package"]


def test_every_file_has_its_hash_and_no_file_is_unlisted() -> None:
    listed = {name: entry["sha256"] for package in PACKAGES for name, entry in package["files"].items()}
    present = {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in VENDOR.iterdir()
        if file.name != "manifest.toml"
    }
    assert present == listed
    assert set(SCRIPTS) <= set(listed)


def test_every_package_comes_with_version_and_licence() -> None:
    for package in PACKAGES:
        assert package["version"]
        assert package["integrity"].startswith("sha512-")
        assert package["licence_file"] in package["files"]
