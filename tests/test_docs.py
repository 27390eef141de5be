"""The generated documents say what the code says."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from tests.conftest import ROOT


def load_writer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("write_docs", ROOT / "scripts" / "write_docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


WRITER = load_writer()


@pytest.mark.parametrize("name", list(WRITER.GENERATED))
def test_a_generated_document_is_up_to_date(name: str) -> None:
    committed = (ROOT / Path(name)).read_text(encoding="utf-8")
    assert committed == WRITER.GENERATED[name](), "run: make docs"
