"""Kinds measured from times, levels and pitch, each just inside and just outside its limit."""

from __future__ import annotations

import numpy as np
import pytest

from callcoach.datapath import Call, Conversation, Speaker, Turn, Word
from tests.rules.kinds.conftest import Find, conversation, events, fault_of, levels, pitches

QUESTION = ("c", 0.0, 2.0, "网点在哪里")


def answer(at_s: float) -> tuple[str, float, float, str]:
    return ("a", at_s, at_s + 2, "在人民路")


@pytest.mark.parametrize(("at_s", "late"), [(4.9, False), (5.0, True), (6.9, True), (7.0, False)])
def test_a_reply_is_late_from_three_seconds_until_it_is_dead_air(find: Find, at_s: float, late: bool) -> None:
    found = find(conversation(QUESTION, answer(at_s)), kind="slow_reply")
    assert [(one.start_s, one.end_s, one.speaker) for one in found] == ([(2.0, at_s, Speaker.AGENT)] if late else [])


def test_what_is_no_slow_reply(find: Find) -> None:
    wait = ("a", 0.0, 2.0, "请您稍等我查一下")
    assert not find(conversation(wait, ("c", 2.5, 3, "好的"), answer(7)), kind="slow_reply"), "after mere assent"
    slow = conversation(wait, ("c", 2.5, 4, "你快一点吧"), answer(8))
    assert find(slow, kind="slow_reply")
    assert not find(slow, kind="slow_reply", notice=["稍等"]), "after an announced wait"
    held = conversation(QUESTION, answer(6), call={"events": events(("hold", 2.5), ("resume", 5.0))})
    assert not find(held, kind="slow_reply"), "on hold"
    assert not find(conversation(answer(0), ("c", 6, 8, "我找到了单号")), kind="slow_reply"), "the customer's silence"


def said(who: Speaker, *words: tuple[str, float, float]) -> Turn:
    made = tuple(Word(text, start_s, end_s, 1.0) for text, start_s, end_s in words)
    return Turn(0, who, made[0].start_s, made[-1].end_s, "".join(text for text, _, _ in words), made)


def talk(*turns: Turn) -> Conversation:
    numbered = tuple(
        Turn(index, one.speaker, one.start_s, one.end_s, one.text, one.words) for index, one in enumerate(turns)
    )
    return Conversation(Call("test"), 60.0, numbered)


@pytest.mark.parametrize(("start_s", "over"), [(4.35, True), (4.45, False)])
def test_talking_over_needs_more_than_the_overlap(find: Find, start_s: float, over: bool) -> None:
    found = find(
        conversation(("c", 0, 5, "我上个月就来问过这件事情"), ("a", start_s, 8, "您先听我说")), kind="talk_over"
    )
    assert [one.start_s for one in found] == ([start_s] if over else [])


@pytest.mark.parametrize(
    "turns",
    [
        [("c", 0, 5, "我上个月就来问过这件事情"), ("a", 3, 3.9, "好的")],
        [("c", 0, 9, "我上个月就来问过这件事情一直没有人理我"), ("a", 3, 5, "您先听我说")],
        [("a", 0, 5, "我来给您解释一下这件事情"), ("c", 3, 6, "不用解释")],
        [("a", 0, 5, "我来给您解释一下这件事情"), ("a", 3, 6, "不用解释")],
        [("c", 0, 2, "嗯"), ("a", 1, 4, "我来给您解释")],
    ],
    ids=["assent", "the customer goes on", "the customer does it", "nobody else", "over assent"],
)
def test_what_is_no_interruption(find: Find, turns: list[tuple[str, float, float, str]]) -> None:
    assert not find(conversation(*turns), kind="talk_over", speaker="agent")


def test_an_interruption_inside_a_long_turn_counts_by_its_pieces(find: Find) -> None:
    customer = said(Speaker.CUSTOMER, ("我上个月就", 0, 2), ("来问过", 2, 4), ("喂", 6, 6.2), ("听着", 6.2, 7))
    agent = said(Speaker.AGENT, ("您先听我说", 3, 5))
    assert [one.value for one in find(talk(customer, agent), kind="talk_over", speaker="agent")] == [1.0]


