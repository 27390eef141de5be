"""What is measured while a call goes on (silence, loudness, talk, events) is what the finished call gives.

Calls are made up with their sound: turns at drawn levels and pitches, music in pauses, holds. Every kind of
condition is asked, alone and inside others, and told live against the finished call.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcoach.asr.turns import build_turns
from callcoach.audio.decoding import open_recording
from callcoach.audio.dropouts import dropouts
from callcoach.audio.levels import level_track
from callcoach.audio.pitch import pitch_track
from callcoach.datapath import (
    Call,
    CallEvent,
    CallEventKind,
    Conversation,
    Direction,
    Finding,
    LevelTrack,
    PitchTrack,
    Speaker,
    Turn,
)
from callcoach.evaluation.truth import TruthCall
from callcoach.evaluation.truth_engine import TruthEngine
from callcoach.rules.definition import Rulebook
from callcoach.rules.kinds import kinds
from callcoach.rules.live import LiveRules, not_live
from callcoach.rules.rulebook import load_rulebook
from callcoach.rules.runner import apply_rules
from tests.rules.test_live import book_of, plain

pytestmark = pytest.mark.slow

HOP_S = 0.1
NO, SORRY = "{kind: phrase, any: [我不]}", "{kind: phrase, any: [抱歉], speaker: anyone}"
DEAD, RAISED = "{kind: dead_air, warn_s: 3, notice: [稍等], prods: [喂], farewells: [再见]}", "{kind: raised}"
HELD, MONO = "{kind: event, event: hold}", "{kind: monologue, over_s: 6, speaker: anyone}"
OVER = "{kind: talk_over, speaker: anyone}"
LIVE = {
    "similar": "{kind: similar, to: [我不能给您改签], speaker: agent}",
    "repetition": "{kind: repetition, speaker: anyone, min_characters: 2}",
    "regex": "{kind: regex, pattern: 我不.}",
    "keyword_some": "{kind: keyword, words: [我不, 抱歉], match: some, at_least: 2, within: call}",
    "keyword_none": "{kind: keyword, words: [我, 您], match: none}",
    "pace": "{kind: pace, above: 200, over: turn, min_characters: 4}",
    "total": "{kind: keyword, words: [我不, 抱歉, 您], match: total, at_least: 3, within: call}",
    "entity": "{kind: entity, types: [number, place]}",
    "turns_two_to_four": "{kind: phrase, any: [我不, 您好], position: {from_turn: 2, to_turn: 4, to_s: 30}}",
    "repetition_near": "{kind: repetition, speaker: anyone, min_characters: 2, within_turns: 1, excludes: [抱歉]}",
    "pause": "{kind: pause, over_s: 2, speaker: anyone}",
    "pause_back": "{kind: pause, over_s: 6, speaker: agent, last_speaker: customer, turns_back: 2}",
    "pause_near": f"{{kind: near, within_s: 3, of: {NO}, other: {{kind: pause, over_s: 3, speaker: anyone}}}}",
    "no_pause_before": f"{{kind: near, absent: true, within_s: 5, of: {DEAD}, other: {{kind: pause, over_s: 3}}}}",
    "opening": "{kind: opening_gap, over_s: 3, speaker: customer}",
    "energy_jump": "{kind: energy, jump_db: 4, speaker: anyone}",
    "energy_range": "{kind: energy, above_dbfs: -20, position: {to_turn: 5}}",
    "no_energy": f"{{kind: sequence, missing: true, first: {NO}, then: {{kind: energy, jump_db: 3}}, within_s: 9}}",
    "dead_air": DEAD,
    "busy": "{kind: dead_air, cause: customer_busy, warn_s: 3}",
    "slow": "{kind: slow_reply, warn_s: 2}",
    "raised": RAISED,
    "raised_anyone": "{kind: raised, speaker: anyone, above_db: 4, alone_db: 8, higher_semitones: 1}",
    "talk_over": OVER,
    "monologue": MONO,
    "event": HELD,
    "hold": "{kind: hold, over_s: 5, total_s: 12}",
    "ring": "{kind: ring, over_s: 5}",
    "any": f"{{kind: any, of: [{DEAD}, {RAISED}, {HELD}]}}",
    "all": f"{{kind: all, of: [{RAISED}, {DEAD}, {{kind: call, direction: inbound, longer_s: 10}}]}}",
    "count": f"{{kind: count, at_least: 2, of: {DEAD}}}",
    "near": f"{{kind: near, within_s: 5, of: {NO}, other: {DEAD}}}",
    "not_near_silence": f"{{kind: near, absent: true, within_s: 5, of: {NO}, other: {DEAD}}}",
    "not_near_turns": f"{{kind: near, absent: true, within_turns: 1, of: {RAISED}, other: {SORRY}}}",
    "before": f"{{kind: phrase, any: [我不], before: {{of: {SORRY}}}}}",
    "before_silence": f"{{kind: phrase, any: [我不], before: {{of: {DEAD}, within_s: 8}}}}",
    "after": f"{{kind: phrase, any: [我不], after: {{of: {RAISED}, within_s: 20}}}}",
    "not_after": f"{{kind: event, event: hold, not_after: {{of: {SORRY}, within_s: 9}}}}",
    "not_before": f"{{kind: event, event: resume, not_before: {{of: {SORRY}, within_s: 9}}}}",
    "not_near": f"{{kind: raised, not_near: {{of: {SORRY}, within_turns: 2}}}}",
    "not_within": f"{{kind: phrase, any: [我不], not_within: {RAISED}}}",
    "raised_early": "{kind: raised, position: {first_turns: 2}}",
    "sequence": f"{{kind: sequence, first: {DEAD}, then: {NO}, within_s: 10}}",
    "sequence_turns": f"{{kind: sequence, first: {NO}, then: {RAISED}, within_turns: 2}}",
    "sequence_missing": f"{{kind: sequence, missing: true, first: {RAISED}, then: {SORRY}, within_turns: 2}}",
    "sequence_silence": f"{{kind: sequence, missing: true, first: {NO}, then: {DEAD}, within_s: 6}}",
    "sequence_over": f"{{kind: sequence, first: {OVER}, then: {MONO}, within_turns: 3}}",
    "missing": "{kind: missing, due: first_turn, of: {kind: regex, pattern: 您好, position: {first_s: 20}}}",
}
"""Conditions whose places can be told while the call goes on."""

AT_END = {
    "last": "{kind: phrase, any: [我不], position: {last_turns: 2}}",
    "share_of_call": "{kind: phrase, any: [我不], position: {first_percent: 50}}",
    "never": f"{{kind: not, of: {NO}}}",
    "none_in_call": "{kind: keyword, words: [抱歉], match: none, within: call}",
    "never_after": f"{{kind: near, absent: true, order: after, of: {NO}, other: {SORRY}}}",
    "never_before": f"{{kind: phrase, any: [我不], not_before: {{of: {SORRY}}}}}",
    "never_follows": f"{{kind: sequence, missing: true, first: {NO}, then: {SORRY}}}",
    "missing_last": f"{{kind: missing, due: last_turn, of: {SORRY}}}",
    "missing_anywhere": f"{{kind: missing, due: first_turn, of: {SORRY}}}",
    "density": "{kind: density, words: [我不], above: 1, min_speech_s: 1}",
    "too_quiet": "{kind: too_quiet}",
    "monotone": "{kind: monotone, min_voiced_s: 1}",
    "pace_of_call": "{kind: pace, above: 200}",
    "talk_share": "{kind: talk_share, min_talk_s: 1}",
    "pace_against_own": "{kind: pace, above_own: 1.2, over: turn, min_characters: 2}",
    "energy_span": "{kind: energy, span_db: 3}",
    "hold_share": "{kind: hold, share: 0.1}",
    "non_talk": "{kind: non_talk, above: 0.2, min_call_s: 1}",
    "closing": "{kind: closing_gap, over_s: 0.5}",
    "turn_count": "{kind: turn_count, at_least: 2}",
    "negated": "{kind: phrase, any: [我不], negate: true}",
    "to_the_last_but_one": "{kind: phrase, any: [我不], position: {to_turn: -2}}",
    "facts": "{kind: call, direction: inbound}",
    "who_hung_up": f"{{kind: all, of: [{NO}, {{kind: call, ended_by: agent}}]}}",
    "why_it_ended": f"{{kind: all, of: [{NO}, {{kind: call, end_reasons: [bye]}}]}}",
    "short": f"{{kind: all, of: [{NO}, {{kind: call, shorter_s: 1000}}]}}",
}
"""Conditions that wait for the end of the call."""


@cache
def book() -> Rulebook:
    return book_of(LIVE | AT_END)


@dataclass(frozen=True, slots=True)
class Said:
    """A turn as drawn: who says what after how long, how loud and high, with music before it, in how many words."""

    speaker: Speaker
    text: str
    pause_s: float
    level_dbfs: float
    hz: float
    music: bool
    told: bool


SAYINGS = ("我不能给您改签", "抱歉", "您好请讲", "请您稍等", "喂有人吗", "再见", "嗯", "你必须自己去办这件事情才行")
PAUSES_S = (-2.0, -0.5, 0.0, 0.3, 1.0, 2.5, 4.0, 7.0, 12.0)
TURNS = st.lists(
    st.builds(
        Said,
        st.sampled_from((Speaker.AGENT, Speaker.CUSTOMER)),
        st.sampled_from(SAYINGS),
        st.sampled_from(PAUSES_S),
        st.sampled_from((-30.0, -30.0, -24.5, -18.0)),
        st.sampled_from((150.0, 190.0)),
        st.booleans(),
        st.booleans(),
    ),
    max_size=10,
)
EVENTS = st.lists(
    st.tuples(st.sampled_from((CallEventKind.HOLD, CallEventKind.RESUME, CallEventKind.ANSWER)), st.integers(0, 40)),
    max_size=5,
)
TRAILING = tuple(
    Said(
        (Speaker.AGENT, Speaker.CUSTOMER)[number % 2], "嗯" * 50, 60.0 if not number else 1.0, -30.0, 150.0, False, True
    )
    for number in range(8)
)
"""Long turns after the drawn ones: after them all that was before is certain."""


def laid_out(drawn: Sequence[Said], events: Sequence[tuple[CallEventKind, int]]) -> Conversation:
    """The finished call."""
    turns: list[Turn] = []
    start_s = end_s = 0.0
    for index, one in enumerate(drawn):
        start_s = max(start_s, end_s + one.pause_s)
        end_s = start_s + 0.25 * len(one.text)
        turns.append(Turn(index, one.speaker, start_s, end_s, one.text))
    duration_s = max((turn.end_s for turn in turns), default=0.0) + 1.0
    ring = CallEvent(CallEventKind.RING, -9.0)
    known = (ring, *sorted((CallEvent(kind, float(at_s)) for kind, at_s in events), key=lambda one: one.at_s))
    call = Call("c", Direction.INBOUND, events=known)
    ends_s = [0.0, *(turn.end_s for turn in turns)]
    lost = [(end_s, turn.start_s) for one, turn, end_s in zip(drawn, turns, ends_s, strict=False) if one.told]
    tracks = {side: sound(side, drawn, turns, duration_s) for side in (Speaker.AGENT, Speaker.CUSTOMER)}
    return Conversation(
        call,
        duration_s,
        tuple(turns),
        levels={side: LevelTrack(HOP_S, dbfs, (False,) * len(dbfs)) for side, (dbfs, _) in tracks.items()},
        pitches={side: PitchTrack(HOP_S, hz) for side, (_, hz) in tracks.items()},
        dropouts={Speaker.CUSTOMER: tuple(span for span in lost if span[0] < span[1])},
    )


def sound(
    side: Speaker, drawn: Sequence[Said], turns: Sequence[Turn], duration_s: float
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Levels and pitches of one side; music is on the agent's, and mere noise before a low voice."""
    hops = round(duration_s / HOP_S) + 1
    dbfs = -60.0 + np.arange(hops) % 7 / 2
    hz = np.zeros(hops)
    before_s = 0.0
    for one, turn in zip(drawn, turns, strict=True):
        if one.music and side is Speaker.AGENT:
            between = slice(round(before_s / HOP_S), round(turn.start_s / HOP_S))
            dbfs[between], hz[between] = -35.0, 220.0 if one.hz > 170 else 0.0
        before_s = max(before_s, turn.end_s)
    for one, turn in zip(drawn, turns, strict=True):
        if one.speaker is side:
            where = slice(round(turn.start_s / HOP_S), round(turn.end_s / HOP_S))
            dbfs[where], hz[where] = one.level_dbfs, one.hz
    return tuple(dbfs.tolist()), tuple(hz.tolist())


