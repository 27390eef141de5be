"""Run every benchmark and write docs/benchmarks.md.

Each benchmark is a module that prints one Markdown section; it runs in a process of its own, so that
memory and CPU seconds are its alone. A benchmark that fails leaves its error in the document.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs" / "benchmarks.md"
BENCHMARKS = (
    "analysis",
    "accuracy",
    "ablation",
    "rules",
    "softphone",
    "soak",
    "browser_delay",
    "hint_latency",
    "live_capacity",
    "startup",
    "review_room",
    "phone_book",
)

INTRODUCTION = """# 基准 · Benchmarks

Measured by `make bench`; each section by `python -m benchmarks.NAME` (shown with it). Machines differ and are
noisy: compare the columns of one table, which come from one run, not absolute times of different runs.

Machine: {machine}. Date: {date}. CallCoach {version}.
"""


def main() -> int:
    """Run the named benchmarks (default: all) and write the document when all were run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=BENCHMARKS, help=f"of {', '.join(BENCHMARKS)}")
    names = parser.parse_args().names
    sections: list[str] = []
    failed: list[str] = []
    for name in names:
        print(f"benchmark: {name}", file=sys.stderr, flush=True)
        done = subprocess.run(
            [sys.executable, "-m", f"benchmarks.{name}"], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False
        )
        sections.append(done.stdout.strip())
        if done.returncode:
            failed.append(name)
            sections.append(f"`{name}` failed with exit code {done.returncode}.")
    text = "\n\n".join([_introduction(), *sections]) + "\n"
    if tuple(names) == BENCHMARKS:
        DOCUMENT.write_text(text, encoding="utf-8")
    print(text)
    return 1 if failed else 0


def _introduction() -> str:
    from callcoach import __version__

    memory_gb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    cores, system = os.cpu_count(), f"{platform.system()} {platform.machine()}"
    machine = f"{cores} cores, {memory_gb:.0f} GB, {system}, Python {platform.python_version()}"
    date = datetime.now(tz=UTC).date().isoformat()
    return INTRODUCTION.format(machine=machine, date=date, version=__version__).strip()


if __name__ == "__main__":
    sys.exit(main())
