"""The frame copy against the real binding, in a process of its own."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src" / "callcoach"

_BOTH_WAYS = """
import pjsua2 as pj
from callcoach.sip.frames import FastCopier, SlowCopier, choose_copier, fast_copy_works
sound = bytes(range(256)) + bytes(64)
assert fast_copy_works(pj.ByteVector)
assert isinstance(choose_copier(pj.ByteVector), FastCopier)
for writer in (FastCopier(), SlowCopier(pj.ByteVector)):
    for reader in (FastCopier(), SlowCopier(pj.ByteVector)):
        frame = pj.MediaFrame()
        frame.size = 0
        assert reader.take(frame) == b""
        writer.fill(frame, sound)
        assert (frame.size, reader.take(frame)) == (320, sound)
class Odd:
    def __init__(self, data):
        self.this = 0
        self.real = pj.ByteVector(data[:10])
        self.this = int(self.real.this)
assert not fast_copy_works(Odd)
assert isinstance(choose_copier(Odd), SlowCopier)
print("fine")
"""


def test_fast_and_slow_copy_agree_and_the_self_test_notices_a_strange_vector() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _BOTH_WAYS],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(SOURCE.parent)},
    )
    assert done.stdout == "fine\n", done.stderr


def test_one_module_imports_the_binding() -> None:
    importers = [path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py") if _imports_pjsua2(path)]
    assert [path for path in importers if path.startswith("sip/")] == ["sip/pjsua/binding.py"]


def _imports_pjsua2(path: Path) -> bool:
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    return any(name.split(".")[0] == "pjsua2" for name in names)
