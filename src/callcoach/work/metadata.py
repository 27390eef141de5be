"""What is said of a call that is brought in: by an upload, a file beside the recording, or the recording's name."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from callcoach.datapath import Call, Direction
from callcoach.errors import InputError
from callcoach.recording.record import call_from_plain
from callcoach.settings import METADATA_KEYS

MAX_BYTES = 1_000_000
"""Of a metadata document: a call record of a long call has some kilobytes."""
_DIRECTIONS = {
    "in": "inbound",
    "呼入": "inbound",
    "来电": "inbound",
    "out": "outbound",
    "呼出": "outbound",
    "去电": "outbound",
}
FILE_COLUMNS = ("file", "filename", "recording", "录音", "文件名")
"""Columns of a table that may name the recording."""
COLUMNS = {
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
    "坐席声道": "agent_side",
}
"""Chinese names of columns of a table, or fields of a document, and what they hold."""
_SIDES = {"左": "left", "左声道": "left", "l": "left", "右": "right", "右声道": "right", "r": "right"}
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)[-_T ]?(\d\d)(\d\d)(\d\d)")


def _direction(value: object) -> object:
    return _DIRECTIONS.get(value.strip().lower(), value.strip().lower()) if isinstance(value, str) else value


def _side(value: object) -> object:
    return _SIDES.get(value.strip().lower(), value.strip().lower()) if isinstance(value, str) else value


def _time(value: object) -> object:
    """Take the forms telephone systems write besides ISO: 20260131-085900, 2026/01/31 08:59:00."""
    if isinstance(value, str):
        value = value.strip().replace("/", "-")
        if found := _COMPACT.fullmatch(value):
            year, month, day, hour, minute, second = found.groups()
            return f"{year}-{month}-{day}T{hour}:{minute}:{second}"
        return value or None
    return value


def _tags(value: object) -> object:
    return [tag.strip() for tag in re.split("[;；,，|]", value) if tag.strip()] if isinstance(value, str) else value


Name = Annotated[str, Field(max_length=120)]


class CallMetadata(BaseModel):
    """Metadata of one call; all of it may be missing."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    id: Annotated[str, Field(pattern=r"^(?:[\w-][\w.-]{0,99})?$")] = Field(
        default="", description="Id the call shall have; empty: made of the file's name and content."
    )
    direction: Annotated[Direction, BeforeValidator(_direction)] = Direction.UNKNOWN
    agent: Name = Field(default="", description="Name or extension of the agent.")
    team: Name = ""
    number: Annotated[str, Field(max_length=64)] = Field(default="", description="The customer's number.")
    customer: Name = ""
    started_at: Annotated[datetime | None, BeforeValidator(_time)] = Field(
        default=None, description="Without a time zone: the site's."
    )
    queue: Name = ""
    tags: Annotated[list[Annotated[str, Field(max_length=80)]], BeforeValidator(_tags)] = Field(
        default_factory=list[str], max_length=50
    )
    agent_side: Annotated[Literal["left", "right"] | None, BeforeValidator(_side)] = Field(
        default=None, description="The agent's channel, if stereo."
    )

    def call(self, call_id: str, zone: ZoneInfo) -> Call:
        """Return the call this tells of.

        Raises:
            InputError: its time lies outside the calendar.
        """
        started = self.started_at
        if started is not None and started.tzinfo is None:
            started = started.replace(tzinfo=zone)
        return Call(
            id=call_id,
            direction=self.direction,
            agent=self.agent,
            team=self.team,
            remote_number=self.number,
            remote_name=self.customer,
            started_at=started,
            queue=self.queue,
            tags=tuple(self.tags),
        )


Told = CallMetadata | Call
"""What came with a recording: metadata, or the whole call as our own softphone recorded it."""


def read_document(text: bytes) -> Told:
    """Read a metadata document: a JSON object of metadata, or the `call.json` of our softphone.

    Raises:
        InputError: it is neither; every fault is named.
    """
    return read_record(plain_document(text))


def plain_document(text: bytes) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        InputError: it is none, or too long.
    """
    if len(text) > MAX_BYTES:
        raise InputError(f"The metadata has {len(text)} bytes, expected at most {MAX_BYTES}.")
    try:
        plain = json.loads(text) if text.strip() else {}
    except (ValueError, RecursionError) as error:
        raise InputError(f"The metadata is not JSON: {error}.") from error
    if not isinstance(plain, dict):
        raise InputError(f"The metadata is a JSON {type(plain).__name__}, expected an object.")
    return plain


def known_fields(plain: Mapping[str, Any]) -> dict[str, Any]:
    """Keep what is metadata, under its own name; a telephone system's other fields mean nothing here."""
    named = {COLUMNS.get(key.strip(), key.strip().lower()): value for key, value in plain.items()}
    return {key: value for key, value in named.items() if key in METADATA_KEYS and value not in ("", None)}


def read_record(plain: dict[str, Any]) -> Told:
    """Read metadata that is plain data already; see `read_document`."""
    try:
        if "recorder_version" in plain and isinstance(plain.get("call"), dict):
            return call_from_plain(plain["call"])
        return CallMetadata.model_validate(plain)
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors(include_url=False)]
        raise InputError(f"The call's metadata is wrong: {'; '.join(faults)}.") from error
