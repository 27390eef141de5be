"""What the complaints of pydantic and PyYAML mean for whoever wrote a document, in Chinese, and what to do about them.

Takes the kind of a complaint with its English words; gives what is wrong, Chinese first, and the remedy.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

MISSING = ("missing", "missing_argument", "missing_keyword_only_argument")
UNKNOWN_KEY = ("extra_forbidden", "unexpected_keyword_argument")

_NUMBER = ("要写数字", "写成数字，例如 3 或 1.5，不加单位和引号")
_WHOLE = ("要写整数", "写成整数，例如 3，不加单位和引号")
_LIST = ("要写成列表", "写成 [甲, 乙]，或每行一个，前面加 `- `")
_MAPPING = ("要写成键值表", "写成 `键: 值` 的形式")
_DATE = ("要写成日期", "写成 年-月-日，例如 2026-03-01")

_MEANINGS: Mapping[str, tuple[str, str]] = {
    "string_type": ("要写成文字", "加上引号"),
    "string_too_short": ("不能为空", "写上内容"),
    "string_too_long": ("太长，最多 {max_length} 个字", "缩短，或拆成几条"),
    "string_pattern_mismatch": ("写法不对", "要符合 {pattern}"),
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "bool_type": ("要写 true 或 false", "写 true 或 false，不加引号"),
    "bool_parsing": ("要写 true 或 false", "写 true 或 false，不加引号"),
    "enum": ("没有这个选项", "只能写 {expected} 之一"),
    "literal_error": ("没有这个选项", "只能写 {expected} 之一"),
    "greater_than_equal": ("太小", "不能小于 {ge}"),
    "greater_than": ("太小", "要大于 {gt}"),
    "less_than_equal": ("太大", "不能大于 {le}"),
    "less_than": ("太大", "要小于 {lt}"),
    "too_short": ("只有 {actual_length} 个，太少", "至少写 {min_length} 个"),
    "too_long": ("太多", "至多写 {max_length} 个"),
    "tuple_type": _LIST,
    "list_type": _LIST,
    "dict_type": _MAPPING,
    "model_type": _MAPPING,
    "dataclass_type": _MAPPING,
    "date_type": _DATE,
    "date_parsing": _DATE,
    "date_from_datetime_parsing": _DATE,
    "is_instance_of": ("不是条件", "写成 `{{kind: …}}`"),
}
"""By pydantic's kind of error: what is wrong, and the remedy."""

_RULE_ID = "要像 neg.cannot：小写字母、数字和下划线，中间至少一个点"

_YAML: tuple[tuple[str, str, str], ...] = (
    ("mapping values are not allowed", "这里不能有冒号", "检查这一行和上一行的缩进；文字里有冒号就加引号"),
    ("could not find expected ':'", "少了冒号", "键和值之间写冒号和空格，检查缩进"),
    ("cannot start any token", "开头的字符不能这样用", "缩进用空格，不用制表符；以 @ ` % 开头的文字加引号"),
    ("did not find expected key", "缩进不齐或括号没有收尾", "同一层的键对齐，{ [ 都要收尾"),
    ("did not find expected ',' or", "少了逗号或右括号", "检查 [ ] 和 { }；含逗号的文字加引号"),
    ("did not find expected '-' indicator", "缩进不齐", "同一层的 - 对齐"),
    ("did not find expected node content", "少了内容或多了逗号", "检查 [ ] 和 { } 里的逗号"),
    ("unexpected end of stream", "引号或括号没有收尾", "补上引号或括号"),
    ("undefined alias", "* 开头的名字没有定义", "文字以 * 开头就加引号"),
    ("found unknown escape", "双引号里的反斜杠不能这样用", "改用单引号"),
    ("could not determine a constructor", "! 开头的标记不能用", "文字以 ! 开头就加引号"),
)
"""Parts of PyYAML's and libyaml's messages: what they mean, and the remedy."""


def explain(
    kind: str, message: str, where: str, found: str, context: Mapping[str, Any] | None = None
) -> tuple[str, str]:
    """Say in Chinese what a pydantic error of a value means and what to do; the English words stand in brackets.

    Args:
        kind: pydantic's type of error.
        message: its words; of a `ValueError` of ours, what that says.
        where: the place in the document, as people read it.
        found: the value, shortened.
        context: the limits the error speaks of.
    """
    if kind in MISSING:
        return f"缺少 {where} (missing)", f"补上 {where}"
    if kind in UNKNOWN_KEY:
        return f"不认识的键 {where} (unknown key)", "检查拼写，或删去它；docs/rules.md 列出全部键"
    plain = message.removeprefix("Value error, ")
    if kind not in _MEANINGS:
        return f"{where}: {plain}", f"改正这个值（现为 {found}）"
    limits = {name: _plain(value) for name, value in (context or {}).items()}
    what, remedy = (text.format_map(limits) for text in _MEANINGS[kind])
    if kind == "string_pattern_mismatch" and where == "id":
        remedy = _RULE_ID
    return f"{where}: {what}，现为 {found} ({plain})", remedy


def _plain(value: Any) -> str:
    """A limit as people write it: 100 for 100.0, the options of an enumeration by their names."""
    if isinstance(value, float):
        return f"{value:g}"
    options = re.findall("'([^']+)'", str(value))
    return "、".join(options) or str(value)


def explain_yaml(problem: str) -> tuple[str, str]:
    """Say in Chinese what a message of PyYAML means and what to do."""
    for part, what, remedy in _YAML:
        if part in problem:
            return f"不是有效的 YAML，{what} (not YAML: {problem})", remedy
    return f"不是有效的 YAML (not YAML): {problem}", "改正这一行的写法"