def told_live(live: LiveRules, whole: Conversation, drawn: Sequence[Said]) -> Iterator[Finding]:
    """Let the call happen: events, sound and turns in their order; what each brings."""
    events = list(whole.call.events)[1:]
    for one, turn in zip(drawn, whole.turns, strict=True):
        while events and events[0].at_s <= turn.start_s:
            live.hear_event(events.pop(0))
        hear_sound(live, whole, turn.end_s + HOP_S)
        if one.told:
            yield from live.hear_nothing(turn.start_s)
        yield from live.hear(turn)
    for event in events:
        live.hear_event(event)


def hear_sound(live: LiveRules, whole: Conversation, until_s: float) -> None:
    def heard(hop_s: float) -> int:
        return round(until_s / hop_s)

    live.hear_sound(
        {
            side: LevelTrack(one.hop_s, one.dbfs[: heard(one.hop_s)], one.speech[: heard(one.hop_s)])
            for side, one in whole.levels.items()
        },
        {side: PitchTrack(one.hop_s, one.hz[: heard(one.hop_s)]) for side, one in whole.pitches.items()},
        {
            side: tuple((start, min(end, until_s)) for start, end in spans if start < until_s)
            for side, spans in whole.dropouts.items()
        },
    )


def check(drawn: Sequence[Said], events: Sequence[tuple[CallEventKind, int]]) -> None:
    whole = laid_out([*drawn, *TRAILING], events)
    live = LiveRules(book(), replace(whole.call, events=whole.call.events[:1]))
    told = plain(list(told_live(live, whole, [*drawn, *TRAILING])))
    report = live.finish(whole.duration_s, levels=whole.levels, pitches=whole.pitches, dropouts=whole.dropouts)
    assert not live.failures
    assert report == apply_rules(book(), whole)
    final = plain(report.findings)
    assert len(set(told)) == len(told)
    assert set(told) <= set(final)
    certain_s = whole.turns[len(drawn)].start_s - 30
    waiting = {f"test.{name}" for name in AT_END}
    assert {one for one in final if one.end_s <= certain_s and one.rule_id not in waiting} <= set(told)
    assert not waiting & {one.rule_id for one in told}


