"""A level track that grows: what was told of utterances long over is kept, and is what the whole track gives."""

from __future__ import annotations

import numpy as np

from callcoach.datapath import Conversation, LevelTrack, PitchTrack, Speaker, Turn, Word
from callcoach.rules.explain import said
from callcoach.rules.kinds.raised import RaisedCondition
from callcoach.rules.loudness import LoudnessTrack, LoudStretch
from callcoach.rules.view import ConversationView

HOP_S, HOPS = 0.1, 2000
DICE = np.random.default_rng(7)
SPOKEN = np.repeat(DICE.random(HOPS // 20) < 0.6, 20)
DBFS = np.where(SPOKEN, -25 + 6 * np.repeat(DICE.standard_normal(HOPS // 20), 20), -60) + DICE.standard_normal(HOPS)
HZ = np.where(SPOKEN, 180 * 2 ** np.repeat(DICE.standard_normal(HOPS // 20) / 4, 20), 0.0)


def track_of(hops: int, former: LoudnessTrack | None = None, dbfs: np.ndarray = DBFS, lag: int = 0) -> LoudnessTrack:
    levels = LevelTrack(HOP_S, tuple(dbfs[:hops]), tuple(SPOKEN[:hops]))
    return LoudnessTrack(levels, SPOKEN[:hops], PitchTrack(HOP_S, tuple(HZ[: hops - lag])), former)


def stretches(track: LoudnessTrack) -> list[LoudStretch | None]:
    known = [(one, track.usual(one)) for one in track.utterances]
    return [usual and track.loud_stretch(one, usual, 3.0, 1.5) for one, usual in known]


def test_a_growing_track_tells_what_a_whole_one_does_also_when_the_pitch_comes_late() -> None:
    growing: LoudnessTrack | None = None
    for hops in range(100, HOPS, 130):
        growing = track_of(hops, growing, lag=90 if hops % 4 else 0)
        assert stretches(growing) == stretches(track_of(hops, lag=90 if hops % 4 else 0))
    assert any(stretches(track_of(HOPS)))


def test_a_track_that_begins_otherwise_is_measured_anew() -> None:
    former = track_of(HOPS // 2)
    stretches(former)
    louder = DBFS + np.where(np.arange(HOPS) < 300, 9.0, 0.0)
    assert stretches(track_of(HOPS, former, louder)) == stretches(track_of(HOPS, None, louder))
    assert stretches(track_of(HOPS, None, louder)) != stretches(track_of(HOPS))


def test_what_a_view_made_is_made_once_until_the_call_goes_on() -> None:
    asked: list[int] = []

    def count(view: ConversationView) -> int:
        asked.append(len(view.turns))
        return len(asked)

    view = ConversationView(said("您好请讲", Speaker.AGENT))
    assert [view.once(count), view.once(count)] == [1, 1]
    view.conversation = Conversation(view.conversation.call, 99.0, view.conversation.turns)
    assert (view.former(count), view.once(count)) == (1, 2)


def test_a_raised_voice_is_told_from_levels_that_came_later() -> None:
    words = tuple(Word("啊", at * HOP_S, (at + 1) * HOP_S, 1.0) for at in np.flatnonzero(SPOKEN).tolist())
    turn = Turn(0, Speaker.AGENT, words[0].start_s, words[-1].end_s, "啊" * len(words), words)
    talk = Conversation(said("您好", Speaker.AGENT).call, HOPS * HOP_S, (turn,))

    def with_sound(hops: int) -> Conversation:
        levels = {Speaker.AGENT: LevelTrack(HOP_S, tuple(DBFS[:hops]), tuple(SPOKEN[:hops]))}
        return Conversation(talk.call, talk.duration_s, talk.turns, levels=levels)

    view, condition = ConversationView(with_sound(500)), RaisedCondition()
    list(condition.find(view))
    view.conversation = with_sound(HOPS)
    assert list(condition.find(view)) == list(condition.find(ConversationView(with_sound(HOPS)))) != []
