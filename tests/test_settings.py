"""Settings: precedence, errors that name the fault, and secrets that stay secret."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from callcoach.errors import ConfigError
from callcoach.settings import config_template, default_settings, describe_settings, find_config, load_settings


@pytest.fixture(autouse=True)
def no_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CALLCOACH_DATA_DIR", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "callcoach.toml").write_text('data_dir = "/from/file"\n[sip]\nuser = "1001"\nexpires_s = 60\n')
    monkeypatch.setenv("CALLCOACH_SIP__USER", "1002")
    settings = load_settings()
    assert settings.sip.user == "1002"
    assert settings.sip.expires_s == 60
    assert settings.data_dir == Path("/from/file")
    assert settings.models_dir == Path("/from/file/models")


def test_the_environment_can_set_a_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLCOACH_SIP__CLOCK_RATE_HZ", "16000")
    assert load_settings().sip.clock_rate_hz == 16000


def test_the_named_file_is_taken_instead(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "callcoach.toml").write_text('log_level = "debug"\n')
    other = tmp_path / "other.toml"
    other.write_text('log_level = "error"\n')
    monkeypatch.setenv("CALLCOACH_CONFIG", str(other))
    assert find_config() == other
    assert load_settings().log_level == "error"


def test_a_named_file_that_is_missing_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLCOACH_CONFIG", "/nowhere/callcoach.toml")
    with pytest.raises(ConfigError, match=r"/nowhere/callcoach\.toml, which is not a file"):
        load_settings()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[sip]\nusr = 'x'\n", "sip.usr: Extra inputs are not permitted"),
        ("color = 'red'\n", "color: Extra inputs are not permitted"),
        ("[sip]\ntransport = 'sctp'\n", "sip.transport: Input should be 'udp', 'tcp' or 'tls'"),
        ("[sip\n", "not valid TOML"),
    ],
)
def test_a_wrong_file_names_the_fault(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "callcoach.toml").write_text(text)
    with pytest.raises(ConfigError, match=said.replace(".", r"\.")):
        load_settings()


def test_a_secret_is_in_no_message_and_no_print(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLCOACH_SIP__PASSWORD", "hunter2-secret")
    settings = load_settings()
    assert settings.sip.password.get_secret_value() == "hunter2-secret"
    shown = repr(settings) + "".join(setting.value for setting in describe_settings(settings))
    assert "hunter2" not in shown
    monkeypatch.setenv("CALLCOACH_SIP__EXPIRES_S", "hunter2-in-the-wrong-place")
    with pytest.raises(ConfigError) as caught:
        load_settings()
    assert "hunter2" not in str(caught.value)


def test_the_template_uncommented_gives_the_defaults(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lines = config_template().splitlines()
    settable = [line.removeprefix("# ") for line in lines if " = " in line or line.startswith("[")]
    settable = [line for line in settable if not line.startswith("data_dir")]
    (tmp_path / "callcoach.toml").write_text("\n".join(settable))
    assert len(tomllib.loads("\n".join(settable))["sip"]) > 10
    assert load_settings() == default_settings()


def test_every_setting_says_what_it_means() -> None:
    assert [setting.key for setting in describe_settings(default_settings()) if not setting.description] == []
