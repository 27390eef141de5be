"""Many calls in a row through one softphone process: whether its memory grows, and whether every recording is whole.

A real `callcoach phone` process calls another on loopback, both speak, both record; only the caller is measured.

    python -m benchmarks.soak [--calls 200] [--seconds 1.0]
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
from tests.peers.phone import Phone, softphone
from tests.peers.process import LOOPBACK
from tests.peers.sound import read_wav, seconds_of_tone, tone, write_wav

from callcoach.recording.record import read_record
from callcoach.recording.store import check_sound

OUR_HZ, PEER_HZ = 440.0, 700.0
LIMIT_MB = 20.0
SPOKEN_SHARE = 0.5
"""Least share of a recording in which each side's tone is found: the rest is ringing, edges and buffers."""


@dataclass(frozen=True)
class Look:
    """What the process holds after so many calls."""

    calls: int
    rss_mb: float
    threads: int
    files: int


def look(process: psutil.Process, calls: int) -> Look:
    """Measure the process when its last recording is finished."""
    return Look(calls, process.memory_info().rss / 1e6, process.num_threads(), process.num_fds())


def call_once(phone: Phone, address: str, seconds: float) -> str:
    """Place a call, talk, hang up and wait for its recording; return its id."""
    phone.say(f"dial {address}")
    call_id = phone.wait_phase("talking", timeout_s=30)["call_id"]
    time.sleep(seconds)
    phone.say("hangup")
    phone.wait("RecordingFinished", timeout_s=30, call_id=call_id)
    return call_id


def fault_of(folder: Path, seconds: float) -> str:
    """Return what is wrong with a call's recording; empty: nothing."""
    record = read_record(folder)
    if record.recording is None:
        return "no sound"
    check_sound(record.as_recording(folder))
    samples, _ = read_wav(folder / record.recording.file)
    if len(samples) != record.recording.frames or record.recording.duration_s < 0.9 * seconds:
        return f"{record.recording.duration_s:.2f} s of sound"
    for side, hz in ((0, OUR_HZ), (1, PEER_HZ)):
        if seconds_of_tone(samples[:, side], hz) < SPOKEN_SHARE * seconds:
            return f"the tone of side {side} is missing"
    return ""


def measure(calls: int, seconds: float, folder: Path) -> tuple[list[Look], dict[str, str]]:
    """Place the calls; return what the process held on the way, and the faults of recordings by call."""
    ours, theirs = (write_wav(folder / f"{hz:.0f}.wav", tone(hz, 60)) for hz in (OUR_HZ, PEER_HZ))
    marks = {1, 10, calls // 4, calls // 2, calls}
    looks: list[Look] = []
    with (
        softphone(folder / "callee", "--auto-answer", "--play", str(theirs), settings={"user": "1002"}) as callee,
        softphone(folder / "caller", "--play", str(ours), settings={"user": "1001"}) as caller,
    ):
        address = f"sip:1002@{LOOPBACK}:{callee.port()}"
        process = psutil.Process(caller.process.pid)
        ids: list[str] = []
        for number in range(1, calls + 1):
            ids.append(call_once(caller, address, seconds))
            if number in marks:
                looks.append(look(process, number))
        faults = {one: fault for one in ids if (fault := fault_of(caller.calls_dir / one, seconds))}
        missing = calls - len([*caller.calls_dir.glob("*/call.json")])
        if missing:
            faults["missing"] = f"{missing} calls have no record"
    return looks, faults


def main() -> int:
    """Measure and print the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=1.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="callcoach-soak-") as folder:
        looks, faults = measure(options.calls, options.seconds, Path(folder))
    growth_mb = looks[-1].rss_mb - looks[0].rss_mb
    print("## Many calls in a row\n")
    print(
        f"`python -m benchmarks.soak --calls {options.calls} --seconds {options.seconds}`. Recorded calls one after the"
    )
    print(
        "other through one `callcoach phone` process, both sides speaking. Every recording is read again: its hash, its"
    )
    print(f"length, and both tones in it. Load of the machine: {os.getloadavg()[0]:.1f}.\n")
    print("| after calls | resident memory | threads | open files |\n| ---: | ---: | ---: | ---: |")
    for one in looks:
        print(f"| {one.calls} | {one.rss_mb:.1f} MB | {one.threads} | {one.files} |")
    print(f"\nGrowth from the first call to the last: {growth_mb:.1f} MB (limit: {LIMIT_MB:.0f} MB).")
    print(f"Recordings lost or damaged: {len(faults)} of {options.calls}.")
    if faults:
        print(json.dumps(faults, indent=1), file=sys.stderr)
    return int(bool(faults) or growth_mb > LIMIT_MB)


if __name__ == "__main__":
    sys.exit(main())
