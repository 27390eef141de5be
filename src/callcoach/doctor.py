"""What this machine lacks for CallCoach: takes the settings, gives one result a check, changes nothing.

Each check says what was found and, when something is missing, what to do. The registrar check really
registers, because a reachable host says nothing about a password.
"""

from __future__ import annotations

import os
import shutil
import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from callcoach.errors import CallCoachError
from callcoach.settings import Settings

MIN_FREE_GB = 5.0
"""Free disk below which we warn: about 43 hours of stereo calls at 8 kHz (115 MB an hour)."""
MIN_MEMORY_GB = 2.0
"""Memory below which an analysis beside a browser becomes slow; the model alone takes 0.3 GB."""
REGISTER_WAIT_S = 10.0


class Verdict(StrEnum):
    """How a check came out. Only FAIL makes the doctor's exit code 1."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check: `found` says what is there, `remedy` what to do (empty when nothing is)."""

    name_zh: str
    name_en: str
    verdict: Verdict
    found: str
    remedy: str = ""


def examine(settings: Settings) -> Iterator[CheckResult]:
    """Yield the result of every check as it is known."""
    checks: tuple[Callable[[Settings], CheckResult], ...] = (
        check_python,
        check_memory,
        check_data_dir,
        check_disk,
        check_audio_tools,
        check_model,
        check_sip_library,
        check_sip_port,
        check_registrar,
    )
    for check in checks:
        yield check(settings)


def check_python(_settings: Settings) -> CheckResult:
    """Python 3.11 or 3.12: the versions every locked package has a wheel for."""
    version = ".".join(map(str, sys.version_info[:3]))
    good = (3, 11) <= sys.version_info[:2] <= (3, 12)
    remedy = "" if good else "Make .venv again with Python 3.11 or 3.12: make PYTHON=python3.11 demo"
    return CheckResult("Python", "Python", Verdict.OK if good else Verdict.FAIL, version, remedy)


def check_memory(_settings: Settings) -> CheckResult:
    """Enough memory for a model and an analysis."""
    size_gb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    good = size_gb >= MIN_MEMORY_GB
    remedy = "" if good else f"CallCoach wants {MIN_MEMORY_GB:.0f} GB or more; expect slow analyses."
    return CheckResult("内存", "Memory", Verdict.OK if good else Verdict.WARN, f"{size_gb:.1f} GB", remedy)


def check_data_dir(settings: Settings) -> CheckResult:
    """The data folder can be made and written to."""
    name_zh, name_en, folder = "数据目录", "Data folder", settings.data_dir
    existing = _nearest_existing(folder)
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        remedy = f"Allow writing to {existing}, or set CALLCOACH_DATA_DIR to a folder of your own."
        return CheckResult(name_zh, name_en, Verdict.FAIL, f"{folder} cannot be written", remedy)
    state = "" if folder.is_dir() else " (made at first use)"
    return CheckResult(name_zh, name_en, Verdict.OK, f"{folder}{state}")


def check_disk(settings: Settings) -> CheckResult:
    """Room for recordings."""
    free_gb = shutil.disk_usage(_nearest_existing(settings.data_dir)).free / 1e9
    least_gb = settings.recording.min_free_mb / 1e3
    found = f"{free_gb:.1f} GB free"
    if free_gb < least_gb:
        remedy = f"Recordings end below {least_gb:.1f} GB (recording.min_free_mb). Free some disk."
        return CheckResult("磁盘", "Disk", Verdict.FAIL, found, remedy)
    if free_gb < MIN_FREE_GB:
        remedy = f"Room for about {free_gb / 0.115:.0f} hours of calls. Free some disk soon."
        return CheckResult("磁盘", "Disk", Verdict.WARN, found, remedy)
    return CheckResult("磁盘", "Disk", Verdict.OK, found)


def check_audio_tools(_settings: Settings) -> CheckResult:
    """ffmpeg, the system's or the packaged one, answers."""
    from callcoach.audio.ffmpeg import find_ffmpeg

    try:
        return CheckResult("音频工具", "Audio tools", Verdict.OK, f"ffmpeg: {find_ffmpeg()}")
    except CallCoachError as error:
        return CheckResult("音频工具", "Audio tools", Verdict.FAIL, str(error), "apt-get install ffmpeg")


