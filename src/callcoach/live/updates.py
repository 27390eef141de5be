"""What is told of a live call: one frozen type for each kind of news, plain data for any wire.

Times are seconds from the call's first sample, as in its recording.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from callcoach.datapath import Finding, Severity, Speaker, Turn


@dataclass(frozen=True, slots=True)
class Partial:
    """What a side seems to be saying; the text still wavers. Empty: the utterance is over."""

    speaker: Speaker
    start_s: float
    text: str


@dataclass(frozen=True, slots=True)
class TurnHeard:
    """A finished turn, in order of start."""

    turn: Turn


@dataclass(frozen=True, slots=True)
class FindingMade:
    """A finding that is certain, and the running score with it."""

    finding: Finding
    score: float


@dataclass(frozen=True, slots=True)
class Hint:
    """Something the agent can still do better: what was wrong and what to say instead."""

    number: int
    """Counts from 1 in a call."""
    rule_id: str
    name_zh: str
    name_en: str
    severity: Severity
    quote: str
    """The words that caused it; empty for what was measured."""
    value: float | None
    unit: str
    advice_zh: str
    advice_en: str
    start_s: float
    end_s: float
    """Where its cause lies in the call."""
    at_s: float
    """When it is given."""


@dataclass(frozen=True, slots=True)
class Gauges:
    """How the call sounds now."""

    at_s: float
    silence_s: float
    """Nobody has spoken for so long."""
    last_speaker: Speaker
    """Who spoke last, `unknown` before the first word."""
    talk_over: bool
    """Both speak."""
    agent_level_db: float | None
    """The agent's speech against their own usual level, dB; None: not speaking, or nothing to compare with."""
    agent_pace: float | None
    """Characters a minute over the agent's latest speech; None: too little to tell."""
    agent_share: float | None
    """The agent's share of all speech so far, 0 to 1."""
    lag_s: float
    """How far the recognition is behind the sound."""


@dataclass(frozen=True, slots=True)
class LiveOver:
    """The call has ended; nothing follows. `lost_s`: sound that was not listened to, because of overload or a crash."""

    duration_s: float
    lost_s: float


LiveUpdate = Partial | TurnHeard | FindingMade | Hint | Gauges | LiveOver


def as_plain(update: LiveUpdate) -> dict[str, Any]:
    """Return the update as JSON data, with the type's name under `update`."""
    return {"update": type(update).__name__, **asdict(update)}
