"""How loud a speaker is against their own usual level.

Takes a level track, and a pitch track where there is one; gives utterances, their loudest stretch above the
speaker's running level, and how much higher than usual the voice is there. Working relative to the speaker
makes a constantly loud voice or a hot microphone no finding. The running level looks back, and forward only
at the beginning, so that it is known soon after an utterance is over.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

import numpy as np
from numpy.typing import NDArray

from callcoach.datapath import LevelTrack, PitchTrack
from callcoach.rules.quiet import runs

UTTERANCE_GAP_S = 0.8
"""Pauses shorter than this belong to one utterance: people shout in bursts (八百？你们抢钱呢！)."""

VOICED_BELOW_TOP_DB = 15.0
"""Hops further below an utterance's loudest are consonants and pauses; they say nothing of the effort."""

TOP_QUANTILE = 0.95
"""Quantile taken as an utterance's loudest, so that a click does not set it."""

BASELINE_QUANTILE = 0.3
"""Speaking time quantile that is the usual level. Below the median, since a speaker who shouts for
half of the call is still shouting; on the development calls a median hid a third raised turn."""

BASELINE_REACH_S = 300.0
"""Speech within so many seconds before counts for the running level: over longer calls people drift and
change the distance to the microphone."""

ENOUGH_BASELINE_S = 20.0
"""Voiced speech that makes a running level; while there is less, what is said next counts too. Some eight
sentences: fewer, and one that is shouted or murmured would move the level."""

MIN_BASELINE_S = 3.0
"""Least voiced speech from which a usual level can be told."""

MIN_PITCHED_S = 0.3
"""Least pitched speech on either side of a comparison of pitches: one or two syllables."""

MIN_VOICED_SHARE = 0.4
"""A window must hold so much voiced speech, or its mean says little."""

Levels = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Utterance:
    """A run of speech hops, `first` to `last` (half-open), with its voiced level and duration."""

    first: int
    last: int
    level_db: float
    voiced_s: float


@dataclass(frozen=True, slots=True)
class Usual:
    """What a voice is usually like at an utterance, and by which speech this was told."""

    level_db: float
    by: tuple[Utterance, ...]
    enough: bool
    """Whether so much speech was counted that what comes later cannot count too."""


@dataclass(frozen=True, slots=True)
class LoudStretch:
    """Where an utterance lies above the usual level, and by how much at its loudest window."""

    start_s: float
    end_s: float
    above_db: float
    higher_semitones: float | None
    """How much higher than usual the voice is in it; None where the pitch is not known."""


