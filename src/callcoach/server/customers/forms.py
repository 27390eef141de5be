"""The form of a card, and which of its values can be."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, TypeVar

from fastapi import Depends
from starlette.datastructures import FormData
from starlette.requests import Request

from callcoach.customers.kinds import CustomerKind
from callcoach.customers.tiers import Tier
from callcoach.errors import InputError
from callcoach.server.imports.columns import CellError, amount_of, numbers_of, words_of
from callcoach.store.customers.model import Customer, CustomerFields

MOST_NOTES = 4000
MOST_NAME = 120
Choice = TypeVar("Choice", Tier, CustomerKind)


async def _form(request: Request) -> FormData:
    return await request.form()


CardForm = Annotated[FormData, Depends(_form)]
"""The form as it was sent: it holds only the fields that are changed."""


def applied(form: FormData, before: CustomerFields) -> CustomerFields:
    """Return what a card says after a form; fields that the form does not have stay.

    Raises:
        InputError: a value cannot be.
    """
    sent = {name: str(value).strip() for name, value in form.items() if isinstance(value, str)}
    changed: dict[str, object] = {name: sent[name][:MOST_NAME] for name in ("name", "company") if name in sent}
    try:
        if "numbers" in sent:
            changed["numbers"] = numbers_of(sent["numbers"][:MOST_NOTES])
        if "sales" in sent:
            changed["sales"] = amount_of(sent["sales"][:40])
    except CellError as error:
        found = sent.get("numbers", "")[:80]
        raise InputError(f"{error.words.en}: {found}", f"{error.words.zh}：{found}") from error
    if "tags" in sent:
        changed["tags"] = words_of(sent["tags"][:MOST_NOTES].replace(",", ";").replace("，", ";"))
    if "notes" in sent:
        changed["notes"] = sent["notes"][:MOST_NOTES]
    if "tier" in sent:
        changed["tier"] = _choice(Tier, sent["tier"])
    if "kind" in sent:
        changed["kind"] = _choice(CustomerKind, sent["kind"])
    if "owner_id" in sent:
        changed["owner_id"] = int(sent["owner_id"]) if sent["owner_id"].isdecimal() else None
    return replace(before, **changed)  # pyright: ignore[reportArgumentType] - each value was read as its field's type


def fields_of(card: Customer) -> CustomerFields:
    """Return what a card says, to be changed."""
    return CustomerFields(
        card.name, card.company, card.numbers, card.tier, card.kind, card.sales, card.owner_id, card.notes, card.tags
    )


def _choice(kind: type[Choice], value: str) -> Choice | None:
    return kind(value) if value in {member.value for member in kind} else None
