"""What is said to people about a recording that is not a whole, clean stereo file."""

from __future__ import annotations

from callcoach.datapath import NoteKind, RecordingNote, Speaker

MONO = RecordingNote(
    NoteKind.MONO,
    "单声道录音：说话人未分离，需要区分坐席与客户的规则未评估",
    "Mono recording: speakers not separated; rules that must know who spoke were not evaluated",
)
SAME_CHANNELS = RecordingNote(
    NoteKind.SAME_CHANNELS,
    "左右声道内容相同，按单声道处理：说话人未分离",
    "Both channels carry the same sound, so it is taken as mono: speakers not separated",
)
DAMAGED = RecordingNote(
    NoteKind.DAMAGED,
    "文件有损坏之处，已跳过；其余部分照常分析",
    "Parts of the file are damaged and were skipped; the rest was analysed",
)
OGG_NOT_ENDED = RecordingNote(
    NoteKind.TRUNCATED,
    "文件不完整：OGG 流没有结束标记；已分析现有部分",
    "The file is cut short: the OGG stream has no end mark; what is there was analysed",
)
HEADER_REPAIRED = RecordingNote(
    NoteKind.HEADER_REPAIRED,
    "文件头没有写明长度（录音程序可能中途退出），已读到文件末尾",
    "The header does not say how long the sound is (the recorder may have crashed); it was read to the file's end",
)

_SIDES = {
    Speaker.AGENT: ("坐席", "agent's"),
    Speaker.CUSTOMER: ("客户", "customer's"),
    Speaker.UNKNOWN: ("未知", "unknown"),
}


def silent_side(speaker: Speaker) -> RecordingNote:
    """Say that one channel never carries anything: a broken recording, or both parties on the other channel."""
    zh, en = _SIDES[speaker]
    return RecordingNote(
        NoteKind.SILENT_SIDE,
        f"{zh}声道始终无声：请确认录音方式，或双方是否混在另一声道",
        f"The {en} channel is silent throughout: check the recorder, or whether both parties are on the other channel",
    )


def truncated(promised_s: float, found_s: float) -> RecordingNote:
    """Say that a file ends before the length it declares, in seconds."""
    return RecordingNote(
        NoteKind.TRUNCATED,
        f"文件不完整：应有 {promised_s:.1f} 秒，实有 {found_s:.1f} 秒；已分析现有部分",
        f"The file is cut short: {promised_s:.1f} s declared, {found_s:.1f} s found; what is there was analysed",
    )


def padded(agent_s: float, customer_s: float) -> RecordingNote:
    """Say that the two sides' files, lengths in seconds, were made equally long."""
    return RecordingNote(
        NoteKind.PADDED,
        f"两个文件长度不同（坐席 {agent_s:.1f} 秒，客户 {customer_s:.1f} 秒），较短的一侧已补静音",
        f"The two files differ in length (agent {agent_s:.1f} s, customer {customer_s:.1f} s); silence was added "
        "to the shorter",
    )
