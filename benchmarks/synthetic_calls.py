"""Synthetic calls straight into a database: the rows that the work on real calls would have written.

What is said is made of the words of jieba's dictionary, drawn as often as the dictionary says they occur; sentences
recur as they do in a call centre, few of them very often.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jieba
import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from callcoach import __version__
from callcoach.analysis import SCHEMA_VERSION, save
from callcoach.datapath import (
    Call,
    CallAnalysis,
    Direction,
    FindingStatus,
    Recording,
    RuleReport,
    Scorecard,
    Severity,
    Speaker,
    Transcript,
    Turn,
    Word,
)
from callcoach.principal import Role
from callcoach.rules.rulebook import load_rulebook
from callcoach.store.model import CallState, NewPerson
from callcoach.store.people import add_person
from callcoach.store.tables import CallRow, CallTagRow, FindingRow, MeasuresRow, TagRow, TurnRow

TURNS = 50
FINDINGS = 4
TEAMS, AGENTS = 20, 400
SENTENCES, VOCABULARY = 20_000, 30_000
DAYS = 365
FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)
TAGS = ("投诉", "退款", "表扬", "升级", "回访")
TURN_EVERY_S, TURN_S = 4.0, 3.5
SEED = 4

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sayings:
    """Sentences with how often each is said, and words by how common they are."""

    sentences: tuple[str, ...]
    chances: Any
    words: tuple[str, ...]


def make_sayings(count: int = SENTENCES) -> Sayings:
    """Make so many sentences."""
    random = np.random.default_rng(SEED)
    with jieba.get_dict_file() as dictionary:
        lines = [line.decode().split(" ") for line in dictionary]
    found = sorted(((int(line[1]), line[0]) for line in lines if 2 <= len(line[0]) <= 4), reverse=True)[:VOCABULARY]
    words = tuple(word for _, word in found)
    chances = np.array([count for count, _ in found], dtype=float)
    picks = random.choice(len(words), size=(count, 6), p=chances / chances.sum())
    lengths = random.integers(2, 7, count)
    sentences = tuple("".join(words[pick] for pick in row[:length]) for row, length in zip(picks, lengths, strict=True))
    ranks = 1.0 / np.arange(10, count + 10)
    return Sayings(sentences, ranks / ranks.sum(), words)


def add_people(session: Session) -> None:
    """Add the teams with their agents and a supervisor each, and an administrator."""
    for number in range(AGENTS):
        add_person(session, NewPerson(f"agent{number}", f"坐席{number}", Role.AGENT, (f"team{number % TEAMS}",)))
    for number in range(TEAMS):
        add_person(session, NewPerson(f"lead{number}", f"组长{number}", Role.SUPERVISOR, (f"team{number}",)))
    add_person(session, NewPerson("boss", "管理员", Role.ADMINISTRATOR))


def add_tags(session: Session) -> None:
    """Add the tags calls may have."""
    session.add_all(TagRow(name=name) for name in TAGS)


def write_analyses(session: Session, calls_dir: Path, count: int) -> None:
    """Write the analysis documents of the first calls, with a word for each pair of characters."""
    for row in session.scalars(select(CallRow).order_by(CallRow.pk).limit(count)):
        turns = session.scalars(select(TurnRow).where(TurnRow.call_pk == row.pk).order_by(TurnRow.number))
        transcript = Transcript(tuple(_with_words(turn) for turn in turns), "synthetic", "synthetic")
        sound = Recording("received.wav", row.sound_sha256, 8000, row.duration_s, (Speaker.AGENT, Speaker.CUSTOMER))
        report, card = RuleReport("service-language", "1", ()), Scorecard("service-language", "1", 90.0, (), ())
        analysis = CallAnalysis(SCHEMA_VERSION, __version__, Call(row.id), sound, (), transcript, report, card)
        (calls_dir / row.id).mkdir(parents=True)
        save(analysis, calls_dir / row.id)


def turn_row(call_pk: int, number: int, said: str) -> Row:
    """Return the row of a turn; agent and customer take turns every four seconds."""
    speaker = (Speaker.AGENT, Speaker.CUSTOMER)[number % 2]
    start_s = number * TURN_EVERY_S
    times = {"start_s": start_s, "end_s": start_s + TURN_S}
    return {"call_pk": call_pk, "number": number, "speaker": speaker, **times, "text": said}


def _with_words(row: TurnRow) -> Turn:
    pieces = [row.text[place : place + 2] for place in range(0, len(row.text), 2)]
    length_s = (row.end_s - row.start_s) / len(pieces)
    starts = [row.start_s + place * length_s for place in range(len(pieces))]
    words = tuple(Word(text, start, start + length_s, 0.9) for text, start in zip(pieces, starts, strict=True))
    return Turn(row.number, row.speaker, row.start_s, row.end_s, row.text, words)


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of some calls, by the names of their columns; columns that are left out have their defaults."""

    calls: list[Row]
    measures: list[Row]
    findings: list[Row]
    tags: list[Row]
    said: tuple[tuple[str, ...], ...]
    """What was said in each call, a text a turn."""

    @property
    def tables(self) -> tuple[tuple[type[Any], list[Row]], ...]:
        """All rows but those of turns, in an order in which they can be written."""
        return (CallRow, self.calls), (MeasuresRow, self.measures), (FindingRow, self.findings), (CallTagRow, self.tags)

    @property
    def keys(self) -> Iterator[int]:
        """Keys of the calls."""
        return (call["pk"] for call in self.calls)


