"""What is found while a call goes on is what the finished call gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcoach.asr.turns import build_turns
from callcoach.audio.sound import Sound
from callcoach.datapath import Call, CallEvent, CallEventKind, Conversation, Finding, Speaker, Turn
from callcoach.evaluation.truth import TruthCall
from callcoach.evaluation.truth_engine import TruthEngine
from callcoach.rules.definition import Rulebook
from callcoach.rules.kinds import Condition
from callcoach.rules.live import LiveRules, not_live
from callcoach.rules.match import Match
from callcoach.rules.rulebook import load_rulebook
from callcoach.rules.runner import apply_rules
from callcoach.rules.view import ConversationView

BOOK = load_rulebook("service-language")

NO, SORRY = "{kind: phrase, any: [我不]}", "{kind: phrase, any: [抱歉]}"
ANYONE_SORRY = "{kind: phrase, any: [抱歉], speaker: anyone}"
GREETED = "{kind: phrase, any: [您好], position: {first_turns: 2, first_s: 20}}"
CONDITIONS = {
    "all": f"{{kind: all, of: [{NO}, {SORRY}]}}",
    "any": f"{{kind: any, of: [{NO}, {{kind: dead_air, warn_s: 3}}]}}",
    "count": f"{{kind: count, at_least: 2, of: {NO}}}",
    "near": f"{{kind: near, within_s: 6, of: {NO}, other: {ANYONE_SORRY}}}",
    "without_after": f"{{kind: near, absent: true, order: after, within_s: 4, of: {NO}, other: {SORRY}}}",
    "without_turns": f"{{kind: near, absent: true, within_turns: 1, of: {NO}, other: {SORRY}}}",
    "without_before": f"{{kind: near, absent: true, order: before, of: {NO}, other: {ANYONE_SORRY}}}",
    "missing": f"{{kind: missing, due: first_turn, of: {GREETED}}}",
    "silent": "{kind: dead_air, warn_s: 3, notice: [稍等], prods: [喂], farewells: [再见]}",
    "last": "{kind: phrase, any: [我不], position: {last_turns: 2}}",
}
"""Kinds within kinds, each of which settles in another way."""

RULE = """\
id: test.{name}
version: 1
name: {{zh: 试, en: Test}}
category: negative
severity: warning
applies_to: agent
condition: {condition}
advice: {{zh: 试, en: Test}}
source: {{document: S0, phrase: 试}}
hits: [【我不】来, 【我不】去, 【我不】做]
misses: [我来, 我去, 我做]
"""


@cache
def nested() -> Rulebook:
    return book_of(CONDITIONS)


def book_of(conditions: Mapping[str, str]) -> Rulebook:
    """A rulebook of one rule for each condition, `test.NAME`."""
    rules = (RULE.format(name=name, condition=condition) for name, condition in conditions.items())
    with TemporaryDirectory() as folder:
        (Path(folder) / "a.yaml").write_text("---\n".join(rules), encoding="utf-8")
        return load_rulebook(folder)


SAYINGS = (
    *("我不能给您退", "抱歉", "您好请讲", "请您稍等", "喂有人吗", "再见", "嗯", "不但是我不来", "你必须自己去"),
    *("我不我不", "您说我不能退是吧", "还要办其他的吗", "这是公司规定", "好的谢谢"),
)
TRAILING = 8
"""Turns after those that are judged: enough for every window of turns and for a usual level of each voice."""
SPEAKERS = st.sampled_from([Speaker.AGENT, Speaker.CUSTOMER])
TURNS = st.lists(
    st.tuples(SPEAKERS, st.sampled_from(SAYINGS), st.sampled_from([0.0, 0.3, 1.0, 3.5, 7.0, 12.0]), st.booleans()),
    max_size=12,
)
"""Who says what, after how long, and whether the time is told before the turn comes."""


def laid_out(drawn: Sequence[tuple[Speaker, str, float, bool]]) -> list[tuple[Turn, bool]]:
    """Turns in order of their start, which may overlap."""
    turns: list[tuple[Turn, bool]] = []
    start_s = 0.0
    for index, (speaker, text, pause_s, told) in enumerate(drawn):
        start_s += pause_s
        turns.append((Turn(index, speaker, start_s, start_s + 0.25 * len(text), text), told))
    return turns


def trailed(turns: list[tuple[Turn, bool]]) -> list[tuple[Turn, bool]]:
    """The same with long turns of either side long after, so that all before it is certain."""
    last_s = max((turn.end_s for turn, _ in turns), default=0.0) + 100
    sides = (Speaker.AGENT, Speaker.CUSTOMER)
    after = [
        Turn(len(turns) + number, sides[number % 2], last_s + 12 * number, last_s + 12 * number + 10, "嗯" * 40)
        for number in range(TRAILING)
    ]
    return [*turns, *((turn, False) for turn in after)]


def plain(findings: Sequence[Finding]) -> list[Finding]:
    """Findings without their numbers, which follow the order in which they were made."""
    return [replace(one, id="f") for one in findings]


def live_findings(live: LiveRules, turns: Sequence[tuple[Turn, bool]]) -> Iterator[Finding]:
    for turn, told in turns:
        if told:
            yield from live.hear_nothing(turn.start_s)
        yield from live.hear(turn)


def check(book: Rulebook, turns: list[tuple[Turn, bool]]) -> None:
    """All that was told stands at the end, once; and all that was certain was told."""
    turns = trailed(turns)
    live = LiveRules(book, Call("c"), with_levels=False)
    told = plain(list(live_findings(live, turns)))
    certain_s = max((turn.end_s for turn, _ in turns[:-TRAILING]), default=0.0)
    report = live.finish(turns[-1][0].end_s)
    at_end = {one.rule_id for one in not_live(book)}
    final = plain(report.findings)
    assert not live.failures
    assert len(set(told)) == len(told)
    assert set(told) <= set(final)
    assert {one for one in final if one.rule_id not in at_end and one.end_s <= certain_s} <= set(told)
    assert not at_end & {one.rule_id for one in told}
    conversation = Conversation(Call("c"), turns[-1][0].end_s, tuple(turn for turn, _ in turns))
    assert report == apply_rules(book, conversation)


@given(TURNS)
@settings(max_examples=40, deadline=None)
def test_the_rulebook_finds_live_what_it_finds_afterwards(drawn: list[tuple[Speaker, str, float, bool]]) -> None:
    check(BOOK, laid_out(drawn))


@given(TURNS)
@settings(max_examples=80, deadline=None)
def test_conditions_within_conditions_do_too(drawn: list[tuple[Speaker, str, float, bool]]) -> None:
    check(nested(), laid_out(drawn))


@pytest.mark.corpus
def test_the_development_calls_give_the_same_live(corpus: Path) -> None:
    """Every call of the corpus, as it was really said, in the order in which it was said."""
    checked = 0
    for path in sorted((corpus / "dev").glob("dev*.json")):
        truth = TruthCall.model_validate_json(path.read_bytes())
        speakers = (Speaker.AGENT, Speaker.CUSTOMER) if truth.channels == 2 else (Speaker.UNKNOWN,)
        turns = build_turns(TruthEngine(truth).transcribe(silence(speakers), ()))
        if truth.channels == 2:
            check(BOOK, [(turn, False) for turn in turns])
            checked += 1
    assert checked > 20


def silence(speakers: tuple[Speaker, ...]) -> Sound:
    import numpy as np

    return Sound(np.zeros((8000, len(speakers)), dtype=np.int16), 8000, speakers)


def test_a_phrase_is_told_with_the_turn_it_was_said_in() -> None:
    live = LiveRules(BOOK, Call("c"))
    assert not live.hear(Turn(0, Speaker.AGENT, 0, 2, "您好请讲"))
    (finding,) = live.hear(Turn(1, Speaker.AGENT, 3, 5, "我不能给您改签"))
    assert (finding.rule_id, finding.turn_index, finding.quote) == ("neg.cannot", 1, "我不能")
    assert not live.hear(Turn(2, Speaker.CUSTOMER, 6, 7, "我不能接受"))


def test_a_silence_is_told_when_time_goes_on_after_it() -> None:
    live = LiveRules(BOOK, Call("c"), with_levels=False)
    live.hear(Turn(0, Speaker.CUSTOMER, 0, 2, "几点闭馆"))
    assert not live.hear_nothing(9.0)
    assert not live.hear(Turn(1, Speaker.AGENT, 10, 12, "您好请讲"))
    (finding,) = live.hear_nothing(10.5)
    assert (finding.rule_id, finding.value) == ("silence.dead_air", 8.0)
    assert not live.hear_nothing(11.0)


def test_an_event_explains_a_silence() -> None:
    live = LiveRules(BOOK, Call("c"), with_levels=False)
    live.hear(Turn(0, Speaker.AGENT, 0, 2, "您好我转给同事"))
    live.hear_event(CallEvent(CallEventKind.HOLD, 2.5))
    live.hear_event(CallEvent(CallEventKind.RESUME, 19.0))
    live.hear(Turn(1, Speaker.CUSTOMER, 20, 21, "好的"))
    assert not live.hear_nothing(22.0)
    assert not [one for one in live.finish(23.0).findings if one.rule_id.startswith("silence")]


def test_no_greeting_is_told_once_it_is_too_late_for_one() -> None:
    live = LiveRules(BOOK, Call("c"))
    assert not live.hear(Turn(0, Speaker.AGENT, 0, 1, "哪位"))
    (finding,) = live.hear(Turn(1, Speaker.AGENT, 3, 4, "什么事"))
    assert (finding.rule_id, finding.turn_index) == ("open.greeting", 0)


def test_turns_out_of_order_are_refused() -> None:
    live = LiveRules(BOOK, Call("c"))
    live.hear(Turn(0, Speaker.AGENT, 5, 6, "您好"))
    for wrong in (Turn(2, Speaker.AGENT, 7, 8, "嗯"), Turn(1, Speaker.AGENT, 4, 8, "嗯")):
        with pytest.raises(ValueError, match="expected turn 1, not before"):
            live.hear(wrong)


def test_rules_that_need_the_whole_call_are_listed_with_their_reason() -> None:
    with_levels = {one.rule_id: one for one in not_live(BOOK)}
    assert {"close.anything_else", "close.thanks", "voice.monotone", "talk.share"} <= set(with_levels)
    assert all(one.reason_zh and one.reason_en for one in with_levels.values())
    assert not {"neg.cannot", "silence.dead_air", "voice.raised", "talk.interruption", "hold.long"} & set(with_levels)


class Unlisted(Condition):
    kind = "unlisted"

    def find(self, view: ConversationView) -> Iterator[Match]:
        yield Match(Speaker.AGENT, 0.0, view.conversation.duration_s)


def test_a_kind_nobody_thought_of_waits_for_the_end() -> None:
    rule = replace(BOOK.rules[0], condition=Unlisted())
    book = replace(BOOK, rules=(rule,))
    live = LiveRules(book, Call("c"))
    assert not live.hear(Turn(0, Speaker.AGENT, 0, 1, "您好"))
    assert len(live.finish(2.0).findings) == 1
    assert [one.rule_id for one in not_live(book)] == [rule.id]


class Counting:
    """Counts the texts the phrases are searched in."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def find(self, text: str):
        self.texts.append(text)
        return BOOK.finder.find(text)


def test_each_turn_is_searched_once_however_long_the_call() -> None:
    counting = Counting()
    live = LiveRules(replace(BOOK, finder=counting), Call("c"))
    for index in range(50):
        live.hear(Turn(index, Speaker.AGENT, 2.0 * index, 2.0 * index + 1, f"我不能{index}"))
    assert counting.texts == [f"我不能{index}" for index in range(50)]
