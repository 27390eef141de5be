"""The page that sets other products' operators beside ours names nothing that is not there."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

from callcoach.rules.kinds import kinds
from callcoach.rules.kinds.base import Position
from callcoach.rules.kinds.where import Neighbour, Where
from callcoach.rules.schema import RuleDocument

PAGE = Path(__file__).parents[2] / "docs" / "operators.md"
VALUES = {"any", "all", "some", "none", "total", "turn", "call", "negate", "match: total", "within_turns: 0", "#", "…n"}


def fields(cls: type[Any]) -> set[str]:
    return {one.name for one in dataclasses.fields(cls)}


def test_every_name_on_the_page_is_a_kind_a_parameter_or_a_value() -> None:
    known = (
        VALUES | set(kinds()) | fields(Position) | fields(Where) | fields(Neighbour) | set(RuleDocument.model_fields)
    )
    known |= {one for kind in kinds().values() for one in fields(kind)} | {"等…4#分钟", "points", "dimension"}
    named = set(re.findall(r"`([^`]+)`", PAGE.read_text("utf-8")))
    assert named - known == set()


def test_every_kind_but_the_plainest_covers_an_operator() -> None:
    named = set(re.findall(r"`([^`]+)`", PAGE.read_text("utf-8")))
    ours = {"density", "event", "missing", "near", "too_quiet"}
    assert set(kinds()) - named == ours - named, "a kind without an operator beside it: add a row, or name it ours"
