"""The commands as a user runs them, on a models folder of their own."""

import shutil

import pytest
from typer.testing import CliRunner

from callcoach.cli.main import app
from callcoach.errors import ModelError

NAME = "vosk-model-small-cn-0.22"


@pytest.fixture
def data_dir(tmp_path, monkeypatch):
    monkeypatch.setenv("CALLCOACH_DATA_DIR", str(tmp_path))
    return tmp_path


def run(*arguments: str):
    return CliRunner().invoke(app, ["models", *arguments], catch_exceptions=True)


def test_list_says_what_is_missing(data_dir):
    result = run("list")
    assert result.exit_code == 0
    assert NAME in result.output
    assert "未安装" in result.output


def test_verify_of_a_missing_model_says_what_to_run(data_dir):
    result = run("verify")
    assert isinstance(result.exception, ModelError)
    assert f"callcoach models fetch {NAME}" in str(result.exception)


def test_remove_of_a_missing_model_says_so(data_dir):
    assert "was not installed" in run("remove", NAME).output


@pytest.mark.model
def test_verify_finds_the_damaged_file(data_dir, model_dir):
    folder = data_dir / "models" / NAME
    shutil.copytree(model_dir, folder)
    assert "完好" in run("verify", NAME).output
    with (folder / "graph" / "Gr.fst").open("r+b") as file:
        file.seek(1000)
        file.write(b"damage")
    result = run("verify", NAME)
    assert "graph/Gr.fst: its SHA-256" in str(result.exception)
    assert "已损坏" in run("list").output
