"""Post-call analysis of a 30-minute stereo call, ours against `vosk-transcriber`.

Takes the corpus's long/long30.flac, gives a table: CPU seconds, times real time on one core and on
all, peak memory, character error rate of `vosk-transcriber`, of our transcription alone, and of the
whole of `callcoach analyze` (decoding, transcription, second hearing, rules, score, page). Each run is
a child process of its own, all in one go of this script, so that the ratios hold whatever the machine
does besides; `vosk-transcriber` is the command that the vosk package installs, with the same model as
shipped, on each side by itself.

    python benchmarks/analysis.py [--corpus FOLDER] [--json FILE] [--skip-reference]
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from callcoach.datapath import Speaker
from callcoach.evaluation.cer import count_errors
from callcoach.models.store import require_model
from callcoach.settings import load_settings

ROOT = Path(__file__).resolve().parents[1]
CORPUS = Path(os.environ.get("CALLCOACH_CORPUS", ROOT.parent / "shared" / "corpus"))
SIDES = (Speaker.AGENT, Speaker.CUSTOMER)
RATE_HZ = 8000

TRANSCRIBE = """
import json, sys, time
import numpy as np
from pathlib import Path
from callcoach.asr.vosk_engine import VoskEngine
from callcoach.audio.sound import Sound
from callcoach.audio.speech import find_segments
from callcoach.datapath import Speaker

samples = np.memmap(sys.argv[1], dtype="<i2", mode="r").reshape(-1, 2)
sound = Sound(samples, int(sys.argv[2]), (Speaker.AGENT, Speaker.CUSTOMER))
begun = time.perf_counter()
segments = find_segments(sound)
found = time.perf_counter()
utterances = VoskEngine(Path(sys.argv[3])).transcribe(sound, segments)
texts = {side: "".join(u.text for u in utterances if u.speaker == side) for side in sound.speakers}
speech_s = {side: sum(s.end_s - s.start_s for s in segments if s.speaker == side) for side in sound.speakers}
print(json.dumps({"texts": texts, "speech_s": speech_s, "segments_s": found - begun}))
"""


@dataclass(frozen=True)
class Run:
    """What one way of transcribing both sides cost and gave."""

    name: str
    cores: int
    cpu_s: float
    wall_s: float
    peak_mb: float
    cer_agent: float
    cer_customer: float
    cer: float

    @property
    def cores_used(self) -> float:
        """CPU seconds per second: how many cores were at work on average."""
        return self.cpu_s / self.wall_s


@dataclass(frozen=True)
class Cost:
    """CPU, wall and peak memory of child processes."""

    cpu_s: float
    wall_s: float
    peak_mb: float


def run_measured(command: Sequence[str], cores: int) -> tuple[str, Cost]:
    """Run a command on that many cores; return its output and what it (with its children) used.

    Linux keeps the peak memory of the largest child ever, so each command runs under a fork whose
    own children are counted from nothing.
    """
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(reading)
        os._exit(_measure_in_child(command, cores, writing))
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        message = json.loads(pipe.read())
    _, status = os.waitpid(process, 0)
    if status or message["code"]:
        raise SystemExit(f"{command[0]} failed: {message['errors'][-2000:]}")
    return message["output"], Cost(**message["cost"])


def _measure_in_child(command: Sequence[str], cores: int, writing: int) -> int:
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
    begun = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wall_s = time.perf_counter() - begun
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cost = {"cpu_s": used.ru_utime + used.ru_stime, "wall_s": wall_s, "peak_mb": used.ru_maxrss / 1024}
    message = {"code": done.returncode, "output": done.stdout, "errors": done.stderr, "cost": cost}
    with os.fdopen(writing, "wb") as pipe:
        pipe.write(json.dumps(message).encode())
    return 0


def decode(recording: Path, folder: Path) -> tuple[Path, list[Path]]:
    """Write the stereo samples raw, and each side as a WAV file for the reference."""
    raw = folder / "stereo.raw"
    subprocess.run(["ffmpeg", "-v", "error", "-i", recording, "-f", "s16le", raw], check=True)
    sides = [folder / f"{side}.wav" for side in SIDES]
    for channel, side in enumerate(sides):
        pan = f"pan=mono|c0=c{channel}"
        subprocess.run(["ffmpeg", "-v", "error", "-i", recording, "-af", pan, side], check=True)
    return raw, sides


def run_ours(raw: Path, model_dir: Path, truth: dict[str, str], cores: int) -> Run:
    """Transcribe with CallCoach, as one process."""
    command = [sys.executable, "-c", TRANSCRIBE, str(raw), str(RATE_HZ), str(model_dir)]
    output, cost = run_measured(command, cores)
    return _judge("CallCoach", cores, cost, json.loads(output)["texts"], truth)


def run_whole(recording: Path, folder: Path, truth: dict[str, str], cores: int) -> Run:
    """Analyse the file as a user does, page included."""
    command = [sys.executable, "-m", "callcoach", "analyze", str(recording), "--out", str(folder)]
    _, cost = run_measured(command, cores)
    written = next(folder.rglob("analysis.json"))
    turns = json.loads(written.read_text(encoding="utf-8"))["transcript"]["turns"]
    texts = {side: "".join(turn["text"] for turn in turns if turn["speaker"] == side) for side in SIDES}
    return _judge("callcoach analyze", cores, cost, texts, truth)


def run_reference(sides: Sequence[Path], model_dir: Path, truth: dict[str, str]) -> Run:
    """Transcribe each side with `vosk-transcriber`, one after the other; costs are added up."""
    program = shutil.which("vosk-transcriber", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if program is None:
        raise SystemExit("vosk-transcriber is missing; it comes with the vosk package: pip install vosk")
    texts: dict[str, str] = {}
    costs: list[Cost] = []
    for side, path in zip(SIDES, sides, strict=True):
        written = path.with_suffix(".txt")
        command = [program, "--model", str(model_dir), "--input", str(path), "--output", str(written)]
        _, cost = run_measured(command, os.cpu_count() or 1)
        costs.append(cost)
        texts[side] = re.sub(r"\s", "", written.read_text(encoding="utf-8"))
    added = Cost(
        sum(cost.cpu_s for cost in costs), sum(cost.wall_s for cost in costs), max(cost.peak_mb for cost in costs)
    )
    return _judge("vosk-transcriber", os.cpu_count() or 1, added, texts, truth)


def _judge(name: str, cores: int, cost: Cost, texts: dict[str, str], truth: dict[str, str]) -> Run:
    agent, customer = (count_errors(truth[side], texts[side]) for side in SIDES)
    both = agent + customer
    return Run(name, cores, cost.cpu_s, cost.wall_s, cost.peak_mb, agent.rate, customer.rate, both.rate)


def read_truth(path: Path) -> tuple[float, dict[str, str]]:
    """Return the call's length in seconds and what each side says."""
    labels = json.loads(path.read_text(encoding="utf-8"))
    turns = sorted(labels["turns"], key=lambda turn: turn["start"])
    return labels["duration"], {
        side: "".join(turn["text"] for turn in turns if turn["speaker"] == side) for side in SIDES
    }


