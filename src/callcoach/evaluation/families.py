"""Which rules answer for which label families of a corpus: `families.yaml`, checked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter

from callcoach.documents import read_documents
from callcoach.rules.normalise import normalise

FILE = Path(__file__).with_name("families.yaml")


class Family(BaseModel):
    """One family of labels: the rules that must find it, and its literal strings."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rules: tuple[str, ...]
    plain: tuple[str, ...] = ()


@dataclass(frozen=True)
class Families:
    """All families by group (`banned`, `meaning`, `call`, `silence`, `raised`) and name."""

    groups: dict[str, dict[str, Family]]

    def of_group(self, group: str) -> dict[str, Family]:
        """Families of a group by name."""
        return self.groups[group]

    def rules_of_group(self, group: str) -> frozenset[str]:
        """Every rule that answers for a family of the group."""
        return frozenset(rule for family in self.groups[group].values() for rule in family.rules)

    def family_of_find(self, group: str, rule_id: str, quote: str) -> str:
        """The family under which a find is counted: the one whose literal it quotes, or the rule's first."""
        names = [name for name, family in self.groups[group].items() if rule_id in family.rules]
        text = normalise(quote).text
        literal = [name for name in names if any(plain in text for plain in self.groups[group][name].plain)]
        return max(literal, key=lambda name: max(map(len, self.groups[group][name].plain))) if literal else names[0]

    @cached_property
    def plain_strings(self) -> dict[str, tuple[str, ...]]:
        """Literal strings of every `banned` family."""
        return {name: family.plain for name, family in self.groups["banned"].items()}


def load_families() -> Families:
    """Read the mapping that comes with CallCoach."""
    (document,), faults = read_documents(FILE)
    assert not faults  # noqa: S101 - our own file, read by a test
    return Families(TypeAdapter(dict[str, dict[str, Family]]).validate_python(document.data))
