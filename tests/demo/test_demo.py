"""The demonstration is the product: two softphone processes, real RTP, real recogniser, a score and a page."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import wave
from pathlib import Path

import pytest

from callcoach.datapath import Direction, Severity, Speaker
from callcoach.demo.calls import DIALOGUES, dialogue_sound
from callcoach.demo.party import Party
from callcoach.errors import SipError


@pytest.mark.parametrize("dialogue", DIALOGUES, ids=lambda dialogue: dialogue.name)
def test_the_sound_ships_with_the_package(dialogue) -> None:
    with dialogue_sound(dialogue) as sides:
        shapes = set()
        for path in sides:
            with wave.open(str(path), "rb") as file:
                shapes.add((file.getframerate(), file.getsampwidth(), file.getnchannels(), file.getnframes()))
        assert len(shapes) == 1, "both sides must start and end together"
        assert shapes.pop()[:3] == (8000, 2, 1)


def test_one_call_goes_each_way() -> None:
    assert [dialogue.direction for dialogue in DIALOGUES] == [Direction.INBOUND, Direction.OUTBOUND]


@pytest.mark.peer
def test_a_party_that_cannot_start_says_why(tmp_path: Path) -> None:
    party = Party("806", "", tmp_path / "missing.wav", data_dir=tmp_path)
    with party, pytest.raises(SipError, match=r"missing\.wav"):
        party.wait_for("PhoneReady", 30)


@pytest.mark.peer
@pytest.mark.model
@pytest.mark.slow
def test_the_demo_holds_two_calls_and_scores_them(tmp_path: Path, model_dir: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / model_dir.name).symlink_to(model_dir)
    done = subprocess.run(
        [sys.executable, "-m", "callcoach", "demo"],
        env={**os.environ, "CALLCOACH_DATA_DIR": str(tmp_path), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    pages = [Path(match) for match in re.findall(r"Page: (\S+\.html)", done.stdout)]
    assert len(pages) == 2
    lost_parcel, blocked_card = (json.loads((page.parent / "analysis.json").read_text("utf-8")) for page in pages)
    assert [call["call"]["direction"] for call in (lost_parcel, blocked_card)] == ["inbound", "outbound"]
    assert [call["call"]["remote_number"] for call in (lost_parcel, blocked_card)] == ["13800000020", "13900000006"]
    serious = [
        finding
        for finding in lost_parcel["rules"]["findings"]
        if finding["severity"] == Severity.SERIOUS and finding["speaker"] == Speaker.AGENT
    ]
    assert any(finding["rule_id"] == "voice.raised" for finding in serious)
    assert any("负责" in finding["quote"] and finding["rule_id"].startswith("forbid") for finding in serious)
    assert lost_parcel["scorecard"]["score"] < blocked_card["scorecard"]["score"]
    for page in pages:
        assert "<html" in page.read_text("utf-8")
