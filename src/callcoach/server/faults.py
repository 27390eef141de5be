"""What pydantic finds wrong with what was sent, in the words of people: Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from callcoach.errors import InputError
from callcoach.reports.wording import Words

FIELDS = {
    "at_s": "时刻",
    "call_ids": "通话",
    "day": "日期",
    "dimension": "维度",
    "direction": "方向",
    "due_at": "期限",
    "due_workdays": "期限（工作日）",
    "duration_max_s": "最长（秒）",
    "duration_min_s": "最短（秒）",
    "end_s": "终点",
    "expected_version": "版本",
    "finding_id": "问题",
    "method": "抽取方法",
    "name": "名称",
    "note": "备注",
    "number": "步骤",
    "outcome": "裁定",
    "per": "数量的算法",
    "period": "周期",
    "person_id": "人员",
    "points": "得分",
    "quota": "数量",
    "reason": "理由",
    "reviewer_ids": "复核人",
    "rule_id": "规则",
    "seed": "随机种子",
    "speaker": "说话人",
    "start_s": "起点",
    "team_ids": "团队",
    "text": "内容",
    "turn": "句子",
    "verdict": "判定",
}
"""Chinese names of what forms send; any other is called as programs call it."""
_FAULTS = {
    "missing": "没有填",
    "string_too_short": "没有填",
    "string_too_long": "太长，最多 {max_length} 个字",
    "too_short": "至少选 {min_length} 项",
    "too_long": "最多选 {max_length} 项",
    "greater_than_equal": "不能小于 {ge}",
    "greater_than": "要大于 {gt}",
    "less_than_equal": "不能大于 {le}",
    "less_than": "要小于 {lt}",
    "int_parsing": "要填整数",
    "int_from_float": "要填整数",
    "float_parsing": "要填数字",
    "finite_number": "要填数字",
    "enum": "不是可选的值",
    "literal_error": "不是可选的值",
    "extra_forbidden": "不认识这一项",
    "json_invalid": "不是 JSON",
}
_OTHERWISE = "不合要求"
_PLACES = ("body", "query", "path", "header")
"""Where FastAPI says a value was; people do not ask."""


def told(faults: Sequence[Mapping[str, Any]]) -> Words:
    """Return every fault, as `ValidationError.errors()` lists them, in both languages."""
    zh = "；".join(_chinese(fault) for fault in faults)
    en = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults)
    return Words(zh, en)


def refused(error: ValidationError) -> InputError:
    """Return the refusal that says what is wrong."""
    words = told(error.errors(include_url=False))
    return InputError(words.en, words.zh)


def _chinese(fault: Mapping[str, Any]) -> str:
    place = [part for part in fault["loc"] if part not in _PLACES and isinstance(part, str)]
    name = "".join(FIELDS.get(part, f" {part} ") for part in place[:1]).strip()
    said = _FAULTS.get(fault["type"], _OTHERWISE).format_map(fault.get("ctx") or {})
    return f"{name}：{said}" if name else said
