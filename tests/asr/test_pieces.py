import itertools

import pytest

from callcoach.asr.pieces import BATCH_SPEECH_S, Piece, cut_pieces, portion
from callcoach.datapath import Segment, Speaker

AGENT, CUSTOMER = Speaker.AGENT, Speaker.CUSTOMER


def test_pieces_are_padded_within_the_recording():
    (first, last) = cut_pieces([Segment(AGENT, 0.1, 2.0), Segment(AGENT, 8.0, 9.9)], 10.0)
    assert (first.start_s, first.end_s) == (0.0, pytest.approx(2.3))
    assert (last.start_s, last.end_s) == (pytest.approx(7.7), 10.0)


def test_near_segments_of_one_speaker_become_one_piece():
    pieces = cut_pieces([Segment(AGENT, 1.0, 2.0), Segment(CUSTOMER, 2.2, 3.0), Segment(AGENT, 2.8, 4.0)], 10.0)
    assert [(piece.speaker, piece.start_s) for piece in pieces] == [
        (AGENT, pytest.approx(0.7)),
        (CUSTOMER, pytest.approx(1.9)),
    ]
    assert pieces[0].end_s == pytest.approx(4.3)


def test_pieces_of_one_speaker_never_overlap():
    segments = [Segment(AGENT, start, start + 0.5) for start in (1.0, 1.7, 2.4, 4.0, 5.1, 9.0)]
    pieces = cut_pieces(segments, 9.6)
    assert all(before.end_s < after.start_s for before, after in itertools.pairwise(pieces))


def test_portions_hold_every_piece_once_in_order():
    pieces = tuple(Piece(AGENT, 10.0 * i, 10.0 * i + 7) for i in range(20))
    portions = portion(pieces)
    assert tuple(piece for group in portions for piece in group) == pieces
    assert all(sum(piece.end_s - piece.start_s for piece in group) < BATCH_SPEECH_S + 7 for group in portions)


def test_nothing_to_do():
    assert cut_pieces([], 5.0) == ()
    assert portion(()) == ()
