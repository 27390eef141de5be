"""What all tables share: names of constraints, and column types that mean the same on every database."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Enum, MetaData, SmallInteger
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from callcoach.datapath import Severity

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
_SEVERITIES = tuple(Severity)
MOST_UNITS = 10**15
"""Of a fixed-point number: ten thousand billion yuan in fen."""


class UtcDateTime(TypeDecorator[datetime]):
    """A point in time; UTC in the database, with its time zone in Python."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a time without a zone; SQLite keeps no zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"expected a time with a time zone, got {value}")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give the time its zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class SeverityLevel(TypeDecorator[Severity]):
    """A severity as a number, so that "at least serious" is a comparison; 0 is the mildest."""

    impl = SmallInteger
    cache_ok = True

    def process_bind_param(self, value: Severity | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """Return its rank."""
        return None if value is None else _SEVERITIES.index(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Severity | None:  # noqa: ARG002
        """Return the severity of a rank."""
        return None if value is None else _SEVERITIES[value]


class FixedPoint(TypeDecorator[Decimal]):
    """A decimal number as a whole number of its smallest unit, so that no database makes a float of money."""

    impl = BigInteger
    cache_ok = True

    def __init__(self, places: int) -> None:
        super().__init__()
        self.places = places

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """Refuse what the unit cannot hold."""
        if value is None:
            return None
        units = value.scaleb(self.places)
        if units != units.to_integral_value() or abs(units) > MOST_UNITS:
            raise ValueError(f"expected at most {self.places} decimal places and {MOST_UNITS} units, got {value}")
        return int(units)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        """Return the number with its places."""
        return None if value is None else Decimal(value).scaleb(-self.places)


def text_enum(kind: type[StrEnum]) -> Enum:
    """Return a column type that keeps an enum's values as text, so that a new value needs no migration."""
    return Enum(kind, native_enum=False, create_constraint=False, length=24, values_callable=_values)


def _values(kind: type[StrEnum]) -> list[str]:
    return [member.value for member in kind]


class Base(DeclarativeBase):
    """Root of all rows."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map: dict[Any, Any] = {datetime: UtcDateTime, Severity: SeverityLevel}  # noqa: RUF012 - SQLAlchemy's
