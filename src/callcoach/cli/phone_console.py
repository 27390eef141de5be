"""The softphone's terminal: commands from standard input, events to standard output."""

from __future__ import annotations

import json
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from callcoach.datapath import Direction, Speaker
from callcoach.errors import CallCoachError
from callcoach.sip import events

if TYPE_CHECKING:
    from callcoach.line.client import PhoneLine
    from callcoach.sip.softphone import Softphone

SHORT_ID_DIGITS = 8
IDLE_LOOK_S = 0.5
_SIDES = {Speaker.AGENT: "坐席 agent", Speaker.CUSTOMER: "对方 customer", Speaker.UNKNOWN: "网络 network"}
_DIRECTIONS = {Direction.INBOUND: "来电 inbound", Direction.OUTBOUND: "去电 outbound", Direction.UNKNOWN: ""}


@dataclass(frozen=True, slots=True)
class Command:
    """A word of the terminal: what it takes, what it does, how it is carried out."""

    usage: str
    help: str
    run: Callable[[Softphone, list[str]], object]


def _reject(phone: Softphone, words: list[str]) -> None:
    busy = "busy" in words
    phone.reject(_id(phone, [word for word in words if word not in {"busy", "decline"}]), busy=busy)


def _attended(phone: Softphone, words: list[str]) -> None:
    phone.transfer_to_call(*_two(phone, words, "attended"))


def _conference(phone: Softphone, words: list[str]) -> None:
    phone.conference(*_two(phone, words, "conference"))


def _two(phone: Softphone, words: list[str], command: str) -> tuple[str, str]:
    ids = [call.id for call in phone.calls()]
    chosen = [_named(phone, [word]) for word in words] or ids
    if len(chosen) != 2:
        raise CallCoachError(
            f"{command} joins two calls; there are {len(ids)}. Name two: {command} CALL CALL.",
            f"{command} 需要两通电话，现在有 {len(ids)} 通。请写明两通：{command} CALL CALL。",
        )
    return chosen[0], chosen[1]


def _list_calls(phone: Softphone, _words: list[str]) -> list[str]:
    return [
        f"{call.id} {_DIRECTIONS[call.direction]} {call.remote_number} {call.remote_name}" for call in phone.calls()
    ]


COMMANDS: Mapping[str, Command] = {
    "dial": Command("dial NUMBER", "拨打 · call", lambda p, w: p.dial(_one(w))),
    "answer": Command("answer [CALL]", "接听 · take the call", lambda p, w: p.answer(_id(p, w))),
    "reject": Command("reject [busy|decline] [CALL]", "拒接 · refuse", _reject),
    "hangup": Command("hangup [CALL]", "挂机 · hang up or give up calling", lambda p, w: p.hang_up(_id(p, w))),
    "hold": Command("hold [CALL]", "保持 · hold", lambda p, w: p.hold(_id(p, w))),
    "resume": Command("resume [CALL]", "恢复 · take off hold", lambda p, w: p.resume(_id(p, w))),
    "mute": Command("mute [CALL]", "静音 · cut off the microphone", lambda p, w: p.mute(_id(p, w))),
    "unmute": Command("unmute [CALL]", "取消静音 · open the microphone", lambda p, w: p.mute(_id(p, w), muted=False)),
    "dtmf": Command("dtmf DIGITS [CALL]", "按键 · send DTMF", lambda p, w: p.send_digits(_one(w[:1]), _id(p, w[1:]))),
    "transfer": Command(
        "transfer NUMBER [CALL]", "盲转 · blind transfer", lambda p, w: p.transfer(_one(w[:1]), _id(p, w[1:]))
    ),
    "attended": Command("attended [CALL CALL]", "咨询转 · connect two calls with each other", _attended),
    "conference": Command("conference [CALL CALL]", "三方通话 · join two calls and oneself", _conference),
    "split": Command("split CALL", "拆分 · end the conference, hold this call", lambda p, w: p.split(_named(p, w))),
    "dnd": Command("dnd on|off", "免打扰 · turn calls away as busy", lambda p, w: p.set_do_not_disturb(_on(w))),
    "auto": Command("auto on|off", "自动接听 · take calls at once", lambda p, w: p.set_auto_answer(_on(w))),
    "pause": Command("pause [CALL]", "暂停录音 · pause the recording", lambda p, w: p.pause_recording(_id(p, w))),
    "continue": Command("continue [CALL]", "继续录音 · go on recording", lambda p, w: p.resume_recording(_id(p, w))),
    "calls": Command("calls", "列出通话 · list calls", _list_calls),
    "register": Command("register", "立即注册 · register now", lambda p, _w: p.register()),
}


