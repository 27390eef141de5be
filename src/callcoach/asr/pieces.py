"""Which stretches of a channel are handed to the recogniser, and in what portions.

Segments are tight around speech; a recogniser wants some sound before and after, and context across
short pauses. Pieces never overlap, so no word is heard twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from callcoach.datapath import Segment, Speaker

PAD_S = 0.3
"""Sound kept on both sides of a segment: shorter cuts off soft initials and finals."""
JOIN_GAP_S = 0.4
"""Padded segments closer than this become one piece."""
BATCH_SPEECH_S = 20.0
"""Sound in one worker's portion: small enough that two cores finish together on a short call."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one speaker's channel to be recognised in one go."""

    speaker: Speaker
    start_s: float
    end_s: float


def cut_pieces(segments: Iterable[Segment], duration_s: float) -> tuple[Piece, ...]:
    """Pad and join one recording's segments into pieces, in the order of their start."""
    pieces: dict[Speaker, list[Piece]] = {}
    for segment in sorted(segments, key=lambda segment: segment.start_s):
        own = pieces.setdefault(segment.speaker, [])
        start_s, end_s = max(0.0, segment.start_s - PAD_S), min(duration_s, segment.end_s + PAD_S)
        if own and start_s - own[-1].end_s < JOIN_GAP_S:
            start_s, end_s = own[-1].start_s, max(end_s, own.pop().end_s)
        own.append(Piece(segment.speaker, start_s, end_s))
    return tuple(sorted((piece for own in pieces.values() for piece in own), key=lambda piece: piece.start_s))


def portion(pieces: Sequence[Piece]) -> tuple[tuple[Piece, ...], ...]:
    """Group neighbouring pieces into portions of about `BATCH_SPEECH_S` for the workers."""
    portions: list[list[Piece]] = []
    filled_s = BATCH_SPEECH_S
    for piece in pieces:
        if filled_s >= BATCH_SPEECH_S:
            portions.append([])
            filled_s = 0.0
        portions[-1].append(piece)
        filled_s += piece.end_s - piece.start_s
    return tuple(map(tuple, portions))
