"""A complaint's fields as a form sends them: texts, of which numbers, a day and a choice are read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from callcoach.around.complaints import Demand
from callcoach.errors import InputError
from callcoach.store.around.complaint_model import FIELDS, ComplaintFields


def read_fields(sent: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of the fields that were sent.

    Raises:
        InputError: one cannot be.
    """
    return {name: _value(name, str(sent[name]).strip()) for name in FIELDS if name in sent}


def as_fields(values: Mapping[str, Any]) -> ComplaintFields:
    """Return a complaint's fields; what was not sent is empty."""
    return ComplaintFields(**values)


def _value(name: str, text: str) -> Any:
    try:
        match name:
            case "amount" | "quantity":
                return Decimal(text.replace(",", "").replace("，", "")) if text else None
            case "happened_on":
                return date.fromisoformat(text) if text else None
            case "demand":
                return Demand(text or Demand.OTHER)
            case _:
                return text
    except (InvalidOperation, ValueError) as error:
        expected = {"amount": "1234.50", "quantity": "12", "happened_on": "2026-01-31", "demand": "claim"}[name]
        raise InputError(
            f"The field {name} holds {text[:40]!r}, expected one such as {expected}.",
            f"栏目 {name} 填的是 {text[:40]!r}，应写成 {expected} 这样。",
        ) from error
