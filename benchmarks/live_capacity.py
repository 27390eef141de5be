"""How many live calls the recognition carries before it falls behind real time.

Streams of two sides, who take turns in made Mandarin of a demonstration's dialogue over and over, go to the process
that listens to live calls, 100 ms at a time by the clock. A number of calls is carried when, in the last third of the
measurement, the lag's p95 stays under `LAG_S` and it does not grow from the middle third by more than `GROWTH_S`, and
no sound was skipped.

    python -m benchmarks.live_capacity [--seconds 24] [--most 24]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tests.peers.sound import read_wav

from benchmarks.desk_page import load

RATE_HZ = 8000
CHUNK = 800
LAG_S, GROWTH_S = 2.0, 0.5


@dataclass(frozen=True, slots=True)
class Carried:
    """What a number of calls met."""

    calls: int
    middle_s: float
    last_s: float
    lost_s: float

    @property
    def keeps_up(self) -> bool:
        """Whether the recognition kept up."""
        return self.last_s < LAG_S and self.last_s - self.middle_s < GROWTH_S and self.lost_s == 0


def dialogue() -> NDArray[np.int16]:
    """Return both sides of a made call, shape (frames, 2)."""
    folder = Path(str(resources.files("callcoach.demo") / "dialogues"))
    sides = [read_wav(folder / f"lost-parcel.{side}.wav")[0][:, 0] for side in ("agent", "customer")]
    length = min(map(len, sides))
    return np.stack([side[:length] for side in sides], axis=1)


def measure(calls: int, seconds: float) -> Carried:
    """Carry so many calls for so long, in a fresh process."""
    from callcoach.datapath import Call, Direction
    from callcoach.live.listening import Listening
    from callcoach.live.updates import Gauges, LiveOver, LiveUpdate
    from callcoach.live.worker import Setup
    from callcoach.models.store import require_model
    from callcoach.settings import load_settings

    settings = load_settings()
    warming = Path(str(resources.files("callcoach.demo") / "dialogues" / "lost-parcel.customer.wav"))
    model_dir = require_model(settings.asr.model, settings.models_dir)
    listening = Listening(Setup(model_dir, settings.rules.rulebook, settings.rules.rubric, warming))
    lags: list[tuple[float, float]] = []
    lost: list[float] = []

    def tell(update: LiveUpdate) -> None:
        if isinstance(update, Gauges):
            lags.append((update.at_s, update.lag_s))
        if isinstance(update, LiveOver):
            lost.append(update.lost_s)

    try:
        assert listening.ready.wait(120), "the live recognition did not start"
        time.sleep(3.0)
        for number in range(calls):
            listening.begin(Call(str(number), Direction.INBOUND), RATE_HZ, tell)
        feed(listening, calls, seconds)
        for number in range(calls):
            listening.finish(str(number))
        end = time.monotonic() + 30
        while len(lost) < calls and time.monotonic() < end:
            time.sleep(0.1)
    finally:
        listening.close()
    return Carried(calls, _p95(lags, seconds / 3, 2 * seconds / 3), _p95(lags, 2 * seconds / 3, seconds), sum(lost))


def feed(listening: object, calls: int, seconds: float) -> None:
    """Give every call its sound by the clock; each begins elsewhere in the dialogue."""
    sound = dialogue()
    began = time.monotonic()
    for number in range(int(seconds * 10)):
        time.sleep(max(0.0, began + 0.1 * number - time.monotonic()))
        for call in range(calls):
            start = (number * CHUNK + call * 13 * CHUNK) % (len(sound) - CHUNK)
            listening.hear(str(call), sound[start : start + CHUNK].tobytes())  # type: ignore[attr-defined]


def _p95(lags: Sequence[tuple[float, float]], from_s: float, to_s: float) -> float:
    found = [lag for at, lag in lags if from_s <= at < to_s]
    return float(np.percentile(found, 95)) if found else float("inf")


def main() -> int:
    """Measure with more and more calls and print the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=24.0, help="length of each measurement")
    parser.add_argument("--most", type=int, default=24)
    options = parser.parse_args()
    rows: list[Carried] = []
    for calls in (one for one in (1, 2, 4, 6, 8, 10, 12, 16, 20, 24) if one <= options.most):
        rows.append(measure(calls, options.seconds))
        print(rows[-1], load(), file=sys.stderr, flush=True)
        if not rows[-1].keeps_up:
            break
    most = max((row.calls for row in rows if row.keeps_up), default=0)
    print("## Live calls at once\n")
    print(f"`python -m benchmarks.live_capacity --seconds {options.seconds:g}`. The sides take turns. Carried:")
    print(
        f"the last third's lag p95 is under {LAG_S:g} s, at most {GROWTH_S:g} s above the middle third's, none skipped."
    )
    print(f"Load of the machine: {load()}.\n")
    print("| calls | lag, middle third | lag, last third | skipped | carried |")
    print("| ---: | ---: | ---: | ---: | --- |")
    for row in rows:
        words = "yes" if row.keeps_up else "no"
        print(f"| {row.calls} | {row.middle_s:.2f} s | {row.last_s:.2f} s | {row.lost_s:.1f} s | {words} |")
    print(f"\nCarried: {most} calls.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
