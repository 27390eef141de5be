"""What the browser adds to the delay from mouth to ear: worklet, WebSocket, server and line, both ways.

A far softphone in this process talks on loopback with the agent's: once one that speaks and hears through a port of its
own process (the baseline), once a `callcoach phone` behind a real server whose desk is open in headless
Chromium. Clicks go both ways; both ends note them by the same clock. What is said in the page is dated a render
quantum back, for a microphone fills it first. Buffers of a sound card are in neither.

    python -m benchmarks.browser_delay [--clicks 40]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from tests.peers.process import LOOPBACK, free_port

from benchmarks.desk_page import QUANTUM, ClickPort, click, delays_ms, desk_page, load, monotonic_s

EVERY_S = 0.5
LIMIT_MS = 120.0
RATE_HZ = 8000
Both = tuple[list[float], list[float]]
"""Delays to the far end, and back from it, in ms."""


def near(address: str, seconds: float) -> None:
    """Be the agent's softphone without a browser, and print when clicks were said and heard."""
    from callcoach.settings import SipSettings
    from callcoach.sip.softphone import Softphone

    port = ClickPort(EVERY_S)
    settings = SipSettings(local_host=LOOPBACK, local_port=free_port(), user="1001")
    with Softphone(settings, recordings=None, audio=lambda _id, _rate: port) as phone:
        phone.dial(address)
        time.sleep(seconds)
    print(json.dumps({"said": port.said, "heard": port.heard}))


def without_browser(address: str, answered: list[ClickPort], seconds: float) -> Both:
    """Measure the baseline; `answered` gets the far end's port."""
    command = [sys.executable, "-m", "benchmarks.browser_delay", "--near", address, "--seconds", str(seconds)]
    ran = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=seconds + 60)
    port, far = json.loads(ran.stdout.splitlines()[-1]), answered[-1]
    return delays_ms(port["said"], far.heard), delays_ms(far.said, port["heard"])


def with_browser(address: str, answered: list[ClickPort], clicks: int, folder: Path) -> Both:
    """Measure the path through the page; `answered` gets the far end's port."""
    with desk_page(folder) as page:
        page.phone.say(f"dial {address}")
        page.phone.wait_phase("talking")
        time.sleep(3.0)  # buffers settle
        for _ in range(clicks):
            page.speak(click())
            time.sleep(EVERY_S)
        said = [monotonic_s(at) - QUANTUM / RATE_HZ for at in page.noted("said")]
        heard = [monotonic_s(at) for at in page.noted("heard")]
        page.phone.say("hangup")
    far, began = answered[-1], said[0]
    return delays_ms(said, far.heard), delays_ms([at for at in far.said if at > began], heard)


def line(name: str, delays: Sequence[float], base: Sequence[float] | None = None) -> str:
    """Return one row of the table."""
    p50, p95 = np.percentile(delays, (50, 95))
    added = f"{p50 - np.median(base):.0f}" if base is not None else "-"
    return f"| {name} | {len(delays)} | {p50:.0f} | {p95:.0f} | {added} |"


def main() -> int:
    """Measure and print the section; the exit code is 1 when the limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clicks", type=int, default=40)
    parser.add_argument("--near", help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=float, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.near:
        near(options.near, options.seconds)
        return 0
    from callcoach.settings import SipSettings
    from callcoach.sip.softphone import Softphone

    listening = free_port()
    ports: list[ClickPort] = []

    def far_port(_call_id: str, _rate_hz: int) -> ClickPort:
        ports.append(ClickPort(EVERY_S * 1.02))
        return ports[-1]

    settings = SipSettings(local_host=LOOPBACK, local_port=listening, user="far")
    address = f"sip:far@{LOOPBACK}:{listening}"
    with (
        tempfile.TemporaryDirectory() as scratch,
        Softphone(settings, recordings=None, audio=far_port, auto_answer=True) as _,
    ):
        base = without_browser(address, ports, options.clicks * EVERY_S + 5)
        loaded = load()
        page = with_browser(address, ports, options.clicks, Path(scratch))
        loaded = f"{loaded} and {load()}"
    print("## Delay of the desk in the browser\n")
    print(
        f"`python -m benchmarks.browser_delay --clicks {options.clicks}`. From mouth to ear between two softphones on"
    )
    print("loopback (G.711 A-law), by clicks: through a port of the softphone's own process, and through the desk in")
    print(f"headless Chromium, WebSocket, server and line. No sound card. Load of the machine: {loaded}.\n")
    print("| path | clicks | p50 ms | p95 ms | added by the browser, ms |")
    print("| --- | ---: | ---: | ---: | ---: |")
    print(line("softphone → far", base[0]))
    print(line("softphone ← far", base[1]))
    print(line("page → far", page[0], base[0]))
    print(line("page ← far", page[1], base[1]))
    worst = max(float(np.median(one) - np.median(other)) for one, other in zip(page, base, strict=True))
    print(f"\nAdded at most {worst:.0f} ms (limit: {LIMIT_MS:.0f} ms).")
    return int(worst >= LIMIT_MS)


if __name__ == "__main__":
    sys.exit(main())
