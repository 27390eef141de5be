"""One live call: sound of both sides in, everything that can be told of it out.

The feeding thread only looks for speech and measures levels; each side is recognised in a thread of its own, so that
closing one speaker's utterance never holds up the other. News is told in order, from one thread at a time.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Sequence
from math import inf

import numpy as np
from numpy.typing import NDArray

from callcoach.asr.engine import StreamingEngine
from callcoach.audio.speech import SpeechFinder
from callcoach.datapath import Call, CallEvent, Finding, RuleReport, Speaker, Turn
from callcoach.errors import AsrError
from callcoach.live.side import Side, SideNews
from callcoach.live.sound import RunningSound
from callcoach.live.speaking_up import MOMENT_S, STALE_S, HintPacer
from callcoach.live.turns import LiveTurns
from callcoach.live.updates import FindingMade, Gauges, LiveOver, LiveUpdate, Partial, TurnHeard
from callcoach.live.watching import JUST_NOW_S, Watching
from callcoach.rules.definition import Rulebook
from callcoach.rules.live import LiveRules
from callcoach.scoring import Rubric, score

log = logging.getLogger(__name__)

SIDES = (Speaker.AGENT, Speaker.CUSTOMER)
"""Channels of the sound, as in a recording."""
GAUGE_EVERY_S = 0.5
SOUND_EVERY_S = 5.0
"""How often the levels so far are shown to the rules: it costs as much as the call is long."""
MAX_LAG_S = 8.0
"""A recognition further behind than this helps nobody: the sound that waits is skipped, and counted as lost."""
ROUNDING_S = 0.01
"""Words' times are rounded to hundredths: a turn may begin so much before the sound it was heard in."""
PACE_OVER_S = 20.0
"""The agent's pace is that of the words of the last seconds."""
PACE_FROM_CHARACTERS = 12
SECONDS_A_MINUTE = 60.0

_Chunk = tuple[NDArray[np.int16], float, bool]


