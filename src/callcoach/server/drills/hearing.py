"""What was spoken in a drill: written down by the recogniser that hears calls, and kept as it came in."""

from __future__ import annotations

import secrets
import tempfile
from pathlib import Path

from callcoach.asr.turns import build_turns
from callcoach.atomic import write_atomic
from callcoach.audio.decoding import open_recording
from callcoach.audio.speech import find_segments
from callcoach.errors import InputError
from callcoach.work.desk import Desk

MAX_BYTES = 4_000_000
"""Two minutes of what browsers record."""
MAX_S = 60.0


def heard_text(desk: Desk, sound: bytes) -> str:
    """Return what is said in a recording of one voice; empty: nothing was understood.

    Raises:
        CallCoachError: it is no sound, or longer than a minute; or there is no recogniser.
    """
    engine = desk.judges().engine
    with tempfile.TemporaryDirectory(prefix="callcoach-drill-") as folder:
        path = Path(folder) / "answer"
        path.write_bytes(sound)
        recording, opened = open_recording(path, work_dir=Path(folder))
        if recording.duration_s > MAX_S:
            raise InputError(
                f"The answer is {recording.duration_s:.0f} s long; expected {MAX_S:.0f} s at most.",
                f"回答有 {recording.duration_s:.0f} 秒，太长了；请在 {MAX_S:.0f} 秒以内说完。",
            )
        turns = build_turns(engine.transcribe(opened, find_segments(opened), workers=1))
    return "，".join(one.text for one in turns)


def keep_sound(folder: Path, sound: bytes) -> str:
    """Keep a recording and return its name in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{secrets.token_hex(12)}.sound"
    write_atomic(folder / name, sound)
    return name
