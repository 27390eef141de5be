"""Watches folders in which a telephone system leaves recordings, and takes in what no longer grows.

Metadata comes, field by field, from a JSON file of the same name beside the recording, else from a row of a CSV file in
its folder, else from what the name tells by the pattern of the settings. Files stay where they are. A file that cannot
be taken is told once, in the log and the audit, and tried again when it was changed or somebody asks for it.
"""

from __future__ import annotations

import csv
import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from callcoach.errors import CallCoachError, InputError, StoreBusyError
from callcoach.intake import SOUND_SUFFIXES
from callcoach.recording.record import CALL_FILE as RECORD_FILE
from callcoach.recording.record import WAV_FILE
from callcoach.store.audit import note
from callcoach.store.watched import SeenFile, asked_again, forget_folders, known_file, note_file, note_folder
from callcoach.work.desk import Desk
from callcoach.work.metadata import FILE_COLUMNS, Told, known_fields, plain_document, read_record
from callcoach.work.receiving import CALL_FILE, Sender, receive, stage

logger = logging.getLogger(__name__)

MAX_CSV_BYTES = 50_000_000
NOTE_EVERY_S = 60.0
"""How often it is noted, at least, that a folder was looked into."""


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
        self._server = desk.settings.work.server_name
        self._pattern = re.compile(self._settings.name_pattern) if self._settings.name_pattern else None
        self._growing: dict[Path, _Growing] = {}
        self._done: dict[Path, _Look] = {}
        self._missing: set[str] = set()
        self._next_s = float("-inf")
        self._noted: dict[str, tuple[str, int, float]] = {}
        """How each folder was noted, and when."""

    def look(self) -> int:
        """Take in every file that is new and settled; return how many calls came of it."""
        now_s = self._clock()
        if now_s < self._next_s:
            return 0
        self._next_s = now_s + self._settings.interval_s
        if not self._noted:
            with self._desk.database.writing() as session:
                forget_folders(session, self._server, self._settings.folders)
        self._begin_again()
        return sum(self._look_into(name, now_s) for name in self._settings.folders)

    def _begin_again(self) -> None:
        """Forget what is known of files that somebody asked to be tried again."""
        with self._desk.database.reading() as session:
            asked = asked_again(session, self._settings.folders)
        for path in map(Path, asked):
            self._done.pop(path, None)
            if not path.is_file():
                self._note(path.parent, path, _Look(0, 0), "The file is no longer there.")

    def _look_into(self, name: str, now_s: float) -> int:
        """Take in what is settled in one folder, and note how the folder was seen."""
        folder, problem = Path(name), ""
        try:
            files = [file for file in sorted(folder.rglob("*")) if _is_sound(file)] if self._is_there(name) else []
        except OSError as error:
            files, problem = [], f"The folder cannot be read: {error.strerror or error}. Check its rights."
        if name in self._missing:
            problem = "The folder is not there. Make or mount it, or mend watch.folders."
        settled = [file for file in files if self._is_settled(file, now_s)]
        created = sum(self._take(folder, file) for file in settled)
        waiting = sum(file in self._growing for file in files)
        self._note_folder(name, problem, waiting, now_s)
        return created

    def _note_folder(self, name: str, problem: str, waiting: int, now_s: float) -> None:
        """Note how a folder was seen, when that has changed, and now and then that it still is looked into."""
        *noted, at_s = self._noted.get(name, ("", -1, 0.0))
        if noted == [problem, waiting] and now_s - at_s < NOTE_EVERY_S:
            return
        with self._desk.database.writing() as session:
            note_folder(session, name, self._server, problem, waiting)
        self._noted[name] = (problem, waiting, now_s)

    def _is_there(self, name: str) -> bool:
        if Path(name).is_dir():
            self._missing.discard(name)
            return True
        if name not in self._missing:
            self._missing.add(name)
            logger.error("the watched folder %s is not there; make or mount it, or mend watch.folders", name)
        return False

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
        try:
            with file.open("rb") as source:
                staged = stage(self._desk, source, file.name)
            received = receive(self._desk, staged, None, self._told(folder, file), Sender())
        except StoreBusyError:
            raise  # no fault of the file's: it is taken in a later round
        except (CallCoachError, OSError) as error:
            logger.error("%s was not taken in: %s It is tried again when it is changed.", file, error)  # noqa: TRY400
            self._note(folder, file, look, str(error))
            return False
        self._note(folder, file, look, "", received.call_id)
        return received.created

    def _note(self, folder: Path, file: Path, look: _Look, problem: str, call_id: str = "") -> None:
        with self._desk.database.writing() as session:
            seen = SeenFile(str(file), str(folder), look.size, look.changed_ns, problem, call_id)
            note_file(session, seen)
            if problem:
                note(session, "file.refuse", about=("file", file.name), detail={"path": str(file), "problem": problem})
        self._done[file] = look

    def _told(self, folder: Path, file: Path) -> Told:
        """Put together what is known of the call, field by field: its document, else the table, else the name."""
        by_name = self._by_name(file.relative_to(folder))
        recorded = file.with_name(RECORD_FILE)  # our own softphone's folder of a call
        beside = recorded if file.name == WAV_FILE and recorded.is_file() else file.with_suffix(".json")
        document = plain_document(beside.read_bytes()) if beside.is_file() else {}
        if "recorder_version" in document:
            return read_record(document)
        return read_record(by_name | _csv_row(file) | known_fields(document))

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
        named = [row for row in rows if any(Path(row.get(key, "")).name == file.name for key in FILE_COLUMNS)]
        if table == own and len(rows) == 1:
            named = rows
        if named:
            return known_fields(named[-1])  # the last one: tables are appended to
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
