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
from sqlalchemy import insert, select, text
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
from callcoach.store.engine import Database
from callcoach.store.model import CallState, NewPerson
from callcoach.store.people import add_person
from callcoach.store.search.index import index_of, stretches_of
from callcoach.store.search.tokens import index_tokens
from callcoach.store.tables import CallRow, CallTagRow, FindingRow, MeasuresRow, TagRow, TurnRow

TURNS = 50
FINDINGS = 4
TEAMS, AGENTS = 20, 400
SENTENCES, VOCABULARY = 20_000, 30_000
DAYS = 365
FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)
TAGS = ("投诉", "退款", "表扬", "升级", "回访")
BATCH = 1000
SEED = 4


@dataclass(frozen=True, slots=True)
class Sayings:
    """Sentences with how often each is said, and words by how common they are."""

    sentences: tuple[str, ...]
    chances: Any
    words: tuple[str, ...]


def make_sayings() -> Sayings:
    """Make the sentences."""
    random = np.random.default_rng(SEED)
    lines = (line.split(" ") for line in Path(jieba.get_dict_file().name).read_text(encoding="utf-8").splitlines())
    found = sorted(((int(line[1]), line[0]) for line in lines if 2 <= len(line[0]) <= 4), reverse=True)[:VOCABULARY]
    words = tuple(word for _, word in found)
    chances = np.array([count for count, _ in found], dtype=float)
    picks = random.choice(len(words), size=(SENTENCES, 6), p=chances / chances.sum())
    lengths = random.integers(2, 7, SENTENCES)
    sentences = tuple("".join(words[pick] for pick in row[:length]) for row, length in zip(picks, lengths, strict=True))
    ranks = 1.0 / np.arange(10, SENTENCES + 10)
    return Sayings(sentences, ranks / ranks.sum(), words)


def add_people(session: Session) -> None:
    """Add the teams with their agents and a supervisor each, and an administrator."""
    for number in range(AGENTS):
        add_person(session, NewPerson(f"agent{number}", f"坐席{number}", Role.AGENT, (f"team{number % TEAMS}",)))
    for number in range(TEAMS):
        add_person(session, NewPerson(f"lead{number}", f"组长{number}", Role.SUPERVISOR, (f"team{number}",)))
    add_person(session, NewPerson("boss", "管理员", Role.ADMINISTRATOR))


def fill(database: Database, calls: int, sayings: Sayings) -> None:
    """Write the calls, in the order in which they were made."""
    with database.writing() as session:
        add_people(session)
        session.add_all(TagRow(name=name) for name in TAGS)
    if not database.is_sqlite:  # as one would for any large import
        with database.writing() as session:
            session.execute(text("DROP INDEX ix_call_text"))
    maker = _Maker(database, calls, sayings)
    for first in range(0, calls, BATCH):
        with database.writing() as session:
            maker.write(session, range(first, min(first + BATCH, calls)))
    with database.writing() as session:
        if not database.is_sqlite:
            session.execute(text("CREATE INDEX ix_call_text ON call_text USING gin (words, grams)"))
        session.execute(text("ANALYZE"))


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


def _with_words(row: TurnRow) -> Turn:
    pieces = [row.text[place : place + 2] for place in range(0, len(row.text), 2)]
    length_s = (row.end_s - row.start_s) / len(pieces)
    starts = [row.start_s + place * length_s for place in range(len(pieces))]
    words = tuple(Word(text, start, start + length_s, 0.9) for text, start in zip(pieces, starts, strict=True))
    return Turn(row.number, row.speaker, row.start_s, row.end_s, row.text, words)


class _Maker:
    """Makes rows, the same ones at every run."""

    def __init__(self, database: Database, calls: int, sayings: Sayings) -> None:
        self._random = np.random.default_rng(SEED)
        self._step = timedelta(days=DAYS) / calls
        self._sayings = sayings
        self._rules = [rule.id for rule in load_rulebook("service-language").rules]
        with database.reading() as session:
            self._index = index_of(session)

    def write(self, session: Session, numbers: range) -> None:
        """Write some calls with all that belongs to them."""
        calls = [self._call(number) for number in numbers]
        session.execute(insert(CallRow), calls)
        session.execute(insert(MeasuresRow), [self._measures(call["pk"]) for call in calls])
        turns = [turn for call in calls for turn in self._turns(call["pk"])]
        session.execute(insert(TurnRow), turns)
        session.execute(insert(FindingRow), [row for call in calls for row in self._findings(call["pk"])])
        tagged = [call["pk"] for call in calls if self._random.random() < 0.1]
        ids = self._random.integers(1, len(TAGS) + 1, len(tagged))
        session.execute(
            insert(CallTagRow), [{"call_pk": pk, "tag_id": int(tag)} for pk, tag in zip(tagged, ids, strict=True)]
        )
        for place, call in enumerate(calls):
            said = [turn["text"] for turn in turns[place * TURNS : (place + 1) * TURNS]]
            self._index.put(session, call["pk"], [index_tokens(stretch) for stretch in stretches_of(said)])

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

    def _turns(self, call_pk: int) -> Iterator[dict[str, Any]]:
        picks = self._random.choice(SENTENCES, TURNS, p=self._sayings.chances)
        for number, pick in enumerate(picks):
            yield {
                "call_pk": call_pk,
                "number": number,
                "speaker": (Speaker.AGENT, Speaker.CUSTOMER)[number % 2],
                "start_s": number * 4.0,
                "end_s": number * 4.0 + 3.5,
                "text": self._sayings.sentences[pick],
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
