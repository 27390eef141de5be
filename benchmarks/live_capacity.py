"""How many live calls the recognition carries before it falls behind real time.

Streams of two sides, who take turns in made Mandarin of a demonstration's dialogues over and over, go to the process
that listens to live calls, 100 ms at a time by the clock. Calls begin one after the other, as they do on a floor, until
so many go on; then it is measured. A number of calls is carried when, in the second half of that time, the lag's p95
stays under `LAG_S` and does not grow from the first half by more than `GROWTH_S`, and no sound was skipped.

    python -m benchmarks.live_capacity [--seconds 24] [--calls 8 12 16]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import psutil
from numpy.typing import NDArray
from tests.peers.sound import read_wav

from benchmarks.desk_page import load

if TYPE_CHECKING:
    from callcoach.live.listening import Listening
    from callcoach.live.updates import LiveUpdate

RATE_HZ = 8000
CHUNK = 800
LAG_S, GROWTH_S = 2.0, 0.5
APART_S = 3.0
"""From the begin of one call to that of the next."""
DIALOGUES = ("lost-parcel", "blocked-card")


@dataclass(frozen=True, slots=True)
class Carried:
    """What a number of calls met: lags in seconds, the share of a core that each took, the process's memory."""

    calls: int
    first_s: float
    second_s: float
    lost_s: float
    cpu_share: float
    memory_mb: float

    @property
    def keeps_up(self) -> bool:
        """Whether the recognition kept up."""
        return self.second_s < LAG_S and self.second_s - self.first_s < GROWTH_S and self.lost_s == 0


def dialogue() -> NDArray[np.int16]:
    """Return both sides of the made calls one after the other, shape (frames, 2)."""
    folder = Path(str(resources.files("callcoach.demo") / "dialogues"))
    calls: list[NDArray[np.int16]] = []
    for name in DIALOGUES:
        sides = [read_wav(folder / f"{name}.{side}.wav")[0][:, 0] for side in ("agent", "customer")]
        length = min(map(len, sides))
        calls.append(np.stack([side[:length] for side in sides], axis=1))
    return np.concatenate(calls)


def measure(calls: int, seconds: float) -> Carried:
    """Carry so many calls for so long, in a fresh process."""
    from callcoach.live.listening import Listening
    from callcoach.live.worker import Setup
    from callcoach.models.store import require_model
    from callcoach.settings import load_settings

    settings = load_settings()
    warming = Path(str(resources.files("callcoach.demo") / "dialogues" / "lost-parcel.customer.wav"))
    model_dir = require_model(settings.asr.model, settings.models_dir)
    known = set(psutil.Process().children())
    listening = Listening(Setup(model_dir, settings.rules.rulebook, settings.rules.rubric, warming=warming))
    try:
        assert listening.ready.wait(120), "the live recognition did not start"
        time.sleep(APART_S)
        (worker,) = [one for one in psutil.Process().children() if one not in known and "spawn_main" in _words(one)]
        return _carried(listening, worker, calls, seconds)
    finally:
        listening.close()


def _words(process: psutil.Process) -> str:
    return " ".join(process.cmdline())


def _carried(listening: Listening, worker: psutil.Process, calls: int, seconds: float) -> Carried:
    from callcoach.live.updates import Gauges, LiveOver

    lags: list[tuple[float, float]] = []
    lost: list[float] = []

    def tell(update: LiveUpdate) -> None:
        if isinstance(update, Gauges):
            lags.append((time.monotonic(), update.lag_s))
        if isinstance(update, LiveOver):
            lost.append(update.lost_s)

    feeding = Feeding(listening, calls, tell)
    feeding.feed(calls * APART_S)
    began, used_s = time.monotonic(), _cpu_s(worker)
    feeding.feed(seconds)
    taken_s = time.monotonic() - began
    cpu_share = (_cpu_s(worker) - used_s) / taken_s / calls
    memory_mb = worker.memory_info().rss / 1e6
    for number in range(calls):
        listening.finish(str(number))
    end = time.monotonic() + 30
    while len(lost) < calls and time.monotonic() < end:
        time.sleep(0.1)
    halves = [_p95(lags, began + part * taken_s / 2, began + (part + 1) * taken_s / 2) for part in (0, 1)]
    return Carried(calls, *halves, sum(lost), cpu_share, memory_mb)


class Feeding:
    """Gives every call its sound by the clock; each begins `APART_S` after another, elsewhere in the dialogue."""

    def __init__(self, listening: Listening, calls: int, tell: Callable[[LiveUpdate], None]) -> None:
        self._listening = listening
        self._calls = calls
        self._tell = tell
        self._sound = dialogue()
        self._number = 0
        self._began = time.monotonic()

    def feed(self, seconds: float) -> None:
        """Go on for so long."""
        from callcoach.datapath import Call, Direction

        for _ in range(round(seconds * RATE_HZ / CHUNK)):
            time.sleep(max(0.0, self._began + self._number * CHUNK / RATE_HZ - time.monotonic()))
            for call in range(min(self._calls, int(self._number * CHUNK / RATE_HZ / APART_S) + 1)):
                if self._number == round(call * APART_S * RATE_HZ / CHUNK):
                    self._listening.begin(Call(str(call), Direction.INBOUND), RATE_HZ, self._tell)
                start = (self._number * CHUNK + call * 13 * CHUNK) % (len(self._sound) - CHUNK)
                self._listening.hear(str(call), self._sound[start : start + CHUNK].tobytes())
            self._number += 1


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def _p95(lags: Sequence[tuple[float, float]], from_s: float, to_s: float) -> float:
    found = [lag for at, lag in lags if from_s <= at < to_s]
    return float(np.percentile(found, 95)) if found else float("inf")


def main() -> int:
    """Measure with more and more calls and print the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=24.0, help="length of each measurement")
    parser.add_argument("--calls", type=int, nargs="+", default=[1, 4, 8, 12, 16, 20, 24])
    options = parser.parse_args()
    rows: list[Carried] = []
    for calls in options.calls:
        rows.append(measure(calls, options.seconds))
        print(rows[-1], load(), file=sys.stderr, flush=True)
        if not rows[-1].keeps_up:
            break
    most = max((row.calls for row in rows if row.keeps_up), default=0)
    print("## Live calls at once\n")
    print(f"`python -m benchmarks.live_capacity --seconds {options.seconds:g}`. Sides take turns; calls begin")
    print(f"{APART_S:g} s apart, then it is measured. Carried: the second half's lag p95 is under {LAG_S:g} s")
    print(f"and at most {GROWTH_S:g} s above the first half's, and nothing was skipped. CPU is a call's share of one")
    print(f"core, in the process that listens. Load of the machine: {load()}.\n")
    print("| calls | lag, first half | lag, second half | skipped | CPU per call | memory | carried |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | --- |")
    for row in rows:
        words = "yes" if row.keeps_up else "no"
        lags = f"{row.first_s:.2f} s | {row.second_s:.2f} s | {row.lost_s:.1f} s"
        print(f"| {row.calls} | {lags} | {row.cpu_share:.1%} | {row.memory_mb:.0f} MB | {words} |")
    print(f"\nCarried: {most} calls.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
