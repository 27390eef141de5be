"""The doctor names what is missing and what to do, and finds nothing wrong where nothing is."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path

import pytest
from pydantic import SecretStr

from callcoach import doctor
from callcoach.doctor import Verdict
from callcoach.settings import AsrSettings, RecordingSettings, Settings, SipSettings


def settings_in(data_dir: Path, sip: SipSettings | None = None, asr: AsrSettings | None = None) -> Settings:
    return Settings(data_dir=data_dir, sip=sip or SipSettings(), asr=asr or AsrSettings())


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as holder:
        holder.bind(("127.0.0.1", 0))
        port = holder.getsockname()[1]
        sip = SipSettings(local_host="127.0.0.1", local_port=port)
        result = doctor.check_sip_port(settings_in(tmp_path, sip))
        assert result.verdict is Verdict.FAIL
        assert str(port) in result.found
        assert "sip.local_port" in result.remedy
    assert doctor.check_sip_port(settings_in(tmp_path, sip)).verdict is Verdict.OK


def test_a_data_folder_under_a_file_cannot_be_used(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    result = doctor.check_data_dir(settings_in(file / "data"))
    assert result.verdict is Verdict.FAIL
    assert "CALLCOACH_DATA_DIR" in result.remedy
    assert doctor.check_data_dir(settings_in(tmp_path / "new" / "data")).verdict is Verdict.OK


def test_a_disk_below_the_recording_limit_fails(tmp_path: Path) -> None:
    free_mb = shutil.disk_usage(tmp_path).free // 1_000_000
    full = Settings(data_dir=tmp_path, recording=RecordingSettings(min_free_mb=free_mb + 100_000))
    assert doctor.check_disk(full).verdict is Verdict.FAIL
    assert "recording.min_free_mb" in doctor.check_disk(full).remedy


def test_a_missing_model_says_what_to_run(tmp_path: Path) -> None:
    result = doctor.check_model(settings_in(tmp_path))
    assert result.verdict is Verdict.FAIL
    assert result.remedy == "callcoach models fetch"


@pytest.mark.model
def test_the_real_model_passes(model_dir: Path) -> None:
    assert doctor.check_model(settings_in(model_dir.parents[1])).verdict is Verdict.OK


def test_without_a_registrar_registration_is_skipped(tmp_path: Path) -> None:
    result = doctor.check_registrar(settings_in(tmp_path))
    assert result.verdict is Verdict.SKIPPED
    assert "sip.registrar" in result.remedy


@pytest.mark.peer
def test_a_registrar_that_is_away_is_told_from_a_wrong_password(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    account = {"user": "alice", "password": SecretStr("hunter2"), "local_host": "127.0.0.1"}
    sip = SipSettings.model_validate({"registrar": f"127.0.0.1:{port}", "transport": "tcp", **account})
    result = doctor.check_registrar(settings_in(tmp_path, sip))
    assert result.verdict is Verdict.FAIL
    assert f"127.0.0.1:{port}" in result.found
    assert "hunter2" not in result.found + result.remedy


def test_this_machine_has_python_audio_tools_and_sip(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    for check in (doctor.check_python, doctor.check_audio_tools, doctor.check_sip_library):
        assert check(settings).verdict is Verdict.OK
