"""Forms with a row for each step or question, which people put in order by numbers beside them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from starlette.datastructures import FormData

Row = TypeVar("Row")


def text_of(form: FormData, name: str) -> str:
    """Return what was typed into a field, without space around it; empty where there is none."""
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def in_order(form: FormData, rows: Iterable[tuple[int, Row]]) -> tuple[Row, ...]:
    """Return rows, each with its index in the form, by their fields `place_INDEX`; without a number, as they stand."""
    placed = [(_place(form, index), row) for index, row in rows]
    return tuple(row for _, row in sorted(placed, key=lambda pair: pair[0]))


def _place(form: FormData, index: int) -> float:
    place = text_of(form, f"place_{index}")
    is_number = place.isascii() and place.replace(".", "", 1).isdecimal()
    return float(place) if is_number else index + 1.0