def _one(words: list[str]) -> str:
    if len(words) != 1:
        raise CallCoachError(
            "Expected one word after the command. `help` lists the commands.",
            "命令后要有一个词。`help` 列出命令。",
        )
    return words[0]


def _id(phone: Softphone, words: list[str]) -> str | None:
    """Return the id of the call that a word names by its id or the end of it; None for no word."""
    if not words:
        return None
    found = [call.id for call in phone.calls() if call.id.endswith(words[0])]
    if len(found) != 1:
        raise CallCoachError(
            f"{len(found)} calls are named {words[0]!r}. `calls` lists them.",
            f"叫 {words[0]!r} 的通话有 {len(found)} 通。`calls` 列出通话。",
        )
    return found[0]


def _named(phone: Softphone, words: list[str]) -> str:
    found = _id(phone, words)
    if found is None:
        raise CallCoachError("Name a call. `calls` lists them.", "请写明是哪一通。`calls` 列出通话。")
    return found


def _on(words: list[str]) -> bool:
    if words not in (["on"], ["off"]):
        raise CallCoachError(
            f"Found {' '.join(words)!r}; expected on or off.", f"写的是 {' '.join(words)!r}，应为 on 或 off。"
        )
    return words == ["on"]


def _command(word: str) -> Command:
    command = COMMANDS.get(word)
    if command is None:
        raise CallCoachError(f"{word!r} is not a command. `help` lists them.", f"没有命令 {word!r}，看 `help`。")
    return command


def help_text() -> str:
    """List the commands."""
    rows = [(command.usage, command.help) for command in COMMANDS.values()]
    rows += [("quit", "结束 · end calls, finish recordings, leave"), ("help", "命令列表 · this list")]
    return "\n".join(f"  {usage:<30} {text}" for usage, text in rows)


class Console:
    """Runs commands and prints events until it is asked to stop."""

    def __init__(self, phone: Softphone, *, json_lines: bool, line: PhoneLine | None = None) -> None:
        self._phone = phone
        self._line = line
        self._json_lines = json_lines
        self._lock = threading.Lock()
        self.stop = threading.Event()

    def print_events(self) -> None:
        """Print every event until the phone has stopped."""
        for event in self._phone.events():
            if self._line:
                self._line.take(event)
            self.say(events.as_plain(event), describe(event))

    def read_commands(self, *, until_input_ends: bool = False) -> None:
        """Carry out commands until `quit`. The end of the input stops the reading, or the phone once no call is up."""
        for line in sys.stdin:
            if line.split()[:1] in (["quit"], ["exit"]):
                self.stop.set()
                return
            self.obey(line)
        while until_input_ends and not self.stop.wait(IDLE_LOOK_S):
            if not self._phone.calls():
                self.stop.set()

    def obey(self, line: str) -> None:
        """Carry out one line and say what came of it."""
        words = line.split()
        if not words:
            return
        if words[0] == "help":
            self.say({"event": "Help", "text": help_text()}, help_text())
            return
        try:
            result = _command(words[0]).run(self._phone, words[1:])
        except CallCoachError as error:
            failed = {"event": "CommandFailed", "command": line.strip(), "error": str(error), "error_zh": error.zh}
            self.say(failed, f"没有成功 failed: {error.zh} · {error}" if error.zh else f"没有成功 failed: {error}")
            return
        shown = "\n".join(result) if isinstance(result, list) else ""
        self.say({"event": "CommandDone", "command": line.strip(), "result": result}, shown)

    def say(self, plain: dict[str, Any], text: str) -> None:
        """Print one thing, as JSON or as text."""
        line = json.dumps(plain, ensure_ascii=False) if self._json_lines else text
        if line:
            with self._lock:
                print(line, flush=True)


