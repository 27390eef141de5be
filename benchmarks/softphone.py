"""What recorded calls cost: CPU, memory and lost frames of softphones that really talk to each other.

The softphone under test places calls to a second softphone process; both speak, both record. Only the
first is measured. Times to registration need Kamailio.

    python -m benchmarks.softphone [--seconds 20] [--json FILE]
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.peers.process import LOOPBACK, free_port

TICKS_PER_S = 50
PROCESSES = 16
REGISTRATIONS = 5
Figures = dict[str, Any]


class Counter:
    """Counts the ticks of a call, and those without sound from the other side."""

    def __init__(self) -> None:
        self.first_s = self.last_s = 0.0
        self.ticks = self.empty = 0

    def tick(self, _agent: bytes, customer: bytes) -> None:
        """Take one tick on the media clock."""
        self.last_s = time.monotonic()
        self.first_s = self.first_s or self.last_s
        self.ticks += 1
        self.empty += not customer

    def lost(self) -> int:
        """Return how many ticks are missing between the first and the last."""
        return max(0, round((self.last_s - self.first_s) * TICKS_PER_S) + 1 - self.ticks)


def voice() -> bytes:
    """Return a minute of a tone at 8 kHz: G.711 costs the same for any sound."""
    second = array("h", (round(8000 * math.sin(2 * math.pi * 440 * at / 8000)) for at in range(8000)))
    return second.tobytes() * 60


def be_phone(port: int, peers: list[int], seconds: float, folder: Path) -> Figures:
    """Run one softphone in this process: call every peer, or answer when there is none."""
    from callcoach.settings import SipSettings
    from callcoach.sip.events import CallEnded
    from callcoach.sip.ports import PlaybackPort
    from callcoach.sip.softphone import Softphone

    counters: dict[str, Counter] = {}
    said = voice()
    lost_packets = 0
    with Softphone(
        SipSettings(local_host=LOOPBACK, local_port=port, user=str(port)),
        recordings=folder / "calls",
        audio=lambda _call_id, _rate: PlaybackPort(said),
        auto_answer=True,
        hold_others=False,
        listeners=lambda call_id: (counters.setdefault(call_id, Counter()).tick,),
    ) as phone:
        print("ready", flush=True)
        if not peers:
            sys.stdin.readline()
            return {}
        sys.stdin.readline()
        ids = [phone.dial(f"sip:x@{LOOPBACK}:{peer}") for peer in peers]
        time.sleep(2.0)  # ringing and the streams' first packets are not what is measured
        start, used = time.monotonic(), time.process_time()
        time.sleep(seconds)
        cpu = (time.process_time() - used) / (time.monotonic() - start)
        for call_id in ids:
            phone.hang_up(call_id)
        for event in iter(lambda: phone.next_event(3.0), None):
            if isinstance(event, CallEnded) and event.quality:
                lost_packets += event.quality.packets_lost
                ids.remove(event.call_id)
                if not ids:
                    break
    return {
        "cpu": cpu,
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "ticks": sum(counter.ticks for counter in counters.values()),
        "lost_ticks": sum(counter.lost() for counter in counters.values()),
        "empty_ticks": sum(counter.empty for counter in counters.values()),
        "lost_packets": lost_packets,
    }


@contextlib.contextmanager
def phone_process(port: int, peers: list[int], seconds: float, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Start `be_phone` in a process of its own and wait until it listens."""
    peer_list = ",".join(map(str, peers))
    command = [sys.executable, "-m", "benchmarks.softphone", "--phone", str(port), "--peers", peer_list]
    process = subprocess.Popen(
        [*command, "--seconds", str(seconds), "--folder", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        with contextlib.suppress(BrokenPipeError, ValueError):
            process.communicate("go\n", timeout=60)


def measure(calls: int, seconds: float, folder: Path) -> Figures:
    """Measure one process with `calls` calls at once."""
    answering, calling = free_port(), free_port()
    with (
        phone_process(answering, [], seconds, folder / "answering"),
        phone_process(calling, [answering] * calls, seconds, folder / "calling") as process,
    ):
        output, _ = process.communicate("go\n", timeout=seconds + 60)
    return {"processes": 1, "calls": calls, **json.loads(output)}


def measure_many(processes: int, seconds: float, folder: Path) -> Figures:
    """Measure many processes with a call each: half of them call the other half."""
    with contextlib.ExitStack() as stack:
        calling: list[subprocess.Popen[str]] = []
        for pair in range(processes // 2):
            answering, port = free_port(), free_port()
            stack.enter_context(phone_process(answering, [], seconds, folder / f"a{pair}"))
            calling.append(stack.enter_context(phone_process(port, [answering], seconds, folder / f"c{pair}")))
        for process in calling:
            assert process.stdin
            process.stdin.write("go\n")
            process.stdin.flush()
        results = [json.loads(process.communicate(timeout=seconds + 60)[0]) for process in calling]
    sums = {name: sum(result[name] for result in results) for name in results[0] if name not in {"cpu", "rss_mb"}}
    means = {name: statistics.mean(result[name] for result in results) for name in ("cpu", "rss_mb")}
    return {"processes": processes, "calls": 1, **means, **sums}


def time_to_registered(folder: Path) -> list[float]:
    """Return the seconds from starting `callcoach phone` to its registration at Kamailio, several times."""
    from tests.peers.certificates import make_authority, make_server_certificate
    from tests.peers.kamailio import USERS, kamailio, plan_pbx
    from tests.peers.phone import softphone

    certificate, key = make_server_certificate(folder, make_authority(folder, "bench"), LOOPBACK)
    times: list[float] = []
    with kamailio(folder, plan_pbx(folder), certificate, key) as pbx:
        settings = {"registrar": pbx.address, "user": "1001", "password": USERS["1001"]}
        for _ in range(REGISTRATIONS):
            start = time.monotonic()
            with softphone(folder / "phone", settings=settings) as phone:
                phone.wait("RegistrationChanged", registered=True)
                times.append(time.monotonic() - start)
    return times


def print_section(rows: list[Figures], times: list[float] | None, seconds: float) -> None:
    """Print the Markdown section."""
    print("## Softphone\n")
    print(
        f"`python -m benchmarks.softphone --seconds {seconds:g}`. Recorded calls (G.711 A-law) between real softphone"
    )
    print(
        "processes on loopback, both sides speaking; CPU as a share of one core, for one process. With 16 processes the"
    )
    print(
        "figures of CPU and memory are the mean of the 8 calling ones, the counts their sum. A lost frame is a tick of"
    )
    print("20 ms that the recorder did not get; an empty one came without sound from the other side.\n")
    print(
        "| processes | calls in each | CPU per process | CPU per call | memory | frames | lost | empty | packets lost |"
    )
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for row in rows:
        shares = f"{row['cpu']:.1%} | {row['cpu'] / row['calls']:.1%} | {row['rss_mb']:.0f} MB"
        counts = " | ".join(str(row[name]) for name in ("ticks", "lost_ticks", "empty_ticks", "lost_packets"))
        print(f"| {row['processes']} | {row['calls']} | {shares} | {counts} |")
    if times is None:
        print("\nTime to registration: not measured, Kamailio is not installed.")
    else:
        print(
            f"\nFrom starting `callcoach phone` to registered (UDP, digest, {len(times)} starts): "
            f"median {statistics.median(times):.2f} s, slowest {max(times):.2f} s."
        )


def main() -> None:
    """Run all measurements, or be one of the measured phones."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0, help="length of each measured call")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    parser.add_argument("--phone", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--peers", default="", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.phone:
        peers = [int(peer) for peer in options.peers.split(",") if peer]
        print(json.dumps(be_phone(options.phone, peers, options.seconds, options.folder)))
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        rows = [measure(calls, options.seconds, folder / str(calls)) for calls in (1, 2, 4)]
        rows.append(measure_many(PROCESSES, options.seconds, folder))
        times = time_to_registered(folder) if _have("kamailio") else None
    if options.json:
        options.json.write_text(json.dumps({"rows": rows, "to_registered_s": times}, indent=2) + "\n")
    print_section(rows, times, options.seconds)


def _have(program: str) -> bool:
    return any(os.access(Path(folder) / program, os.X_OK) for folder in os.get_exec_path())


if __name__ == "__main__":
    main()
