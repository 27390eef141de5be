"""Watches folders in which a telephone system leaves recordings, and takes in what no longer grows.

Metadata comes from a JSON file of the same name beside the recording, else from a row of a CSV file in its folder,
with what the name tells by the pattern of the settings for whatever these leave out. Files stay where they are. A file
that cannot be taken is told once, in the log and the audit, and tried again only when it was changed.
"""

from __future__ import annotations

import csv
import logging
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from callcoach.datapath import Call
from callcoach.errors import CallCoachError, InputError, StoreBusyError
from callcoach.intake import SOUND_SUFFIXES
from callcoach.recording.record import CALL_FILE as RECORD_FILE
from callcoach.recording.record import WAV_FILE
from callcoach.settings import METADATA_KEYS
from callcoach.store.audit import note
from callcoach.store.watched import known_file, note_file
from callcoach.work.desk import Desk
from callcoach.work.metadata import Told, read_document, read_record
from callcoach.work.receiving import CALL_FILE, Sender, receive, stage

logger = logging.getLogger(__name__)

CSV_FILE_COLUMNS = ("file", "filename", "recording", "录音", "文件名")
"""Columns of a CSV file that may name the recording."""
MAX_CSV_BYTES = 50_000_000
_CSV_COLUMNS = {
    "方向": "direction",
    "坐席": "agent",
    "工号": "agent",
    "团队": "team",
    "班组": "team",
    "号码": "number",
    "客户号码": "number",
    "客户": "customer",
    "开始时间": "started_at",
    "队列": "queue",
    "标签": "tags",
}


@dataclass(frozen=True, slots=True)
class _Look:
    """What a file was like: while it changes, it is being written."""

    size: int
    changed_ns: int


@dataclass(slots=True)
class _Growing:
    look: _Look
    since_s: float


class FolderWatch:
    """Looks into the folders whenever it is asked, at most once every `watch.interval_s`."""

    def __init__(self, desk: Desk, clock: Callable[[], float] = time.monotonic) -> None:
        self._desk = desk
        self._clock = clock
        self._settings = desk.settings.watch
        self._pattern = re.compile(self._settings.name_pattern) if self._settings.name_pattern else None
        self._growing: dict[Path, _Growing] = {}
        self._done: dict[Path, _Look] = {}
        self._missing: set[str] = set()
        self._next_s = float("-inf")

    def look(self) -> int:
        """Take in every file that is new and settled; return how many calls came of it."""
        now_s = self._clock()
        if now_s < self._next_s:
            return 0
        self._next_s = now_s + self._settings.interval_s
        settled = [(folder, file) for folder in self._folders() for file in self._settled(folder, now_s)]
        return sum(self._take(folder, file) for folder, file in settled)

    def _folders(self) -> Iterator[Path]:
        for name in self._settings.folders:
            if Path(name).is_dir():
                self._missing.discard(name)
                yield Path(name)
            elif name not in self._missing:
                self._missing.add(name)
                logger.error("the watched folder %s is not there; make or mount it, or mend watch.folders", name)

    def _settled(self, folder: Path, now_s: float) -> list[Path]:
        return [file for file in sorted(folder.rglob("*")) if _is_sound(file) and self._is_settled(file, now_s)]

    def _is_settled(self, file: Path, now_s: float) -> bool:
        try:
            stat = file.stat()
        except OSError:  # gone again
            return False
        look = _Look(stat.st_size, stat.st_mtime_ns)
        if self._done.get(file) == look:
            return False
        seen = self._growing.get(file)
        if seen is None or seen.look != look:
            self._growing[file] = _Growing(look, now_s)
            return False
        return now_s - seen.since_s >= self._settings.settle_s

    def _take(self, folder: Path, file: Path) -> bool:
        """Take one file in; whether a call came of it that was not there before."""
        look = self._growing.pop(file).look
        with self._desk.database.reading() as session:
            if known_file(session, str(file), look.size, look.changed_ns):
                self._done[file] = look
                return False
        problem, created = "", False
        try:
            with file.open("rb") as source:
                staged = stage(self._desk, source, file.name)
            created = receive(self._desk, staged, None, self._told(folder, file), Sender()).created
        except StoreBusyError:
            raise  # no fault of the file's: it is taken in a later round
        except (CallCoachError, OSError) as error:
            problem = str(error)
            logger.error("%s was not taken in: %s It is tried again when it is changed.", file, problem)  # noqa: TRY400
        self._note(file, look, problem)
        self._done[file] = look
        return created

    def _note(self, file: Path, look: _Look, problem: str) -> None:
        with self._desk.database.writing() as session:
            note_file(session, str(file), look.size, look.changed_ns, problem)
            if problem:
                note(session, "file.refuse", about=("file", file.name), detail={"path": str(file), "problem": problem})

    def _told(self, folder: Path, file: Path) -> Told:
        """Put together what is known of the call."""
        by_name = self._by_name(file.relative_to(folder))
        recorded = file.with_name(RECORD_FILE)  # our own softphone's folder of a call
        beside = recorded if file.name == WAV_FILE and recorded.is_file() else file.with_suffix(".json")
        if beside.is_file():
            told = read_document(beside.read_bytes())
            return told if isinstance(told, Call) else read_record(by_name | told.model_dump(exclude_unset=True))
        return read_record(by_name | _csv_row(file))

    def _by_name(self, path: Path) -> dict[str, Any]:
        found = self._pattern.search(path.as_posix()) if self._pattern else None
        groups = {name: text for name, text in found.groupdict().items() if text} if found else {}
        return {"agent_side": self._settings.agent_side} | groups


def _is_sound(file: Path) -> bool:
    if file.suffix.lower() not in SOUND_SUFFIXES or file.name.startswith(".") or not file.is_file():
        return False
    return not file.with_name(CALL_FILE).exists()  # what was taken in lies beside that: our own data folder


def _csv_row(file: Path) -> dict[str, Any]:
    """Return the row of the recording in the CSV files of its folder: first its own, then the others by name."""
    own = file.with_suffix(".csv")
    for table in [own, *(path for path in sorted(file.parent.glob("*.csv")) if path != own)]:
        if not table.is_file():
            continue
        rows = _read_csv(table)
        named = [row for row in rows if any(Path(row.get(key, "")).name == file.name for key in CSV_FILE_COLUMNS)]
        if table == own and len(rows) == 1:
            named = rows
        if named:
            return _known_columns(named[-1])  # the last one: tables are appended to
    return {}


def _read_csv(path: Path) -> list[dict[str, str]]:
    if path.stat().st_size > MAX_CSV_BYTES:
        raise InputError(f"{path} has {path.stat().st_size} bytes, expected at most {MAX_CSV_BYTES}. Split it by day.")
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", errors="replace")  # what Chinese spreadsheets write
    try:
        rows = list(csv.DictReader(text.splitlines(), strict=True))
    except csv.Error as error:
        raise InputError(f"{path} is not a CSV file: {error}.") from error
    return [{(key or "").strip(): value or "" for key, value in row.items() if isinstance(value, str)} for row in rows]


def _known_columns(row: dict[str, str]) -> dict[str, Any]:
    """Keep what is metadata; a telephone system's other columns mean nothing here."""
    known = {_CSV_COLUMNS.get(key, key.lower()): value.strip() for key, value in row.items()}
    return {key: value for key, value in known.items() if key in METADATA_KEYS and value}
