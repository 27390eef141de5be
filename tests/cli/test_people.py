"""`callcoach people`: an administrator's way in when nobody can sign in any more."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.test_serve import callcoach

pytestmark = pytest.mark.slow


def test_a_person_is_added_and_invited(tmp_path: Path) -> None:
    add = ("people", "add", "li.na", "--role", "agent", "--email", "li.na@example.com", "--team", "一组")
    assert callcoach(tmp_path, *add).returncode == 0
    base = {"CALLCOACH_SERVER__BASE_URL": "https://qa.example.com/"}
    done = callcoach(tmp_path, "people", "invite", "li.na", **base)
    assert re.fullmatch(r"https://qa\.example\.com/invitation/[\w-]{43}\n", done.stdout)


def test_nobody_can_be_invited_who_is_not_there(tmp_path: Path) -> None:
    done = callcoach(tmp_path, "people", "invite", "ghost")
    assert done.returncode == 1
    assert "callcoach people list" in done.stderr