def check_model(settings: Settings) -> CheckResult:
    """The recognition model is there and every file of it is as published."""
    from callcoach.models.manifest import find_model
    from callcoach.models.store import find_faults, require_model

    name_zh, name_en = "识别模型", "Recognition model"
    try:
        require_model(settings.asr.model, settings.models_dir)
        faults = find_faults(find_model(settings.asr.model), settings.models_dir, hash_all=True)
    except CallCoachError as error:
        return CheckResult(name_zh, name_en, Verdict.FAIL, str(error), "callcoach models fetch")
    if faults:
        return CheckResult(name_zh, name_en, Verdict.FAIL, "; ".join(faults), "callcoach models fetch")
    return CheckResult(name_zh, name_en, Verdict.OK, settings.asr.model)


def check_sip_library(_settings: Settings) -> CheckResult:
    """pjsua2 can be imported."""
    import importlib

    try:
        importlib.import_module("pjsua2")
    except ImportError as error:
        remedy = "pip install pjsua2-python (wheels exist for Linux, macOS and Windows)"
        return CheckResult("SIP 库", "SIP library", Verdict.FAIL, str(error), remedy)
    from importlib.metadata import PackageNotFoundError, version

    try:
        found = f"pjsua2-python {version('pjsua2-python')}"
    except PackageNotFoundError:
        found = "pjsua2 of another build"
    return CheckResult("SIP 库", "SIP library", Verdict.OK, found)


def check_sip_port(settings: Settings) -> CheckResult:
    """The configured local SIP port is free."""
    sip = settings.sip
    if sip.local_port == 0:
        return CheckResult("SIP 端口", "SIP port", Verdict.OK, "any free port")
    kind = socket.SOCK_DGRAM if sip.transport == "udp" else socket.SOCK_STREAM
    with socket.socket(socket.AF_INET, kind) as probe:
        try:
            probe.bind((sip.local_host, sip.local_port))
        except OSError as error:
            remedy = "Stop the program that holds it, or set sip.local_port to another port (0: any free one)."
            found = f"{sip.local_host or '*'}:{sip.local_port}/{sip.transport}: {error.strerror}"
            return CheckResult("SIP 端口", "SIP port", Verdict.FAIL, found, remedy)
    return CheckResult("SIP 端口", "SIP port", Verdict.OK, f"{sip.local_port}/{sip.transport} is free")


def check_registrar(settings: Settings) -> CheckResult:
    """The PBX accepts the configured account."""
    from callcoach.sip.events import RegistrationChanged
    from callcoach.sip.softphone import Softphone

    name_zh, name_en, sip = "注册", "Registration", settings.sip
    if not sip.registrar:
        remedy = "To use your PBX set sip.registrar, sip.user and sip.password: callcoach config init"
        return CheckResult(name_zh, name_en, Verdict.SKIPPED, "no registrar configured", remedy)
    who = f"{sip.user}@{sip.registrar}/{sip.transport}"
    try:
        with Softphone(sip, recordings=None) as phone:
            deadline_s = time.monotonic() + REGISTER_WAIT_S
            while (left_s := deadline_s - time.monotonic()) > 0:
                event = phone.next_event(left_s)
                if isinstance(event, RegistrationChanged):
                    if event.registered:
                        return CheckResult(name_zh, name_en, Verdict.OK, who)
                    remedy = f"{event.words_zh} {event.words_en}"
                    return CheckResult(name_zh, name_en, Verdict.FAIL, f"{who}: {event.code} {event.detail}", remedy)
    except CallCoachError as error:
        return CheckResult(name_zh, name_en, Verdict.FAIL, f"{who}: {error}", "Correct the settings under [sip].")
    remedy = "Check sip.registrar and sip.transport, and that no firewall stands between this machine and the PBX."
    return CheckResult(name_zh, name_en, Verdict.FAIL, f"{who}: no answer in {REGISTER_WAIT_S:.0f} s", remedy)


def _nearest_existing(path: Path) -> Path:
    return next(folder for folder in (path, *path.absolute().parents) if folder.exists())
