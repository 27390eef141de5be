"""Hands finished recordings in to the server: each once, checked by hash, and later when the server is away.

A recording stays in the phone's folder; the file `handed-in.json` beside it says that the server has it.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import requests

from callcoach.atomic import write_atomic
from callcoach.errors import CallCoachError, LineError, RecordingError
from callcoach.recording.record import CALL_FILE, WAV_FILE, CallRecord, read_record

log = logging.getLogger(__name__)

RECEIPT_FILE = "handed-in.json"
REFUSAL_FILE = "refused.json"
PATH = "/api/v1/calls"
LOOK_EVERY_S = 15.0
TIMEOUT_S = 120.0
OK = (200, 201)
LATER = 500
"""From this status on the fault is the server's, and 401, 403 and 429 pass as well: tried again. Others are final."""
PASSING = (401, 403, 408, 429)


class HandingIn:
    """Looks at the folder of calls again and again, and hands in what the server does not have."""

    def __init__(self, calls_dir: Path, server: str, token: str, told: Callable[[str], None] = log.info) -> None:
        self._calls_dir = calls_dir
        self._address = server.rstrip("/") + PATH
        self._token = token
        self._told = told
        self._look = threading.Event()
        self._stopping = threading.Event()
        self._away = False
        self._thread = threading.Thread(target=self._work, name="handing-in")
        self._thread.start()

    def look(self) -> None:
        """Look now: a recording has been finished."""
        self._look.set()

    def close(self) -> None:
        """Stop, after one more look if the server was there; what is not handed in is at the next start."""
        self._stopping.set()
        self._look.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._stopping.is_set():
            self._look.clear()
            self._hand_in_all()
            self._look.wait(LOOK_EVERY_S)
        if not self._away:
            self._hand_in_all()

    def _hand_in_all(self) -> None:
        for folder in waiting(self._calls_dir):
            try:
                self._told(f"录音已交给服务器 · recording handed in: {hand_in(folder, self._address, self._token)}")
                self._away = False
            except (LineError, requests.RequestException) as error:
                if not self._away:
                    self._told(f"录音先存本机，稍后自动提交 · recordings wait here for the server: {_in_words(error)}")
                self._away = True
                return
            except RecordingError as error:
                self._told(
                    f"这份录音服务器不收，仍在本机，请告诉管理员 · the server refuses a recording: {_in_words(error)}"
                )
                _mark(folder, REFUSAL_FILE, {"error": str(error)})


def waiting(calls_dir: Path) -> Iterator[Path]:
    """Yield the folders whose recording is whole and not handed in, oldest first."""
    for folder in sorted(path.parent for path in calls_dir.glob(f"*/{CALL_FILE}")):
        if (folder / WAV_FILE).is_file() and not any((folder / name).exists() for name in (RECEIPT_FILE, REFUSAL_FILE)):
            yield folder


def hand_in(folder: Path, address: str, token: str) -> str:
    """Send one call; return the id that the server gave it.

    Raises:
        LineError: the server did not take it now.
        RecordingError: it never will, or the files are damaged.
        requests.RequestException: it could not be reached.
    """
    record = read_record(folder)
    answer = _send(folder, record, address, token)
    if answer.status_code >= LATER or answer.status_code in PASSING:
        raise LineError(*_refusal(answer))
    if answer.status_code not in OK:
        en, zh = _refusal(answer)
        raise RecordingError(f"{folder.name}: {en}", f"{folder.name}：{zh}")
    plain = answer.json()
    expected = record.recording.sha256 if record.recording else ""
    if plain.get("sha256") != expected:
        raise LineError(
            f"{folder.name}: the server has {plain.get('sha256')!r}, expected {expected!r}; sent again later",
            f"{folder.name}：服务器收到的录音与本机不一致，稍后重新提交",
        )
    _mark(folder, RECEIPT_FILE, {"id": plain["id"], "sha256": expected, "at": datetime.now(UTC).isoformat()})
    return str(plain["id"])


def _send(folder: Path, record: CallRecord, address: str, token: str) -> requests.Response:
    with (folder / WAV_FILE).open("rb") as sound:
        return requests.post(
            address,
            headers={"Authorization": f"Bearer {token}"},
            files={"sound": (f"{record.call.id}.wav", sound, "audio/wav")},
            data={"metadata": (folder / CALL_FILE).read_text(encoding="utf-8")},
            timeout=TIMEOUT_S,
        )


def _refusal(answer: requests.Response) -> tuple[str, str]:
    """Return what the server said, in English and Chinese."""
    try:
        problem = answer.json()
    except ValueError:
        problem = {}
    detail = problem.get("detail") or answer.text[:200]
    status = answer.status_code
    zh = problem.get("detail_zh") or problem.get("title_zh") or answer.text[:200]
    return f"the server answered {status}: {detail}", f"服务器回答 {status}：{zh}"


def _in_words(error: Exception) -> str:
    if isinstance(error, requests.RequestException):
        return f"连不上服务器 · it cannot be reached ({type(error).__name__})"
    zh = error.zh if isinstance(error, CallCoachError) else ""
    return f"{zh} · {error}" if zh else str(error)


def _mark(folder: Path, name: str, plain: dict[str, str]) -> None:
    write_atomic(folder / name, (json.dumps(plain, ensure_ascii=False, indent=2) + "\n").encode())
