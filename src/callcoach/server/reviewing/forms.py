"""Forms of the pages of reviewing: what was typed, to be checked, and to stand there again when it is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, TypeVar

from fastapi import Depends
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData
from starlette.requests import Request

from callcoach.errors import CallCoachError
from callcoach.server.faults import refused
from callcoach.server.forgery import FIELD
from callcoach.server.pages.preferences import said_to

M = TypeVar("M", bound=BaseModel)


async def _form(request: Request) -> FormData:
    return await request.form()


AnyForm = Annotated[FormData, Depends(_form)]


@dataclass(frozen=True, slots=True)
class Sent:
    """What a form sent; without arguments: nothing yet."""

    texts: Mapping[str, str] = field(default_factory=dict[str, str])
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Values of fields of which several can be ticked."""

    @classmethod
    def of(cls, form: FormData, lists: tuple[str, ...]) -> Sent:
        """Read a form; `lists` are the fields of which several can be ticked."""
        names = dict.fromkeys(name for name in form if name != FIELD and name not in lists)
        texts = {name: str(form.get(name)) for name in names}
        return cls(texts, {name: tuple(map(str, form.getlist(name))) for name in lists})

    def checked(self, kind: type[M]) -> M:
        """Return what was sent as a model; an empty field is one that was not filled in.

        Raises:
            ValidationError: something is missing or wrong.
        """
        filled = {name: text for name, text in self.texts.items() if text}
        values = filled | {name: list(ticked) for name, ticked in self.chosen.items()}
        return kind.model_validate({name: value for name, value in values.items() if name in kind.model_fields})

    def text(self, name: str, otherwise: str = "") -> str:
        """Return what stands in a field; before anything was sent, what it begins with."""
        return self.texts.get(name, otherwise)

    def has(self, name: str, value: object) -> bool:
        """Whether a box is ticked."""
        return str(value) in self.chosen.get(name, ())


def told_to(request: Request, error: ValidationError | CallCoachError) -> str:
    """Return what is wrong with a form in the reader's language."""
    return said_to(request, refused(error) if isinstance(error, ValidationError) else error)
