"""How long `callcoach --help` takes, against a bare Python and against importing typer alone."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

RUNS = 15


def median_s(*arguments: str) -> float:
    """Return the median wall time of a Python child, in seconds."""
    times: list[float] = []
    for _ in range(RUNS):
        start = time.perf_counter()
        subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=True)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> None:
    """Print the section."""
    bare = median_s("-c", "pass")
    typer = median_s("-c", "import typer, typer.rich_utils")
    ours = median_s("-m", "callcoach", "--help")
    print("## Start of the command line\n")
    print(f"`python -m benchmarks.startup`; median of {RUNS} runs.\n")
    print("| command | time | times bare Python |")
    print("| --- | ---: | ---: |")
    for name, seconds in (
        ("`python -c pass`", bare),
        ("`import typer` and its help", typer),
        ("`callcoach --help`", ours),
    ):
        print(f"| {name} | {seconds:.2f} s | {seconds / bare:.1f} |")


if __name__ == "__main__":
    main()