@given(TURNS, EVENTS)
@settings(max_examples=12, deadline=None)
def test_every_kind_finds_live_what_it_finds_afterwards(
    drawn: list[Said], events: list[tuple[CallEventKind, int]]
) -> None:
    check(drawn, events)


def test_what_cannot_be_known_live_is_just_this() -> None:
    assert {one.rule_id for one in not_live(book())} == {f"test.{name}" for name in AT_END}


def test_every_kind_is_tried() -> None:
    tried = " ".join([*LIVE.values(), *AT_END.values()]).replace("}", ",")
    assert not {kind for kind in kinds() if f"kind: {kind}," not in tried}


def agent(text: str, pause_s: float, level_dbfs: float = -30.0, hz: float = 150.0) -> Said:
    return Said(Speaker.AGENT, text, pause_s, level_dbfs, hz, music=False, told=False)


@pytest.mark.parametrize("wait", [0.5, 1.5])
def test_a_raised_voice_is_told_when_the_utterance_is_over(wait: float) -> None:
    whole = laid_out([agent("嗯" * 40, 0.0), agent("嗯" * 50, 1.0), agent("你先听我说", 1.0, -20.0)], ())
    live = LiveRules(book(), replace(whole.call, events=()))
    hear_sound(live, whole, whole.duration_s)
    told = [one for turn in whole.turns for one in live.hear(turn)]
    hear_sound(live, whole, whole.duration_s)
    told += live.hear_nothing(whole.turns[-1].end_s + wait)
    assert ("test.raised" in {one.rule_id for one in told}) is (wait > 1)


