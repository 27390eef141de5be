"""`callcoach phone`: one agent's softphone on the terminal.

Events come out as lines, commands go in as lines. Nothing else runs in this process: no
recognition, no web, no database.
"""

from __future__ import annotations

import contextlib
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from callcoach.sip.ports import AudioPort


def phone(
    *,
    auto_answer: Annotated[bool, typer.Option("--auto-answer", help="自动接听 · Take calls at once.")] = False,
    play: Annotated[
        Path | None, typer.Option(help="接通后播放的 WAV · WAV spoken as the microphone once a call connects.")
    ] = None,
    hang_up_when_done: Annotated[
        bool, typer.Option("--hang-up-when-done", help="播放完毕后挂机 · End the call after --play.")
    ] = False,
    dial: Annotated[str, typer.Option(help="启动后拨打 · Call this number or SIP address at once.")] = "",
    record: Annotated[bool, typer.Option(help="录音 · Record calls.")] = True,
    json_lines: Annotated[bool, typer.Option("--json", help="每个事件一行 JSON · One JSON object a line.")] = False,
    server: Annotated[
        str | None, typer.Option(help="服务器地址，默认 phone.server · Server to report to; default: phone.server.")
    ] = None,
    until_input_ends: Annotated[
        bool,
        typer.Option("--until-input-ends", help="输入结束且通话完毕即退出 · Leave once input and calls end."),
    ] = False,
    sound_card: Annotated[
        str,
        typer.Option(help="本机声卡：设备号、名称或 default · This computer's sound card, or `default`."),
    ] = "",
    list_devices: Annotated[bool, typer.Option("--list-devices", help="列出声卡设备 · List sound devices.")] = False,
    sip_log: Annotated[Path | None, typer.Option(help="SIP 详细日志 · File for the detailed SIP log.")] = None,
) -> None:
    """软电话 · Softphone: registers, takes and makes calls, records them. `help` lists its commands."""
    if list_devices:
        _print_devices()
        return
    from callcoach.cli.phone_console import run_phone
    from callcoach.cli.phone_line import open_line
    from callcoach.settings import load_settings
    from callcoach.sip.ports import playback_factory, read_wav, silent_factory
    from callcoach.sip.softphone import Softphone
    from callcoach.sip.sound_card import SoundCard

    settings = load_settings()
    if play:
        read_wav(play, settings.sip.clock_rate_hz)
    line = open_line(settings, settings.phone.server if server is None else server, auto_answer=auto_answer)
    audio = line.audio if line else silent_factory
    card = SoundCard(settings.sip.clock_rate_hz, sound_card) if sound_card else None
    if card:
        audio = partial(_same, card)
    if play:
        audio = playback_factory(play, hang_up_when_done=hang_up_when_done)
    softphone = Softphone(
        settings.sip,
        recordings=settings.calls_dir if record else None,
        recording=settings.recording,
        audio=audio,
        auto_answer=auto_answer,
        listeners=line.listeners if line else lambda _call_id: (),
        sip_log=sip_log,
    )
    with contextlib.closing(card) if card else contextlib.nullcontext():
        run_phone(softphone, dial=dial, json_lines=json_lines, line=line, until_input_ends=until_input_ends)


def _same(port: AudioPort, _call_id: str, _rate_hz: int) -> AudioPort:
    """Give each call the one headset."""
    return port


def _print_devices() -> None:
    from callcoach.sip.sound_card import list_devices

    for one in list_devices():
        print(f"{one.number}  {one.name}  （输入 inputs {one.inputs}，输出 outputs {one.outputs}）")
