"""The query string of the audit log, of the page and of the API alike."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from callcoach.server.exports.answer import FileFormat
from callcoach.store.call_lists import MAX_KEY
from callcoach.store.model import AuditFilter


def _none_if_empty(value: object) -> object:
    return None if value == "" else value  # what a browser sends of a field nobody filled in


_Key = Annotated[int, Field(ge=0, le=MAX_KEY)]
_Day = Annotated[date, Field(ge=date(1970, 1, 1), le=date(9000, 1, 1))]
Key = Annotated[_Key | None, BeforeValidator(_none_if_empty)]
Day = Annotated[_Day | None, BeforeValidator(_none_if_empty)]


class AuditQuery(BaseModel):
    """Which deeds, and from where."""

    model_config = ConfigDict(extra="forbid")

    person_id: Key = None
    action: str = Field(default="", max_length=60, description="How the action begins: `call.` or `call.hear`.")
    object_kind: str = Field(default="", max_length=40)
    object_id: str = Field(default="", max_length=120)
    from_day: Day = Field(default=None, description="First day, in the site's time zone.")
    to_day: Day = Field(default=None, description="Last day, in the site's time zone.")
    before: Key = Field(default=None, description="`next_before` of the page before.")

    def filter(self, zone: ZoneInfo) -> AuditFilter:
        """Return the filter; days are those of the zone."""
        return AuditFilter(
            person_id=self.person_id,
            action=self.action,
            object_kind=self.object_kind,
            object_id=self.object_id.strip(),
            at_from=_begin(self.from_day, zone),
            at_before=_begin(self.to_day + timedelta(days=1), zone) if self.to_day else None,
        )


def _begin(day: date | None, zone: ZoneInfo) -> datetime | None:
    return datetime.combine(day, time(), zone).astimezone(UTC) if day else None


class AuditExportQuery(AuditQuery):
    """The same deeds, all of them, as a file."""

    file_format: FileFormat = Field(default=FileFormat.XLSX, alias="format")


WithAuditQuery = Annotated[AuditQuery, Query()]
WithAuditExportQuery = Annotated[AuditExportQuery, Query()]
