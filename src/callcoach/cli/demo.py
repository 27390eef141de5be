"""`callcoach demo`: two real calls on loopback, from the first ring to the scorecard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from callcoach.demo.calls import Dialogue
    from callcoach.settings import Settings

DIRECTIONS = {"inbound": "来电 inbound", "outbound": "去电 outbound"}


Serve = Annotated[
    bool,
    typer.Option("--serve", help="打开质检室，内有一天的通话 · Start the review room with a day of calls to look at."),
]
DemoPort = Annotated[int | None, typer.Option("--port", min=0, max=65535, help="端口 · Port, with --serve.")]


def demo(*, serve: Serve = False, port: DemoPort = None) -> None:
    """演示：本机两通真实 SIP 通话并评分 · Two real SIP calls on this machine, recorded and scored."""
    if serve:
        from callcoach.cli.demo_server import serve_day

        serve_day(port)
        return
    from rich.console import Console

    from callcoach.demo.calls import DIALOGUES
    from callcoach.models.store import require_model
    from callcoach.settings import load_settings

    settings = load_settings()
    require_model(settings.asr.model, settings.models_dir)
    console = Console(highlight=False)
    folders = [_hold(console, dialogue, settings) for dialogue in DIALOGUES]
    _score(console, folders, settings)


def _hold(console: Console, dialogue: Dialogue, settings: Settings) -> Path:
    from callcoach.demo.calls import hold_call

    title = f"{DIRECTIONS[dialogue.direction]}: {dialogue.about_zh} · {dialogue.about_en}"
    said = f"☎ {title}\n  坐席 agent {dialogue.agent_number} ⇄ 客户 customer {dialogue.customer_number}"
    console.print(f"{said}，通话并录音中，请稍候 talking and recording, please wait …")
    folder = hold_call(dialogue, settings.data_dir)
    console.print(f"  录音 recording: {folder / 'recording.wav'}", soft_wrap=True)
    return folder


def _score(console: Console, folders: list[Path], settings: Settings) -> None:
    from callcoach.audio.decoding import AgentSide
    from callcoach.intake import Source, analyse_file
    from callcoach.judges import load_judges
    from callcoach.reports.terminal import print_scorecard

    console.print("\n转写并评分 · transcribing and scoring …\n")
    judges = load_judges(settings)
    for folder in folders:
        filed = analyse_file(folder / "recording.wav", Source(AgentSide.LEFT), judges, settings.calls_dir)
        print_scorecard(console, filed.analysis, filed.page)
    console.print("用浏览器打开上面的网页，点一句话就能听到 · open a page above in a browser; click a turn to hear it.")
