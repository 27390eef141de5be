"""Words of calls that more than one page says."""

from __future__ import annotations

from callcoach.reports.wording import Words
from callcoach.store.model import CallState

STATES = {
    CallState.RECEIVED: Words("等待分析", "Waiting"),
    CallState.TRANSCRIBED: Words("分析中", "Being analysed"),
    CallState.JUDGED: Words("分析中", "Being analysed"),
    CallState.SCORED: Words("已评分", "Scored"),
    CallState.FAILED: Words("分析失败", "Failed"),
}
