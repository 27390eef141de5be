"""Messages and frames survive the line; what is not ours is refused in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcoach.errors import LineError
from callcoach.line.client import interleaved
from callcoach.line.wire import (
    Answer,
    Ask,
    Happened,
    Hello,
    SoundFrame,
    SoundKind,
    Standing,
    decode,
    decode_sound,
    encode,
    encode_sound,
)

MESSAGES = (
    Hello(1, "0.2.0", "806", 8000),
    Happened({"event": "PhoneReady", "address": "127.0.0.1:5060"}),
    Standing({"registered": True, "calls": []}),
    Ask(3, "dial", {"target": "8001"}),
    Answer(3, "20260131-1"),
    Answer(4, error="忙"),
)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda one: type(one).__name__)
def test_a_message_comes_out_as_it_went_in(message):
    assert decode(encode(message)) == message


def test_a_field_of_a_newer_version_is_left_out():
    assert decode('{"type": "Answer", "number": 1, "value": 2, "error": "", "mood": "good"}') == Answer(1, 2)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"type": "Nothing"}', '{"type": "Ask"}', "null", '{"type": 5}'])
def test_what_is_no_message_is_refused(text):
    with pytest.raises(LineError, match="Not a message of the line"):
        decode(text)


@given(st.sampled_from(SoundKind), st.text(max_size=60), st.binary(max_size=700))
def test_a_frame_comes_out_as_it_went_in(kind, call_id, pcm):
    frame = SoundFrame(kind, call_id, pcm[: len(pcm) // 2 * 2])
    assert decode_sound(encode_sound(frame)) == frame


@pytest.mark.parametrize("data", [b"", b"\x01", b"\x09\x00", b"\x01\x02\xff\xfe", b"\x01\x00\x01"])
def test_what_is_no_frame_is_refused(data):
    with pytest.raises(LineError, match="sound frame"):
        decode_sound(data)


def test_sides_are_interleaved_and_filled_with_silence():
    assert interleaved(b"\x01\x02\x03\x04", b"\x0a\x0b", 4) == b"\x01\x02\x0a\x0b\x03\x04\x00\x00"