class LoudnessTrack:
    """A level track prepared for questions about loudness."""

    def __init__(
        self, track: LevelTrack, spoken: Flags, pitch: PitchTrack | None = None, former: LoudnessTrack | None = None
    ) -> None:
        """Prepare `track`; only hops in `spoken` are this speaker's voice.

        A detector of speech alone also marks the other side's echo and the babble behind the speaker,
        which would pull the usual level down. Where `former` is the same track while it was shorter, what it
        found is not measured again.
        """
        self._hop_s = track.hop_s
        self._usual: dict[Utterance, Usual] = {}
        self._stretches: dict[tuple[Utterance, float, float], LoudStretch | None] = {}
        """What was told of utterances whose usual level does not move any more."""
        self._power: Levels = np.power(10.0, np.asarray(track.dbfs, dtype=np.float64) / 10)
        self._voiced: Flags = np.zeros(len(spoken), dtype=np.bool_)
        self._hz, self._pitch_hop_s = _pitches(pitch)
        joined = self._joined(runs(spoken))
        kept = self._keep(former, joined) if former is not None else ()
        self.utterances = (*kept, *(self._utterance(first, last) for first, last in joined[len(kept) :]))

    def _keep(self, former: LoudnessTrack, joined: list[tuple[int, int]]) -> tuple[Utterance, ...]:
        """Take over from a shorter track what cannot differ; return its utterances that are the same here."""
        if not (_begins_with(self._power, former._power) and _begins_with(self._hz, former._hz)):
            return ()
        pitched = len(former._hz) * self._pitch_hop_s / self._hop_s if len(self._hz) else np.inf
        pairs = zip(joined, former.utterances[:-1], strict=False)  # the last one may have gone on
        same = takewhile(lambda pair: pair[0] == (pair[1].first, pair[1].last) and pair[1].last <= pitched, pairs)
        kept = tuple(one for _, one in same)
        last = kept[-1].last if kept else 0
        self._voiced[:last] = former._voiced[:last]
        self._usual = {one: usual for one, usual in former._usual.items() if usual.by[-1].last <= last}
        self._stretches = {key: found for key, found in former._stretches.items() if key[0] in self._usual}
        return kept

    def _joined(self, parts: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """Runs of spoken hops, joined over short pauses."""
        joined: list[tuple[int, int]] = []
        for first, last in parts:
            if joined and (first - joined[-1][1]) * self._hop_s < UTTERANCE_GAP_S:
                joined[-1] = (joined[-1][0], last)
            else:
                joined.append((first, last))
        return joined

    def _utterance(self, first: int, last: int) -> Utterance:
        power = self._power[first:last]
        top = float(np.quantile(power, TOP_QUANTILE))
        voiced = power >= top * 10 ** (-VOICED_BELOW_TOP_DB / 10)
        self._voiced[first:last] = voiced
        return Utterance(first, last, _db(float(power[voiced].mean())), float(voiced.sum()) * self._hop_s)

    def usual(self, utterance: Utterance) -> Usual | None:
        """What the speaker's voice is usually like at an utterance; None when too little was said to tell."""
        known = self._usual.get(utterance)
        if known is None and (known := self._measure_usual(utterance)) is not None and known.enough:
            self._usual[utterance] = known
        return known

    def _measure_usual(self, utterance: Utterance) -> Usual | None:
        counted: list[Utterance] = []
        voiced_s = 0.0
        earliest = utterance.first - BASELINE_REACH_S / self._hop_s
        for one in self.utterances[bisect_left(self.utterances, earliest, key=lambda one: one.last) :]:
            past = one.first <= utterance.first
            if not past and voiced_s >= ENOUGH_BASELINE_S:
                break
            counted.append(one)
            voiced_s += one.voiced_s
        if voiced_s < MIN_BASELINE_S:
            return None
        level_db = _weighted_quantile([(one.level_db, one.voiced_s) for one in counted], BASELINE_QUANTILE)
        return Usual(level_db, tuple(counted), voiced_s >= ENOUGH_BASELINE_S)

    def _pitched(self, first: int, last: int) -> Levels:
        """Pitches (Hz) of a run of hops, where there are any."""
        ratio = self._hop_s / self._pitch_hop_s
        hz = self._hz[round(first * ratio) : round(last * ratio)]
        return hz[hz > 0]

    def _median(self, hz: Levels) -> float | None:
        return float(np.median(hz)) if len(hz) * self._pitch_hop_s >= MIN_PITCHED_S else None

    def _higher(self, first: int, last: int, others: Sequence[Utterance]) -> float | None:
        """How many semitones a run of hops lies above the pitch of the other utterances."""
        here_hz = self._median(self._pitched(first, last))
        usual_hz = self._median(np.concatenate([np.empty(0), *(self._pitched(one.first, one.last) for one in others)]))
        return None if here_hz is None or usual_hz is None else 12 * float(np.log2(here_hz / usual_hz))

    def loud_stretch(self, utterance: Utterance, usual: Usual, above_db: float, for_s: float) -> LoudStretch | None:
        """Where windows of `for_s` (the whole of a shorter utterance) average `above_db` over the usual level."""
        if self._usual.get(utterance) is not usual:
            return self._find_stretch(utterance, usual, above_db, for_s)
        key = (utterance, above_db, for_s)
        if key not in self._stretches:
            self._stretches[key] = self._find_stretch(utterance, usual, above_db, for_s)
        return self._stretches[key]

    def _find_stretch(self, utterance: Utterance, usual: Usual, above_db: float, for_s: float) -> LoudStretch | None:
        first, last = utterance.first, utterance.last
        width = min(last - first, max(1, round(for_s / self._hop_s)))
        voiced = self._voiced[first:last]
        count = _window_sums(voiced.astype(np.float64), width)
        power = _window_sums(np.where(voiced, self._power[first:last], 0.0), width)
        full = count >= MIN_VOICED_SHARE * width
        over = np.full(len(count), -np.inf)
        over[full] = 10 * np.log10(power[full] / count[full] + 1e-12) - usual.level_db
        loud = np.flatnonzero(over >= above_db)
        if not len(loud):
            return None
        begins, ends = first + int(loud[0]), first + int(loud[-1]) + width
        higher = self._higher(begins, ends, [one for one in usual.by if one != utterance])
        return LoudStretch(begins * self._hop_s, ends * self._hop_s, float(over.max()), higher)


def _pitches(pitch: PitchTrack | None) -> tuple[Levels, float]:
    """The track's pitches and hop; none for no track."""
    if pitch is None:
        return np.empty(0), 1.0
    return np.asarray(pitch.hz, dtype=np.float64), pitch.hop_s


def _begins_with(values: Levels, beginning: Levels) -> bool:
    return np.array_equal(values[: len(beginning)], beginning)


def _window_sums(values: Levels, width: int) -> Levels:
    total = np.concatenate(([0.0], np.cumsum(values)))
    return total[width:] - total[:-width]


def _db(power: float) -> float:
    return float(10 * np.log10(power + 1e-12))


def _weighted_quantile(pairs: Sequence[tuple[float, float]], quantile: float) -> float:
    """Smallest value at which the weights of the sorted values reach `quantile` of their sum."""
    ordered = sorted(pairs)
    goal = quantile * sum(weight for _, weight in ordered)
    reached = 0.0
    for value, weight in ordered:
        reached += weight
        if reached >= goal:
            return value
    return ordered[-1][0]
