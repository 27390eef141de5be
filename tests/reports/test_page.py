"""The page as text; what it does in a browser is in test_page_in_browser.py."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from callcoach.audio.sound import Sound
from callcoach.datapath import Speaker
from callcoach.errors import StoreError
from callcoach.reports import page_sound
from callcoach.reports.page import render, write_page
from tests.reports.calls import HOSTILE, small_analysis, tone_sound


class Tags(HTMLParser):
    """Collects start tags and the text of the data script."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.data = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][1].get("id") == "data":
            self.data += data


def test_hostile_text_makes_no_tag_anywhere() -> None:
    plain, hostile = small_analysis(), small_analysis("您好，我不能" + HOSTILE)
    count = len(Tags(render(plain, tone_sound(), "data:,")).tags)
    assert len(Tags(render(hostile, tone_sound(), "data:,")).tags) == count


def test_the_data_of_the_script_is_json_and_cannot_end_it() -> None:
    html = render(small_analysis(), tone_sound(), "data:,")
    data = json.loads(Tags(html).data)
    assert [finding["id"] for finding in data["findings"]] == ["f1", "f2"]
    assert [finding["lane"] for finding in data["findings"]] == [-1, 0]
    assert data["silences"] == [[5.0, 8.5]]
    assert not re.search(r"[<>&]", Tags(html).data)


def test_nothing_in_the_page_points_to_a_network() -> None:
    for tag, attributes in Tags(render(small_analysis(), tone_sound(), "report-sound.mp3")).tags:
        for name in ("src", "href", "action"):
            address = attributes.get(name)
            assert address in {None, "report-sound.mp3"}, (tag, address)


def test_writing_leaves_only_the_page(tmp_path: Path) -> None:
    (tmp_path / "report-sound.mp3").write_bytes(b"of an earlier, longer call")
    page = write_page(small_analysis(), tone_sound(), tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]
    assert page.stat().st_mode & 0o077 == 0, "a call's page is personal data"


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="Could not write"):
        write_page(small_analysis(), tone_sound(), tmp_path / "none")


@pytest.mark.parametrize("limit_s", [3600.0, 1.0], ids=["pydub", "streamed"])
@pytest.mark.parametrize("rate_hz", [8000, 16000])
def test_both_ways_of_encoding_give_the_same_length(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit_s: float, rate_hz: int
) -> None:
    from callcoach.audio.decoding import open_recording

    monkeypatch.setattr(page_sound, "PYDUB_LIMIT_S", limit_s)
    sound = tone_sound(rate_hz=rate_hz)
    encoded = page_sound.encode(sound, tmp_path, "sound")
    recording, heard = open_recording(encoded.path, work_dir=tmp_path)
    assert (encoded.media_type, recording.sample_rate_hz) == ("audio/mpeg", rate_hz)
    assert recording.duration_s == pytest.approx(sound.duration_s, abs=0.1)
    assert _loud_half_seconds(heard) == _loud_half_seconds(sound)


def _loud_half_seconds(sound: Sound) -> list[tuple[int, ...]]:
    half = sound.sample_rate_hz // 2
    whole = sound.samples[: len(sound.samples) // half * half].astype(float).reshape(-1, half, 2)
    return [tuple(np.flatnonzero(np.sqrt((side**2).mean(axis=1)) > 1000).tolist()) for side in np.moveaxis(whole, 2, 0)]


def test_without_ffmpeg_the_sound_is_wav(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from callcoach.errors import AudioFormatError

    def none() -> str:
        raise AudioFormatError("none")

    monkeypatch.setattr(page_sound, "find_ffmpeg", none)
    encoded = page_sound.encode(tone_sound(), tmp_path, "sound")
    assert (encoded.path.name, encoded.media_type) == ("sound.wav", "audio/wav")
    assert encoded.path.read_bytes()[:4] == b"RIFF"


def test_a_mono_call_has_one_lane() -> None:
    mono = Sound(tone_sound().samples[:, :1], 8000, (Speaker.UNKNOWN,))
    html = render(small_analysis(), mono, "data:,")
    assert json.loads(Tags(html).data)["lanes"] == ["unknown"]
