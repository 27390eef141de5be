"""Takes recordings in: files staged on our disk under their hash, then a call with its folder, once for each content.

A recording that was taken in is safe when `receive` returns: files and row are on disk. Whether its work is in the
queue is looked after by `callcoach.work.flow`.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO
from zoneinfo import ZoneInfo

from callcoach.atomic import write_atomic
from callcoach.datapath import Call
from callcoach.errors import ConflictError, DuplicateError, InputError, StoreError
from callcoach.intake import SOUND_SUFFIXES, call_id
from callcoach.recording.record import PRIVATE_FOLDER_MODE, call_from_plain, call_to_plain
from callcoach.recording.wav import sync_folder
from callcoach.store.around.desk_calls import tie
from callcoach.store.audit import note
from callcoach.store.calls import add_call, call_exists, call_with_sound, key_of_call
from callcoach.store.model import StoredSound
from callcoach.work.desk import Desk
from callcoach.work.metadata import CallMetadata, Told

CALL_FILE = "received.json"
"""The call as it was told, in its folder."""
SAFE_ID = re.compile(r"[\w-][\w.-]{0,99}")
"""An id that can be a folder's name."""
ABANDONED_S = 86_400.0
_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Staged:
    """A file on our disk that belongs to no call yet. `name` is what it was called where it came from."""

    path: Path
    name: str
    sha256: str

    @property
    def suffix(self) -> str:
        """Ending for its name among ours: only known ones are kept."""
        suffix = Path(self.name).suffix.lower()
        return suffix if suffix in SOUND_SUFFIXES else ".sound"


@dataclass(frozen=True, slots=True)
class Sender:
    """Who brought a recording in. An agent's recordings are the agent's calls, whatever their metadata says."""

    person_id: int | None = None
    own_calls_only: bool = False
    address: str = ""


@dataclass(frozen=True, slots=True)
class Received:
    """The call a recording belongs to; `created` is false when it had come in before."""

    call_id: str
    created: bool


def stage(desk: Desk, source: BinaryIO, name: str) -> Staged:
    """Copy a file to our disk, hashing it on the way.

    Raises:
        InputError: it is empty.
        StoreError: the disk refused.
    """
    try:
        desk.incoming_dir.mkdir(mode=PRIVATE_FOLDER_MODE, parents=True, exist_ok=True)
        handle, path = tempfile.mkstemp(dir=desk.incoming_dir)
        digest, size = hashlib.sha256(), 0
        with os.fdopen(handle, "wb") as target:
            while block := source.read(_BLOCK_BYTES):
                digest.update(block)
                size += len(block)
                target.write(block)
            target.flush()
            os.fsync(target.fileno())
    except OSError as error:
        raise StoreError(f"Could not store {name!r}: {error.strerror or error}. Check free space.") from error
    if not size:
        Path(path).unlink()
        raise InputError(f"The file {name!r} is empty; expected a recording.")
    return Staged(Path(path), name, digest.hexdigest())


def discard(staged: Staged) -> None:
    """Remove a staged file, if it is still there."""
    staged.path.unlink(missing_ok=True)


