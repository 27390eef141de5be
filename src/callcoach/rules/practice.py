"""Whether a sentence that an agent practises would stand: the rules on wording judge it as they would in a call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from callcoach.datapath import Call, Conversation, Finding, Speaker, Turn
from callcoach.rules.definition import Rulebook
from callcoach.rules.examples import PAUSE_BETWEEN_TURNS_S, SECONDS_PER_CHARACTER
from callcoach.rules.normalise import normalise
from callcoach.rules.rulebook import narrowed
from callcoach.rules.runner import apply_rules
from callcoach.rules.similarity import similarity

WORDING = frozenset({"negative", "forbidden"})
"""Categories of rules about what should not be said."""
LEAST_CHARACTERS = 4
"""Fewer are no answer to a customer: 好的, 嗯."""


@dataclass(frozen=True, slots=True)
class Practised:
    """What is to be said of a sentence."""

    findings: tuple[Finding, ...]
    is_too_short: bool
    likeness: float
    """How like the recommended wording it is, 0 to 1."""

    @property
    def passed(self) -> bool:
        """Whether it would stand: nothing is found in it, and it says something."""
        return not self.findings and not self.is_too_short


def practise(rulebook: Rulebook, rule_id: str, customer: str, said: str, better: str) -> Practised:
    """Judge what an agent would say to a customer.

    Args:
        rulebook: the rules in force.
        rule_id: the rule that the drill is about; it judges whatever its category.
        customer: what the customer said before; empty: not known.
        said: the agent's sentence.
        better: the recommended wording.
    """
    judging = {
        rule.id for rule in rulebook.rules if rule.category in WORDING and rule.applies_to == Speaker.AGENT.value
    }
    conversation = _conversation([(Speaker.CUSTOMER, customer), (Speaker.AGENT, said)])
    found = apply_rules(narrowed(rulebook, judging | {rule_id}), conversation).findings
    text = normalise(said).text
    return Practised(
        tuple(one for one in found if one.speaker is Speaker.AGENT),
        len(text) < LEAST_CHARACTERS,
        similarity(text, normalise(better).text),
    )


def _conversation(said: Sequence[tuple[Speaker, str]]) -> Conversation:
    turns: list[Turn] = []
    now_s = 0.0
    for speaker, text in said:
        if text:
            end_s = now_s + len(text) * SECONDS_PER_CHARACTER
            turns.append(Turn(len(turns), speaker, now_s, end_s, text))
            now_s = end_s + PAUSE_BETWEEN_TURNS_S
    return Conversation(Call("drill"), max(now_s, 1.0), tuple(turns))
