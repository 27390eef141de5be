"""Acts and bases as JSON and back. A kind of act is never renamed: old events must stay readable."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from callcoach.review.acts import Act
from callcoach.review.rescoring import Basis

_ACT: TypeAdapter[Act] = TypeAdapter(Annotated[Act, Field(discriminator="kind")])
_BASIS = TypeAdapter(Basis)


def act_to_json(act: Act) -> dict[str, Any]:
    """Return an act as plain JSON data, its kind included."""
    return TypeAdapter(type(act)).dump_python(act, mode="json")


def act_from_json(plain: dict[str, Any]) -> Act:
    """Return the act that `act_to_json` wrote."""
    return _ACT.validate_python(plain)


def basis_to_json(basis: Basis) -> dict[str, Any]:
    """Return a basis as plain JSON data."""
    return _BASIS.dump_python(basis, mode="json")


def basis_from_json(plain: dict[str, Any]) -> Basis:
    """Return the basis that `basis_to_json` wrote."""
    return _BASIS.validate_python(plain)