def make_batches(calls: int, sayings: Sayings, size: int = 2000) -> Iterator[Batch]:
    """Make calls in the order in which they were made; the same ones at every run."""
    maker = _Maker(calls, sayings)
    for first in range(0, calls, size):
        yield maker.make(range(first, min(first + size, calls)))


class _Maker:
    def __init__(self, calls: int, sayings: Sayings) -> None:
        self._random = np.random.default_rng(SEED)
        self._step = timedelta(days=DAYS) / calls
        self._sayings = sayings
        self._rules = [rule.id for rule in load_rulebook("service-language").rules]

    def make(self, numbers: range) -> Batch:
        random = self._random
        calls = [self._call(number) for number in numbers]
        picks = random.choice(len(self._sayings.sentences), (len(calls), TURNS), p=self._sayings.chances).tolist()
        tagged = [call["pk"] for call in calls if random.random() < 0.1]
        tags = random.integers(1, len(TAGS) + 1, len(tagged)).tolist()
        return Batch(
            calls,
            [self._measures(call["pk"]) for call in calls],
            [row for call in calls for row in self._findings(call["pk"])],
            [{"call_pk": pk, "tag_id": tag} for pk, tag in zip(tagged, tags, strict=True)],
            tuple(tuple(self._sayings.sentences[pick] for pick in row) for row in picks),
        )

    def _call(self, number: int) -> dict[str, Any]:
        random = self._random
        agent = int(random.integers(AGENTS))
        started = FIRST_DAY + self._step * number
        customer = f"1{random.integers(30, 100)}{random.integers(10**8):08}"
        return {
            "pk": number + 1,
            "id": f"call-{number:07}",
            "started_at": started,
            "started_known": True,
            "received_at": started + timedelta(minutes=10),
            "direction": Direction.INBOUND if random.random() < 0.7 else Direction.OUTBOUND,
            "agent": str(8000 + agent),
            "agent_id": agent + 1,
            "team_id": agent % TEAMS + 1,
            "number": customer,
            "number_key": customer,
            "duration_s": float(random.gamma(2.0, 100.0)) + 10,
            "state": CallState.SCORED,
            "score": float(round(random.uniform(30, 100), 1)),
            "reviewed": bool(random.random() < 0.05),
            "finding_count": FINDINGS,
            "worst_severity": tuple(Severity)[min(int(random.exponential(0.8)), 3)],
            "sound_sha256": f"{number:064x}",
            "sound_file": "received.wav",
            "source": "synthetic",
        }

    def _measures(self, call_pk: int) -> dict[str, Any]:
        random = self._random
        return {
            "call_pk": call_pk,
            "ring_s": float(random.gamma(2.0, 4.0)),
            "silence_s": float(random.exponential(4.0)),
            "agent_share": float(random.beta(6.0, 4.0)),
            "talk_overs": int(random.poisson(1.5)),
            "hold_s": float(random.exponential(20.0)) if random.random() < 0.1 else 0.0,
        }

    def _findings(self, call_pk: int) -> Iterator[dict[str, Any]]:
        ranks = np.minimum(self._random.exponential(len(self._rules) / 6, FINDINGS).astype(int), len(self._rules) - 1)
        for number, rank in enumerate(ranks):
            yield {
                "call_pk": call_pk,
                "id": f"f{number}",
                "rule_id": self._rules[rank],
                "rule_version": 1,
                "name_zh": "合成",
                "name_en": "synthetic",
                "category": "negative",
                "severity": Severity.WARNING,
                "status": FindingStatus.SCORED,
                "speaker": Speaker.AGENT,
                "turn": number,
                "start_s": 1.0,
                "end_s": 2.0,
                "confidence": 1.0,
            }
