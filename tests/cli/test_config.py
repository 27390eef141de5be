"""`callcoach config` writes a file once and shows no secret."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from callcoach.cli.main import app
from callcoach.errors import ConfigError

runner = CliRunner()


def test_init_writes_a_private_file_and_never_over_one(tmp_path: Path) -> None:
    path = tmp_path / "callcoach.toml"
    assert runner.invoke(app, ["config", "init", str(path)]).exit_code == 0
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_text("kept")
    result = runner.invoke(app, ["config", "init", str(path)])
    assert isinstance(result.exception, ConfigError)
    assert "exists already" in str(result.exception)
    assert path.read_text() == "kept"


def test_show_hides_the_password(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CALLCOACH_SIP__PASSWORD", "hunter2")
    result = runner.invoke(app, ["config", "show"])
    assert result.exit_code == 0
    assert "hunter2" not in result.output
    assert 'sip.password = "**********"' in result.output