def test_rules_about_sound_wait_for_it() -> None:
    """Where the sound is measured in the end only, nothing that depends on it is told before."""
    drawn = [agent("您好请讲", 0.0), agent("嗯", 7.0), *TRAILING]
    whole = laid_out(drawn, ())
    live = LiveRules(book(), whole.call)
    told = {one.rule_id for turn in whole.turns for one in live.hear(turn)}
    assert not {"test.dead_air", "test.raised"} & told
    report = live.finish(whole.duration_s, levels=whole.levels, pitches=whole.pitches, dropouts=whole.dropouts)
    assert "test.dead_air" in {one.rule_id for one in report.findings}


def test_an_event_that_time_has_gone_past_is_refused() -> None:
    live = LiveRules(book(), Call("c"))
    live.hear_nothing(5.0)
    with pytest.raises(ValueError, match="expected not before 5"):
        live.hear_event(CallEvent(CallEventKind.HOLD, 4.0))


@pytest.mark.corpus
def test_the_development_calls_give_the_same_live_with_their_sound(corpus: Path, tmp_path: Path) -> None:
    """Every two-sided call of the corpus with its own levels, pitches and losses, by the built-in rulebook."""
    builtin = load_rulebook("service-language")
    waiting = {one.rule_id for one in not_live(builtin)}
    told_in_all = 0
    for path in sorted((corpus / "dev").glob("dev*.json")):
        recording, sound = open_recording(path.with_suffix(".flac"), work_dir=tmp_path)
        if not recording.separated:
            continue
        truth = TruthCall.model_validate_json(path.read_bytes())
        turns = tuple(build_turns(TruthEngine(truth).transcribe(sound, ())))
        whole = Conversation(
            Call(truth.id),
            recording.duration_s,
            turns,
            levels={side: level_track(sound.side(side), sound.sample_rate_hz, ()) for side in sound.speakers},
            pitches={side: pitch_track(sound.side(side), sound.sample_rate_hz) for side in sound.speakers},
            dropouts={side: dropouts(sound.side(side), sound.sample_rate_hz) for side in sound.speakers},
        )
        live = LiveRules(builtin, whole.call)
        told: list[Finding] = []
        for turn in turns:
            hear_sound(live, whole, turn.end_s + HOP_S)
            told.extend(plain(live.hear(turn)))
        report = live.finish(whole.duration_s, levels=whole.levels, pitches=whole.pitches, dropouts=whole.dropouts)
        final = plain(report.findings)
        assert report == apply_rules(builtin, whole)
        assert set(told) <= set(final)
        assert not waiting & {one.rule_id for one in told}
        told_in_all += len(told)
    assert told_in_all > 50