def run_phone(
    phone: Softphone, *, dial: str, json_lines: bool, line: PhoneLine | None = None, until_input_ends: bool = False
) -> None:
    """Serve the terminal and the line until `quit`, SIGINT or SIGTERM; then end calls and finish recordings."""
    console = Console(phone, json_lines=json_lines, line=line)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: console.stop.set())
    printer = threading.Thread(target=console.print_events, name="events")
    printer.start()
    reading = partial(console.read_commands, until_input_ends=until_input_ends)
    threading.Thread(target=reading, name="commands", daemon=True).start()
    if line:
        line.open(phone)
    try:
        if dial:
            console.obey(f"dial {dial}")
        console.stop.wait()
    finally:
        phone.close()
        printer.join()
        if line:
            line.close()


def describe(event: events.PhoneEvent) -> str:
    """Return an event as one readable line, Chinese first."""
    call_id = getattr(event, "call_id", "")
    label = f"[{call_id[-SHORT_ID_DIGITS:]}] " if call_id else ""
    return label + _words(event)


def _words(event: events.PhoneEvent) -> str:  # noqa: C901, PLR0911, PLR0912 - one line for each kind of event
    match event:
        case events.PhoneReady():
            return f"软电话就绪 ready at {event.address}; help 列出命令"
        case events.RegistrationChanged():
            retry = f"，{event.retry_s} 秒后重试 · trying again in {event.retry_s} s" if event.retry_s else ""
            return f"{event.words_zh} · {event.words_en} ({event.code} {event.detail}){retry}"
        case events.IncomingCall():
            waiting = "（等待中 waiting）" if event.waiting else ""
            return f"来电 incoming call: {event.number} {event.name}{waiting}"
        case events.OutgoingCall():
            return f"正在呼叫 calling {event.target}"
        case events.CallRefused():
            return f"已拒绝来自 {event.source} 的呼叫：不是交换机地址 · refused: not the PBX's address (sip.allow_from)"
        case events.CallTurnedAway():
            return f"免打扰，已拒接 turned away: {event.number} {event.name}"
        case events.SwitchesChanged():
            on, off = "开 on", "关 off"
            return (
                f"免打扰 do not disturb: {on if event.do_not_disturb else off}; "
                f"自动接听 auto-answer: {on if event.auto_answer else off}"
            )
        case events.ConferenceChanged():
            return "三方通话中 in conference" if event.in_conference else "三方通话结束 conference over"
        case events.StateChanged():
            state = event.state
            held = f" hold={state.hold}" if state.hold != "none" else ""
            moved = f" transfer={state.transfer}" if state.transfer != "none" else ""
            return f"{state.phase}{held}{moved} ({_SIDES[event.by]}) {event.reason}".rstrip()
        case events.MuteChanged():
            return "已静音 muted" if event.muted else "已取消静音 unmuted"
        case events.DtmfReceived():
            return f"对方按键 key pressed: {event.digit}"
        case events.TransferResult():
            result = "转接成功 transferred to" if event.succeeded else "转接失败，通话仍在 transfer failed, call is up:"
            return f"{result} {event.target} ({event.code} {event.reason})"
        case events.BargeChanged():
            return "主管插话 supervisor barged in" if event.barged else "主管离开 supervisor left"
        case events.RecordingChanged():
            return f"录音 recording: {event.recording}"
        case events.RecordingFailed():
            return f"录音中断，通话继续 · recording failed, the call goes on: {event.reason}"
        case events.RecordingFinished():
            return (
                f"录音完成 recorded {event.duration_s:.1f} s: {event.path}"
                if event.path
                else f"已记录 noted: {event.folder}"
            )
        case events.RecordingRecovered():
            return f"已恢复上次异常退出的录音 recovered {event.duration_s:.1f} s: {event.path or event.folder}"
        case events.CallEnded():
            mos = f", MOS {event.mos}" if event.mos else ""
            return f"通话结束 call ended by {_SIDES[event.ended_by]}: {event.reason}{mos}"
        case events.AudioFault():
            return f"话筒或扬声器故障 audio fault: {event.error}"
        case events.PhoneStopped():
            return f"软电话已停止 stopped {event.error}".rstrip()