def table(runs: Sequence[Run], duration_s: float) -> str:
    """Return the runs as a markdown table; the ratio is the reference's CPU seconds to the run's."""
    reference = next((run.cpu_s for run in runs if run.name == "vosk-transcriber"), None)
    columns = "cores, CPU s, CPU ratio, times real time, cores at work, peak MB, CER agent, CER customer, CER"
    names = columns.split(", ")
    lines = [f"| transcriber | {' | '.join(names)} |", "| --- |" + " ---: |" * len(names)]
    for run in runs:
        ratio = "" if reference is None else f"{reference / run.cpu_s:.2f}"
        lines.append(
            f"| {run.name} | {run.cores} | {run.cpu_s:.0f} | {ratio} | {duration_s / run.wall_s:.1f} "
            f"| {run.cores_used:.2f} | {run.peak_mb:.0f} "
            f"| {run.cer_agent:.2%} | {run.cer_customer:.2%} | {run.cer:.2%} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Run all and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--skip-reference", action="store_true", help="only ours")
    options = parser.parse_args()
    settings = load_settings()
    model_dir = require_model(settings.asr.model, settings.models_dir)
    duration_s, truth = read_truth(options.corpus / "long" / "long30.json")
    with tempfile.TemporaryDirectory() as folder:
        recording = options.corpus / "long" / "long30.flac"
        raw, sides = decode(recording, Path(folder))
        runs = [] if options.skip_reference else [run_reference(sides, model_dir, truth)]
        numbers_of_cores = sorted({1, os.cpu_count() or 1})
        runs += [run_ours(raw, model_dir, truth, cores) for cores in numbers_of_cores]
        runs += [run_whole(recording, Path(folder) / f"cores{cores}", truth, cores) for cores in numbers_of_cores]
    print("## Post-call analysis against `vosk-transcriber`\n")
    print(
        f"`python -m benchmarks.analysis`; {recording.name}, {duration_s / 60:.0f} minutes, two sides, all in one run."
    )
    print("`CallCoach` is transcription alone, `callcoach analyze` the whole: decoding, transcription, second hearing,")
    print("rules, score and page. Ratio: the reference's CPU seconds to ours. The reference works on one side after")
    print("the other.\n")
    print(table(runs, duration_s))
    if options.json:
        options.json.write_text(
            json.dumps({"duration_s": duration_s, "runs": [asdict(run) for run in runs]}, indent=1), encoding="utf-8"
        )


if __name__ == "__main__":
    main()
