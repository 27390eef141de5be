"""The reference says of every parameter of every kind, in both languages, what it means and what it is by default."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from callcoach.rules.kinds import kinds
from callcoach.rules.kinds.base import Position
from callcoach.rules.kinds.where import Neighbour, Where
from callcoach.rules.reference import chinese_meanings, reference
from callcoach.rules.rulebook import load_rulebook

TABLES: dict[str, type[Any]] = {**kinds(), "where": Where, "neighbour": Neighbour, "position": Position}
TEXT = reference(load_rulebook("service-language"))


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_parameter_has_a_meaning_and_none_is_left_over(name: str) -> None:
    meanings = chinese_meanings()
    parameters = {one.name for one in dataclasses.fields(TABLES[name])} - ({"of"} if name == "where" else set())
    assert parameters <= meanings[name].keys() | meanings["shared"].keys()
    assert meanings[name].keys() <= parameters


def test_no_table_is_left_over() -> None:
    assert chinese_meanings().keys() <= TABLES.keys() | {"shared"}


@pytest.mark.parametrize("name", sorted(kinds()))
def test_every_kind_stands_in_the_reference(name: str) -> None:
    table = TEXT.split(f"\n### `{name}`\n", 1)[1].split("\n### ", 1)[0]
    assert " · " in table.splitlines()[1], "a sentence in Chinese and English"
    for one in dataclasses.fields(kinds()[name]):  # pyright: ignore[reportArgumentType] - every kind is a dataclass
        assert f"| `{one.name}` | " in table
