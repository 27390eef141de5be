"""The fixed words of the reports, Chinese first, English beside it."""

from __future__ import annotations

from typing import NamedTuple

from callcoach.datapath import CallEventKind, Direction, Severity, Speaker


class Words(NamedTuple):
    """One text in both languages."""

    zh: str
    en: str


class SeverityLook(NamedTuple):
    """How a severity is shown: never by colour alone."""

    sign: str
    words: Words


SPEAKERS = {
    Speaker.AGENT: Words("坐席", "Agent"),
    Speaker.CUSTOMER: Words("客户", "Customer"),
    Speaker.UNKNOWN: Words("未分离", "Not separated"),
}
NOBODY = Words("系统", "System")
"""Who caused an event that neither side caused."""
SEVERITIES = {
    Severity.NOTICE: SeverityLook("○", Words("提示", "Notice")),
    Severity.WARNING: SeverityLook("△", Words("警告", "Warning")),
    Severity.SERIOUS: SeverityLook("▲", Words("严重", "Serious")),
    Severity.FATAL: SeverityLook("✖", Words("致命", "Fatal")),
}
DIRECTIONS = {
    Direction.INBOUND: Words("呼入", "Inbound"),
    Direction.OUTBOUND: Words("呼出", "Outbound"),
    Direction.UNKNOWN: Words("方向未知", "Direction unknown"),
}
EVENTS = {
    CallEventKind.RING: Words("振铃", "Ringing"),
    CallEventKind.ANSWER: Words("接听", "Answered"),
    CallEventKind.HOLD: Words("保持", "On hold"),
    CallEventKind.RESUME: Words("恢复通话", "Resumed"),
    CallEventKind.MUTE: Words("静音", "Muted"),
    CallEventKind.UNMUTE: Words("取消静音", "Unmuted"),
    CallEventKind.DTMF: Words("按键", "Key"),
    CallEventKind.TRANSFER: Words("转接", "Transferred"),
    CallEventKind.TRANSFER_FAILED: Words("转接失败", "Transfer failed"),
    CallEventKind.CONFERENCE: Words("三方通话", "Conference"),
    CallEventKind.SPLIT: Words("三方通话结束", "Conference over"),
    CallEventKind.BARGE_STARTED: Words("主管插话", "Supervisor barged in"),
    CallEventKind.BARGE_ENDED: Words("主管离开", "Supervisor left"),
    CallEventKind.NOTICE: Words("录音提示音", "Recording notice"),
    CallEventKind.NOTICE_ENDED: Words("录音提示结束", "Recording notice over"),
    CallEventKind.RECORDING_PAUSED: Words("录音暂停", "Recording paused"),
    CallEventKind.RECORDING_RESUMED: Words("录音继续", "Recording resumed"),
    CallEventKind.RECORDING_FAILED: Words("录音中断", "Recording stopped"),
    CallEventKind.RECOVERED: Words("录音已恢复", "Recording recovered"),
    CallEventKind.END: Words("挂断", "Ended"),
}
UNITS = {
    "s": Words("秒", "s"),
    "dB": Words("dB", "dB"),
    "dBFS": Words("dBFS", "dBFS"),
    "chars/min": Words("字/分", "chars/min"),
    "%": Words("%", "%"),
}
"""Units whose Chinese name differs or whose spelling is fixed; any other is shown as it is."""


def clock(seconds: float) -> str:
    """Return a moment as `m:ss.t` or `h:mm:ss.t`; before the recording began it is negative."""
    tenths = round(abs(seconds) * 10)
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    text = f"{rest // 10:02d}.{rest % 10}"
    sign = "-" if seconds < 0 and tenths else ""
    return f"{sign}{hours}:{minutes:02d}:{text}" if hours else f"{sign}{minutes}:{text}"


def figure(value: float) -> str:
    """Return a figure with one decimal, without it where it is whole."""
    return f"{value:.1f}".removesuffix(".0")


def points(value: float) -> str:
    """Return points with the hundredths in which they are counted, none that say nothing."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def unit(name: str) -> Words:
    """Return a unit in both languages."""
    return UNITS.get(name, Words(name, name))