class LiveCall:
    """Follows one call from its first sample on.

    Args:
        call: what is known of it; its events come by `hear_event`.
        engine: the recogniser.
        rulebook: what to look for.
        rubric: what each finding costs.
        speaks: ids of the rules that speak up to the agent.
        sample_rate_hz: of the sound, 8000 or 16000.
        tell: called with each update, from the call's own threads but never from two at once.
        from_s: where in the call the sound begins that is heard here; 0 but after a crash.
    """

    def __init__(
        self,
        call: Call,
        *,
        engine: StreamingEngine,
        rulebook: Rulebook,
        rubric: Rubric,
        speaks: frozenset[str],
        sample_rate_hz: int,
        tell: Callable[[LiveUpdate], None],
        from_s: float = 0.0,
    ) -> None:
        self._rate_hz = sample_rate_hz
        self._tell = tell
        self._rulebook, self._rubric = rulebook, rubric
        self._finder = SpeechFinder(SIDES, sample_rate_hz)
        self._sound = RunningSound(SIDES, sample_rate_hz)
        self._rules = LiveRules(rulebook, call)
        self._watching = Watching(rulebook, call, speaks)
        self._pacer = HintPacer()
        self._turns = LiveTurns()
        self._told: list[Turn] = []
        self._findings: list[Finding] = []
        self._news = {speaker: SideNews(from_s, from_s, "") for speaker in SIDES}
        self._heard_s = from_s
        self._gauged_s = self._sounded_s = from_s
        self._spoke_s, self._last_speaker = from_s, Speaker.UNKNOWN
        self._loud_s = -JUST_NOW_S
        self._lost_s = 0.0
        self._lock = threading.RLock()
        self._queues: dict[Speaker, queue.SimpleQueue[_Chunk | None]] = {one: queue.SimpleQueue() for one in SIDES}
        sides = [Side(speaker, engine.open_stream(sample_rate_hz), sample_rate_hz) for speaker in SIDES]
        self._threads = [threading.Thread(target=self._listen, args=(side,), name=f"live-{call.id}") for side in sides]
        for thread in self._threads:
            thread.start()

    def hear(self, samples: NDArray[np.int16]) -> None:
        """Take the next samples, shape (frames, 2), agent first; some 100 ms at a time."""
        at_s = self._heard_s
        self._finder.feed(samples)
        with self._lock:
            self._heard_s = at_s + len(samples) / self._rate_hz
            self._sound.hear(samples, self._finder.speaking)
            for channel, (speaker, speaking) in enumerate(zip(SIDES, self._finder.speaking, strict=True)):
                if speaking:
                    self._spoke_s, self._last_speaker = self._heard_s, speaker
                self._queues[speaker].put((samples[:, channel].copy(), at_s, speaking))
            if self._heard_s - self._gauged_s >= GAUGE_EVERY_S:
                self._look_at_the_moment()
            elif not any(self._finder.speaking):
                self._listen_to_the_silence(since_s=at_s)

    def hear_event(self, event: CallEvent) -> None:
        """Take an event of the call's signalling."""
        with self._lock:
            self._watching.hear_event(event)
            try:
                self._rules.hear_event(event)
            except ValueError as error:  # it came late: the finished call knows it
                log.info("live call: %s", error)

    def finish(self) -> None:
        """End the call: everything that was heard is told, then `LiveOver`."""
        for waiting in self._queues.values():
            waiting.put(None)
        for thread in self._threads:
            thread.join()
        with self._lock:
            self._hear_turns(self._turns.rest())
            self._tell(LiveOver(round(self._heard_s, 2), round(self._lost_s, 2)))

    @property
    def behind_s(self) -> float:
        """How far the recognition is behind the sound."""
        return max(0.0, self._heard_s - min(news.heard_to_s for news in self._news.values()))

    # -- a side's own thread -------------------------------------------------------------------

    def _listen(self, side: Side) -> None:
        waiting = self._queues[side.speaker]
        while (chunk := waiting.get()) is not None:
            samples, at_s, speaking = chunk
            if self._heard_s - at_s > MAX_LAG_S:
                self._lost_s += len(samples) / self._rate_hz
                continue
            try:
                news = side.hear(samples, at_s, speaking=speaking)
            except AsrError:
                log.exception("live recognition of the %s failed; the recording is not touched", side.speaker)
                return
            with self._lock:
                self._take(side.speaker, news)
        news = side.finish(self._heard_s)
        with self._lock:
            self._take(side.speaker, news)

    def _take(self, speaker: Speaker, news: SideNews) -> None:
        before, self._news[speaker] = self._news[speaker], news
        if news.closed:
            self._turns.add(news.closed)
        if news.text != before.text:
            self._tell(Partial(speaker, round(news.open_from_s, 2), news.text))
        self._hear_turns(self._turns.final({one: news.open_from_s for one, news in self._news.items()}))
        if speaker is Speaker.AGENT and (news.text or news.closed):
            self._pacer.offer(self._watching.words(self._told, self._open_turns(), news.heard_to_s), self._heard_s)
        if speaker is Speaker.AGENT and news.closed and self._was_loud:
            self._listen_to_the_voice()
        self._speak_up()

    def _open_turns(self) -> list[Turn]:
        """Return what is said but not final: turns that may still grow, and open utterances."""
        turns = list(self._turns.provisional())
        for speaker, news in self._news.items():
            if news.text and news.heard_to_s > news.open_from_s:
                turns.append(Turn(len(turns), speaker, news.open_from_s, news.heard_to_s, news.text))
        return turns

    # -- with the lock held --------------------------------------------------------------------

    def _hear_turns(self, turns: Sequence[Turn]) -> None:
        for turn in turns:
            self._told.append(turn)
            self._tell(TurnHeard(turn))
            if self._heard_s - self._sounded_s >= SOUND_EVERY_S:
                self._sounded_s = self._heard_s
                measured = self._sound.measured()
                self._rules.hear_sound(measured.levels, dropouts=measured.dropouts)
            self._make(self._rules.hear(turn))
        until_s = min(self._turns.from_s, *(news.open_from_s for news in self._news.values()))
        self._make(self._rules.hear_nothing(until_s - ROUNDING_S))

    def _make(self, findings: Sequence[Finding]) -> None:
        for finding in findings:
            self._findings.append(finding)
            report = RuleReport(self._rulebook.id, self._rulebook.version, tuple(self._findings))
            self._tell(FindingMade(finding, score(self._rubric, report).score))
            if (left_s := finding.end_s + STALE_S - self._heard_s) > 0:
                self._pacer.offer(self._watching.late(finding), self._heard_s, for_s=left_s)

    def _speak_up(self) -> None:
        hint = self._pacer.due(self._heard_s)
        if hint:
            self._tell(hint)

    def _look_at_the_moment(self) -> None:
        self._gauged_s = self._heard_s
        gauges = self._gauges()
        self._tell(gauges)
        if (gauges.agent_level_db or 0) > 0:
            self._loud_s = self._heard_s
        if self._was_loud:
            self._listen_to_the_voice()
        elif not any(self._finder.speaking):
            self._listen_to_the_silence()
        self._speak_up()

    @property
    def _was_loud(self) -> bool:
        """Whether the agent has just spoken louder than usual: the rules have a look."""
        return self._heard_s - self._loud_s < JUST_NOW_S

    def _listen_to_the_silence(self, since_s: float = -inf) -> None:
        found = self._watching.silence(self._told, self._open_turns(), self._sound, self._heard_s, since_s=since_s)
        if found:
            self._pacer.offer(found, self._heard_s, for_s=MOMENT_S)
            self._speak_up()

    def _listen_to_the_voice(self) -> None:
        found = self._watching.voice(self._told, self._open_turns(), self._sound, self._heard_s)
        self._pacer.offer(found, self._heard_s, for_s=MOMENT_S)

    def _gauges(self) -> Gauges:
        agent, customer = (self._sound.loudness[speaker] for speaker in SIDES)
        spoken_s = agent.spoken_s + customer.spoken_s
        return Gauges(
            at_s=round(self._heard_s, 2),
            silence_s=round(self._heard_s - self._spoke_s, 1),
            last_speaker=self._last_speaker,
            talk_over=all(self._finder.speaking),
            agent_level_db=agent.above_usual_db(),
            agent_pace=self._pace(),
            agent_share=round(agent.spoken_s / spoken_s, 2) if spoken_s else None,
            lag_s=round(self.behind_s, 2),
        )

    def _pace(self) -> float | None:
        """Return the agent's characters a minute over what was said of late."""
        turns = [*self._told[-8:], *self._turns.provisional()]
        words = [
            word
            for turn in turns
            if turn.speaker is Speaker.AGENT
            for word in turn.words
            if word.end_s > self._heard_s - PACE_OVER_S
        ]
        characters = sum(len(word.text) for word in words)
        spoken_s = sum(word.end_s - word.start_s for word in words)
        if characters < PACE_FROM_CHARACTERS or spoken_s <= 0:
            return None
        return round(characters / spoken_s * SECONDS_A_MINUTE)
