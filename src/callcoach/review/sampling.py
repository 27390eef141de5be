"""Which calls are worth a person's time: sampling plans over the calls of a period.

The draw depends on the seed, the period and the calls alone: each call gets a number from a hash of these, so that
the same draw can be made again anywhere, in any order, and a call more or less does not reshuffle the others.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest


class Method(StrEnum):
    """How a plan chooses."""

    RANDOM = "random"
    STRATIFIED = "stratified"
    """Random, every agent in turn, so that a busy one does not crowd out the others."""
    WORST_FIRST = "worst_first"
    LOW_CONFIDENCE_FIRST = "low_confidence_first"
    """The calls of whose findings the machine is least sure."""


class QuotaPer(StrEnum):
    """What a plan's quota counts."""

    ALL = "all"
    AGENT = "agent"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A call that can be drawn."""

    call_id: str
    agent: str
    """Person or name; empty: not known, which counts as one agent."""
    score: float | None = None
    confidence: float | None = None
    """Of the least certain finding, 0 to 1; None: the call has no finding."""


@dataclass(frozen=True, slots=True)
class Draw:
    """How to draw: `quota` calls of each agent, or in all."""

    method: Method
    quota: int
    per: QuotaPer
    seed: int

    def __post_init__(self) -> None:
        if self.quota < 1:
            raise ValueError(f"Draw.quota: expected at least 1, got {self.quota}")


def draw(how: Draw, period_key: str, candidates: Iterable[Candidate]) -> tuple[str, ...]:
    """Return the ids of the calls drawn, the most urgent first."""
    ordered = sorted(candidates, key=_order(how, period_key))
    if how.per is QuotaPer.AGENT:
        chosen = {one.call_id for group in _by_agent(ordered) for one in group[: how.quota]}
        return tuple(one.call_id for one in ordered if one.call_id in chosen)
    if how.method is Method.STRATIFIED:
        ordered = _in_turn(_by_agent(ordered))
    return tuple(one.call_id for one in ordered[: how.quota])


def lot(seed: int, period_key: str, call_id: str) -> int:
    """Return the number a call draws: the first 8 bytes of SHA-256 over `seed:period:call`; the lowest win."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{period_key}:{call_id}".encode()).digest()[:8])


def _order(how: Draw, period_key: str) -> Callable[[Candidate], tuple[bool, float, int, str]]:
    """Return the key that sorts who is drawn first; what is not known comes last, equals by lot."""

    def key(one: Candidate) -> tuple[bool, float, int, str]:
        value: float | None = 0.0
        if how.method is Method.WORST_FIRST:
            value = one.score
        elif how.method is Method.LOW_CONFIDENCE_FIRST:
            value = one.confidence
        return value is None, value or 0.0, lot(how.seed, period_key, one.call_id), one.call_id

    return key


def _by_agent(ordered: Sequence[Candidate]) -> list[list[Candidate]]:
    """Return each agent's calls in their order; the agents in the order of their first."""
    groups: defaultdict[str, list[Candidate]] = defaultdict(list)
    for one in ordered:
        groups[one.agent].append(one)
    return list(groups.values())


def _in_turn(groups: Sequence[Sequence[Candidate]]) -> list[Candidate]:
    """Return the first of each group, then the second of each, and so on."""
    return [one for turn in zip_longest(*groups) for one in turn if one is not None]
