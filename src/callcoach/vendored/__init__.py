"""Front-end parts as their authors published them; `manifest.toml` says which, of what version and licence."""

from __future__ import annotations

from importlib import resources


def read_vendored(name: str) -> str:
    """Return the text of a vendored file, such as `htmx.min.js`."""
    return resources.files(__name__).joinpath(name).read_text(encoding="utf-8")
