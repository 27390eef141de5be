"""The kinds of conditions. Importing this package makes all of them known; one module each family."""

from __future__ import annotations

from callcoach.rules.kinds import (
    compose,
    dead_air,
    energy,
    entity,
    events,
    expression,
    facts,
    gaps,
    keyword,
    phrase,
    raised,
    reply,
    sequence,
    similar,
    talking,
    voice,
    where,
)
from callcoach.rules.kinds.base import Condition, kinds

__all__ = [
    "Condition",
    "compose",
    "dead_air",
    "energy",
    "entity",
    "events",
    "expression",
    "facts",
    "gaps",
    "keyword",
    "kinds",
    "phrase",
    "raised",
    "reply",
    "sequence",
    "similar",
    "talking",
    "voice",
    "where",
]
