"""What the READMEs tell a newcomer to type exists, and what they point at is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer.main

from callcoach.cli.main import app
from tests.conftest import ROOT

READMES = [ROOT / "README.md", ROOT / "README.zh-CN.md"]


def commands(path: Path) -> list[list[str]]:
    """Return the words after `callcoach` of every command in code blocks and code spans."""
    text = path.read_text("utf-8")
    spans = re.findall(r"^callcoach ([^#\n`]+)", text, flags=re.MULTILINE) + re.findall(r"`callcoach ([^`]+)`", text)
    return [span.split() for span in spans]


@pytest.mark.parametrize("path", READMES, ids=lambda path: path.name)
def test_every_command_exists(path: Path) -> None:
    found = commands(path)
    assert len(found) > 8
    for words in found:
        command = typer.main.get_command(app)
        rest = list(words)
        while hasattr(command, "commands") and rest:
            name = rest.pop(0)
            assert name in command.commands, f"{path.name}: callcoach {' '.join(words)}"
            command = command.commands[name]
        options = {option for parameter in command.params for option in parameter.opts}
        used = {word for word in rest if word.startswith("--")}
        assert used <= options, f"{path.name}: callcoach {' '.join(words)}"


@pytest.mark.parametrize("path", READMES, ids=lambda path: path.name)
def test_every_link_leads_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", path.read_text("utf-8"))
    missing = [target for target in targets if "://" not in target and not (ROOT / target).exists()]
    assert missing == []


@pytest.mark.parametrize("path", READMES, ids=lambda path: path.name)
def test_every_make_target_exists(path: Path) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in set(re.findall(r"\bmake (demo|test|check|bench|docs|lock|fresh)\b", path.read_text("utf-8"))):
        assert f"\n{target}:" in makefile
