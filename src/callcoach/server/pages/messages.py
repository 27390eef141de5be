"""The words of the pages, Chinese and English side by side, a YAML file a domain.

The key `people.title` is `title` in `messages/people.yaml`. Takes a key, gives the text in the reader's language;
never markup.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

import yaml
from pydantic import TypeAdapter

from callcoach.around.callbacks import CallbackState, CallbackStep
from callcoach.around.complaints import Approver, ComplaintState, ComplaintStep, Demand
from callcoach.around.follow_ups import FollowUpSource, FollowUpState
from callcoach.around.surveys import QuestionKind
from callcoach.principal import Role, Scope
from callcoach.reports.wording import Words
from callcoach.store.around.complaint_model import ComplaintField
from callcoach.store.statistics.model import GroupBy

FOLDER = Path(__file__).parent / "messages"


class Language(StrEnum):
    """A language the pages speak."""

    ZH = "zh"
    EN = "en"


class Theme(StrEnum):
    """Colours of the pages."""

    AUTO = "auto"
    """As the system of the reader has it."""
    LIGHT = "light"
    DARK = "dark"


FAMILIES: dict[str, type[StrEnum]] = {
    "role": Role,
    "scope": Scope,
    "theme": Theme,
    "callback_state": CallbackState,
    "callback_step": CallbackStep,
    "complaint_state": ComplaintState,
    "complaint_step": ComplaintStep,
    "demand": Demand,
    "approval": Approver,
    "complaint_field": ComplaintField,
    "follow_up_state": FollowUpState,
    "follow_up_source": FollowUpSource,
    "group_by": GroupBy,
    "question_kind": QuestionKind,
}
"""Domains of keys whose second part is computed: there is one for each member, by its value."""
TAGS = {Language.ZH: "zh-CN", Language.EN: "en"}
"""The languages as HTML names them."""


@cache
def catalogue() -> Mapping[str, Words]:
    """Return every text by its key."""
    both = TypeAdapter(dict[str, Words])
    found: dict[str, Words] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        found |= {f"{path.stem}.{key}": words for key, words in both.validate_python(document).items()}
    return found


@dataclass(frozen=True, slots=True)
class Translator:
    """Says things in one language."""

    language: Language

    def __call__(self, key: str, **values: object) -> str:
        """Return the text of a key, its `{places}` filled."""
        text = self.words(catalogue()[key])
        return text.format(**values) if values else text

    def words(self, words: Words) -> str:
        """Return the half of a pair that the reader reads."""
        return words.zh if self.language is Language.ZH else words.en


def domain_texts(translator: Translator, domain: str) -> dict[str, str]:
    """Return all texts of a domain (`"desk."`) in the reader's language, by the rest of their keys: for scripts."""
    return {
        key.removeprefix(domain): translator.words(words)
        for key, words in catalogue().items()
        if key.startswith(domain)
    }