def clear_incoming(desk: Desk) -> None:
    """Remove what crashes left of files on their way in; what is a day old belongs to no upload any more."""
    for path in desk.incoming_dir.glob("*"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > ABANDONED_S:
                path.unlink()


def receive(desk: Desk, sound: Staged, customer: Staged | None, told: Told, sender: Sender) -> Received:
    """Make a call of staged files, or find the one that has this sound already; the staged files are gone afterwards.

    Args:
        desk: where to.
        sound: the recording; the agent's side where `customer` is given.
        customer: the customer's side.
        told: what is known of the call.
        sender: who brought it.

    Raises:
        ConflictError: another recording has the id that the metadata asks for.
        StoreError: the disk or the database refused.
    """
    try:
        sha256 = sound.sha256 if customer is None else _joined(sound.sha256, customer.sha256)
        with desk.database.reading() as session:
            known = call_with_sound(session, sha256)
        if known is not None:
            return _known(desk, known, told, sender)
        call = _call(told, sound, sha256, ZoneInfo(desk.settings.server.time_zone))
        stored = StoredSound(
            sha256, f"received{sound.suffix}", f"customer{customer.suffix}" if customer else "", sound.name[:400]
        )
        _refuse_taken(desk, call.id)
        _move_in(desk.folder(call.id), call, stored, [sound, *([customer] if customer else [])])
        return _add(desk, call, stored, told, sender)
    finally:
        discard(sound)
        if customer is not None:
            discard(customer)


def read_call(folder: Path) -> Call:
    """Return the call as it was told when it came in.

    Raises:
        StoreError: its file is missing or damaged.
    """
    try:
        return call_from_plain(json.loads((folder / CALL_FILE).read_bytes()))
    except (OSError, ValueError) as error:
        raise StoreError(f"{folder / CALL_FILE} is missing or damaged: {error}. Restore it from a backup.") from error


def _joined(agent_sha256: str, customer_sha256: str) -> str:
    return hashlib.sha256(f"{agent_sha256}{customer_sha256}".encode()).hexdigest()


def _call(told: Told, sound: Staged, sha256: str, zone: ZoneInfo) -> Call:
    own_id = call_id(Path(sound.name), sha256)
    if isinstance(told, CallMetadata):
        return told.call(told.id or own_id, zone)
    return told if SAFE_ID.fullmatch(told.id) else replace(told, id=own_id)


def _refuse_taken(desk: Desk, name: str) -> None:
    with desk.database.reading() as session:
        if call_exists(session, name):
            raise ConflictError(f"Another recording already has the id {name!r}. Send it with another id, or none.")


def _move_in(folder: Path, call: Call, stored: StoredSound, files: Sequence[Staged]) -> None:
    """Put the files into the call's folder; what a crash before the row leaves there, the next try replaces."""
    try:
        folder.mkdir(mode=PRIVATE_FOLDER_MODE, parents=True, exist_ok=True)
        for staged, name in zip(files, (stored.file, stored.customer_file), strict=False):
            staged.path.replace(folder / name)
        write_atomic(folder / CALL_FILE, json.dumps(call_to_plain(call), ensure_ascii=False, indent=2).encode())
        sync_folder(folder)
        sync_folder(folder.parent)
    except OSError as error:
        raise StoreError(f"Could not store the call in {folder}: {error.strerror or error}.") from error


def _add(desk: Desk, call: Call, stored: StoredSound, told: Told, sender: Sender) -> Received:
    right = isinstance(told, CallMetadata) and told.agent_side == "right"
    owner_id = sender.person_id if sender.own_calls_only else None
    try:
        with desk.database.writing() as session:
            call_pk = add_call(session, call, stored, agent_right=right, owner_id=owner_id)
            if isinstance(told, Call):  # our softphone's: the desk wrote under its id, which may not be ours
                tie(session, told.id, call_pk, sender.person_id)
            about, detail = ("call", call.id), {"source": stored.source}
            note(
                session, "call.receive", person_id=sender.person_id, about=about, detail=detail, address=sender.address
            )
    except DuplicateError as error:  # the same recording, or another with the same id, came in at the same moment
        with desk.database.reading() as session:
            known = call_with_sound(session, stored.sha256)
        if known is None:
            raise ConflictError(f"Another recording has just got the id {call.id!r}. Send it again.") from error
        return _known(desk, known, told, sender)
    return Received(call.id, created=True)


def _known(desk: Desk, call_id: str, told: Told, sender: Sender) -> Received:
    """Return the call that had come in before, perhaps by another way and under another id than the desk knows."""
    if isinstance(told, Call):
        with desk.database.writing() as session:
            tie(session, told.id, key_of_call(session, call_id), sender.person_id)
    return Received(call_id, created=False)