@pytest.mark.parametrize(("agent_s", "too_much"), [(75, False), (76, True)])
def test_the_share_of_talking(find: Find, agent_s: float, too_much: bool) -> None:
    whole = conversation(("a", 0, agent_s, "说" * 30), ("c", agent_s, 100, "听" * 9))
    assert bool(find(whole, kind="talk_share", speaker="agent")) is too_much
    assert not find(whole, kind="talk_share", speaker="agent", min_talk_s=101)
    assert find(whole, kind="talk_share", speaker="customer", above=None, below=0.26)


@pytest.mark.parametrize(("end_s", "long"), [(60.0, False), (60.1, True)])
def test_a_monologue_is_not_ended_by_assent(find: Find, end_s: float, long: bool) -> None:
    turns = (("a", 0, 30, "说" * 90), ("c", 30, 30.5, "嗯嗯"), ("a", 31, end_s, "说" * 80))
    assert bool(find(conversation(*turns), kind="monologue", speaker="agent")) is long
    broken = (turns[0], ("c", 30, 31, "等等我有问题"), ("a", 31, 62, "说" * 80))
    assert not find(conversation(*broken), kind="monologue", speaker="agent")


@pytest.mark.parametrize(("dbfs", "quiet"), [(-36.5, True), (-35.5, False)])
def test_a_voice_below_the_level_is_too_quiet(find: Find, dbfs: float, quiet: bool) -> None:
    track = {Speaker.AGENT: levels([dbfs] * 50 + [-70.0] * 50)}
    whole = conversation(("a", 0, 5, "您好请问有什么可以帮您"), duration_s=10, levels=track)
    assert [one.unit for one in find(whole, kind="too_quiet", speaker="agent")] == (["dBFS"] if quiet else [])


@pytest.mark.parametrize(("noise_dbfs", "quiet"), [(-31.5, True), (-32.5, False)])
def test_a_voice_little_above_the_noise_is_too_quiet(find: Find, noise_dbfs: float, quiet: bool) -> None:
    track = {Speaker.AGENT: levels([-20.0] * 50 + [noise_dbfs] * 50)}
    whole = conversation(("a", 0, 5, "您好请问有什么可以帮您"), duration_s=10, levels=track)
    found = find(whole, kind="too_quiet", speaker="agent")
    assert [one.value for one in found] == ([11.5] if quiet else [])
    assert not find(whole, kind="too_quiet", speaker="agent", min_speech_s=6)


@pytest.mark.parametrize(("end_s", "fast"), [(7.9, True), (8.1, False)])
def test_pace_above(find: Find, end_s: float, fast: bool) -> None:
    found = find(conversation(("a", 0, end_s, "快" * 40)), kind="pace", above=300, speaker="agent")
    assert bool(found) is fast


def test_pace_below_by_turn_leaves_out_pauses_and_short_turns(find: Find) -> None:
    slow = said(Speaker.AGENT, ("慢" * 10, 0, 6), ("慢" * 10, 16, 22))
    assert [one.value for one in find(talk(slow), kind="pace", below=120, over="turn", min_characters=20)] == [100]
    assert not find(talk(slow), kind="pace", below=99, over="turn", min_characters=20)
    assert not find(talk(slow), kind="pace", below=120, over="turn")
    assert "above" in fault_of(kind="pace")


@pytest.mark.parametrize(("semitones", "flat"), [(1.9, True), (2.1, False)])
def test_a_voice_of_small_range_is_monotone(find: Find, semitones: float, flat: bool) -> None:
    swing = [float(hz) for hz in 200 * 2 ** (np.tile([semitones, -semitones], 60) / 12)]
    track = {Speaker.AGENT: pitches([*swing, 0.0, 0.0])}
    whole = conversation(("a", 0, 12.2, "说" * 40), pitches=track)
    assert bool(find(whole, kind="monotone", speaker="agent")) is flat
    assert not find(whole, kind="monotone", speaker="agent", min_voiced_s=12.5)


def test_octave_errors_do_not_make_a_flat_voice_lively(find: Find) -> None:
    track = {Speaker.AGENT: pitches([200.0, 202.0] * 55 + [400.0] * 10)}
    assert find(conversation(("a", 0, 12, "说" * 40), pitches=track), kind="monotone", speaker="agent")
