"""What the page of a call draws of its sound: peaks, loudness, pitch, silences, talk-over. Worked out once.

Takes a call's folder, gives plain data. Made anew when the sound or the analysis is newer than the file.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from callcoach.atomic import write_atomic
from callcoach.audio.decoding import AgentSide, open_recording
from callcoach.audio.levels import level_track, peak_envelope
from callcoach.audio.pitch import pitch_track
from callcoach.audio.sound import Sound
from callcoach.datapath import CallAnalysis, Segment, Speaker
from callcoach.reports.view import spoken_silences

CURVES_FILE = "curves.json"
PEAKS_PER_S = 20.0
MAX_PEAKS = 40_000
CURVE_HOP_S = 0.25
"""Seconds of one value of loudness and pitch: a pixel or less on the widest screen."""
MAX_CURVE = 20_000
TALK_OVER_S = 0.3
"""Shorter overlaps are the edges of words."""


def curves_of(folder: Path, sound_file: str, analysis: CallAnalysis | None) -> bytes:
    """Return the curves as JSON.

    Args:
        folder: of the call.
        sound_file: name of what is heard, agent left.
        analysis: for silences and talk-over; None: there is none yet.

    Raises:
        AudioFormatError: the sound cannot be read.
        StoreError: the disk refused.
    """
    kept = folder / CURVES_FILE
    sources = [folder / sound_file, folder / "analysis.json"]
    made_at = max((path.stat().st_mtime for path in sources if path.is_file()), default=0.0)
    if kept.is_file() and kept.stat().st_mtime > made_at:
        return kept.read_bytes()
    with tempfile.TemporaryDirectory(prefix="callcoach-") as work:
        _, sound = open_recording(folder / sound_file, agent_side=AgentSide.LEFT, other=None, work_dir=Path(work))
        data = json.dumps(draw(sound, analysis), separators=(",", ":")).encode()
    write_atomic(kept, data)
    return data


def draw(sound: Sound, analysis: CallAnalysis | None) -> dict[str, Any]:
    """Return what is drawn; sides in the order of the channels."""
    segments = analysis.segments if analysis else ()
    return {
        "duration_s": round(sound.duration_s, 3),
        "sides": [speaker.value for speaker in sound.speakers],
        "peaks": [_peaks(sound, speaker) for speaker in sound.speakers],
        "hop_s": _hop_s(sound),
        "levels": [_levels(sound, speaker, segments) for speaker in sound.speakers],
        "pitches": [_pitches(sound, speaker) for speaker in sound.speakers],
        "silences": [[round(start, 2), round(end, 2)] for start, end in spoken_silences(segments, sound.duration_s)]
        if analysis
        else [],
        "talk_over": [[round(start, 2), round(end, 2)] for start, end in talk_over(segments)],
    }


def talk_over(segments: Sequence[Segment]) -> Iterator[tuple[float, float]]:
    """Yield the stretches in which both sides speak, in order."""
    sides = [[one for one in segments if one.speaker is speaker] for speaker in (Speaker.AGENT, Speaker.CUSTOMER)]
    for one in sides[0]:
        for other in sides[1]:
            start_s, end_s = max(one.start_s, other.start_s), min(one.end_s, other.end_s)
            if end_s - start_s >= TALK_OVER_S:
                yield start_s, end_s


def _hop_s(sound: Sound) -> float:
    return max(CURVE_HOP_S, round(sound.duration_s / MAX_CURVE, 3))


def _peaks(sound: Sound, speaker: Speaker) -> list[float]:
    points = max(1, min(MAX_PEAKS, round(sound.duration_s * PEAKS_PER_S)))
    return (peak_envelope(sound.side(speaker), points) / 255).round(3).tolist()


def _levels(sound: Sound, speaker: Speaker, segments: Sequence[Segment]) -> list[float | None]:
    own = [one for one in segments if one.speaker is speaker]
    track = level_track(sound.side(speaker), sound.sample_rate_hz, own)
    shown = [dbfs if speech else None for dbfs, speech in zip(track.dbfs, track.speech, strict=True)]
    return _thinned(shown, track.hop_s, _hop_s(sound))


def _pitches(sound: Sound, speaker: Speaker) -> list[float | None]:
    track = pitch_track(sound.side(speaker), sound.sample_rate_hz)
    return _thinned([hz or None for hz in track.hz], track.hop_s, _hop_s(sound))


def _thinned(values: Sequence[float | None], hop_s: float, wanted_s: float) -> list[float | None]:
    """Return the median of what is known in each stretch of `wanted_s`; None where less than half is."""
    count = round(len(values) * hop_s / wanted_s)
    edges = [round(index * wanted_s / hop_s) for index in range(count + 1)]
    thinned: list[float | None] = []
    for start, end in pairwise(edges):
        known = [value for value in values[start:end] if value is not None]
        thinned.append(round(float(np.median(known)), 1) if known and 2 * len(known) >= end - start else None)
    return thinned
