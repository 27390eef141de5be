"""sipp as caller or called party, with the scenarios of `scenarios/`."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.peers.process import LOOPBACK, free_port, running

SCENARIOS = Path(__file__).parent / "scenarios"


def _command(
    scenario: str, folder: Path, port: int, values: Mapping[str, str], options: tuple[str, ...], *, host: str = LOOPBACK
) -> list[str]:
    """Fill in the scenario's `{{NAME}}` places and return the command line."""
    text = (SCENARIOS / scenario).read_text()
    for name, value in values.items():
        text = text.replace(f"{{{{{name}}}}}", value)
    if "{{" in text:
        raise AssertionError(f"{scenario} has a place that was not filled in")
    file = folder / scenario
    file.write_text(text)
    media = ["-i", host, "-mi", host, "-mp", str(free_port())]
    return ["sipp", "-sf", str(file), "-p", str(port), *media, "-nostdin", "-timeout", "60s", *options]


@contextlib.contextmanager
def calling(
    scenario: str,
    folder: Path,
    target: str,
    service: str,
    *,
    port: int | None = None,
    host: str = LOOPBACK,
    **values: str,
) -> Iterator[subprocess.Popen[bytes]]:
    """Place one call from sipp to `service` at `target` (`host:port`); its exit code is 0 when all went as planned."""
    command = _command(scenario, folder, port or free_port(), values, ("-s", service, "-m", "1", target), host=host)
    with running(command, folder / f"{scenario}.log") as process:
        yield process


@contextlib.contextmanager
def answering(scenario: str, folder: Path, port: int, *options: str, **values: str) -> Iterator[None]:
    """Let sipp answer calls at `port` until the end of the block."""
    with running(_command(scenario, folder, port, values, options), folder / f"{scenario}.log"):
        yield
