"""A rule as a form has it, field by field, and as the YAML document that is kept; each made from the other.

What a form of plain fields cannot say, such as a condition that is no list of phrases, stands in its field as YAML.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import yaml

from callcoach.documents import parse_documents
from callcoach.errors import InputError

BETWEEN_TURNS = " / "
_SPEAKER = re.compile(r"^(坐席|客户)[：:]")
MAX_TEXT = 20_000
"""Characters of one field."""


@dataclass(frozen=True, slots=True)
class RuleFields:
    """What stands in the fields of the form."""

    id: str = ""
    name_zh: str = ""
    name_en: str = ""
    category: str = "forbidden"
    severity: str = "warning"
    applies_to: str = "agent"
    phrases: str = ""
    """One a line, in the phrase language; empty: see `condition`."""
    condition: str = ""
    """YAML of a condition of any kind; it comes before `phrases`."""
    exceptions: tuple[str, ...] = ()
    advice_zh: str = ""
    advice_en: str = ""
    source_document: str = ""
    source_phrase: str = ""
    dimension: str = ""
    points: str = ""
    review_only: bool = False
    supersedes: str = ""
    """Ids of rules, between spaces."""
    first_day: str = ""
    last_day: str = ""
    queues: str = ""
    """One a line."""
    teams: str = ""
    directions: str = ""
    hits: str = ""
    """An example a line with the span between 【】, or a YAML list. Turns of a dialogue stand between slashes."""
    misses: str = ""
    """An example a line, `|` before the reason, or a YAML list."""


def document_of(fields: RuleFields, version: int) -> str:
    """Return the YAML document of a rule as a version.

    Raises:
        InputError: a field that holds YAML cannot be read, or the points are no number.
    """
    plain: dict[str, Any] = {
        "id": fields.id,
        "version": version,
        "name": _both(fields.name_zh, fields.name_en),
        "category": fields.category,
        "severity": fields.severity,
        "applies_to": fields.applies_to,
        "condition": _condition(fields),
        "exceptions": list(fields.exceptions),
        "advice": _both(fields.advice_zh, fields.advice_en),
        "source": {"document": fields.source_document, "phrase": fields.source_phrase},
        "effect": _effect(fields),
        "review_only": fields.review_only,
        "in_force": _given({"from": _yaml(fields.first_day), "until": _yaml(fields.last_day)}),
        "scope": _given(
            {
                "queues": fields.queues.splitlines(),
                "teams": fields.teams.splitlines(),
                "directions": fields.directions.split(),
            }
        ),
        "supersedes": fields.supersedes.split(),
        "hits": _examples(fields.hits, "hits"),
        "misses": _examples(fields.misses, "misses"),
    }
    needed = ("id", "version", "name", "condition", "advice", "source", "hits", "misses")
    return _dumped({name: value for name, value in plain.items() if name in needed or value})


def as_version(document: Mapping[str, Any], version: int) -> str:
    """Return a document as YAML, as a version of its rule; nothing else of it is changed."""
    return _dumped({**document, "version": version})


def fields_of(document: Mapping[str, Any]) -> RuleFields:
    """Return the fields of a document that was kept."""
    name, advice, source = (_mapping(document, key) for key in ("name", "advice", "source"))
    effect, dates, scope = (_mapping(document, key) for key in ("effect", "in_force", "scope"))
    phrases = _phrases(document.get("condition"))
    return RuleFields(
        id=_text(document, "id"),
        name_zh=_text(name, "zh"),
        name_en=_text(name, "en"),
        category=_text(document, "category"),
        severity=_text(document, "severity"),
        applies_to=_text(document, "applies_to"),
        phrases="" if phrases is None else "\n".join(phrases),
        condition=_dumped(document["condition"]) if phrases is None and document.get("condition") else "",
        exceptions=tuple(map(str, document.get("exceptions", ()))),
        advice_zh=_text(advice, "zh"),
        advice_en=_text(advice, "en"),
        source_document=_text(source, "document"),
        source_phrase=_text(source, "phrase"),
        dimension=_text(effect, "dimension"),
        points=_text(effect, "points"),
        review_only=bool(document.get("review_only", False)),
        supersedes=" ".join(map(str, document.get("supersedes", ()))),
        first_day=_text(dates, "from"),
        last_day=_text(dates, "until"),
        queues="\n".join(map(str, scope.get("queues", ()))),
        teams="\n".join(map(str, scope.get("teams", ()))),
        directions=" ".join(map(str, scope.get("directions", ()))),
        hits=_shown(document.get("hits", ())),
        misses=_shown(document.get("misses", ())),
    )


def read_document(text: str) -> Mapping[str, Any]:
    """Return the one document of a text as plain data.

    Raises:
        InputError: it cannot be read, or is none or more than one.
    """
    documents, faults = parse_documents("YAML", text)
    if faults:
        told = "；".join(f"第 {one.line} 行 {one.what}，{one.remedy}" for one in faults)
        raise InputError(f"This YAML cannot be read: {'; '.join(map(str, faults))}", f"读不懂这段 YAML：{told}")
    if len(documents) != 1 or not documents[0].keys():
        raise InputError(
            f"Expected one YAML document that is a mapping, got {len(documents)}.",
            "应当是一个 YAML 文档，写成 `键: 值` 的形式。",
        )
    return cast("Mapping[str, Any]", documents[0].data)


def example_lines(text: str) -> tuple[tuple[str, str], ...]:
    """Return what is said in each example of a field and why it counts or not (may be empty), for reading."""
    return tuple(_said_and_why(one) for one in _examples(text, ""))


# -- to the document ---------------------------------------------------------------------------


def _both(zh: str, en: str) -> dict[str, str]:
    """Return a text in both languages; what nobody translated is Chinese in both."""
    return {"zh": zh, "en": en or zh}


def _condition(fields: RuleFields) -> Any:
    if fields.condition.strip():
        return _yaml(fields.condition, "condition")
    return {"kind": "phrase", "any": [line for line in map(str.strip, fields.phrases.splitlines()) if line]}


def _effect(fields: RuleFields) -> dict[str, Any]:
    if not fields.points:
        return _given({"dimension": fields.dimension})
    try:
        points = float(fields.points)
    except ValueError:
        raise InputError(
            f"The points are {fields.points!r}; expected a number.", f"扣分“{fields.points}”不是数字。"
        ) from None
    return _given({"dimension": fields.dimension}) | {"points": points}


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "", [])}


def _examples(text: str, name: str) -> list[Any]:
    if text.lstrip().startswith("- "):
        found = _yaml(text, name)
        return found if isinstance(found, list) else [found]
    return [_example(line) for line in map(str.strip, text.splitlines()) if line]


def _example(line: str) -> Any:
    said, _, why = (part.strip() for part in line.replace("｜", "|").partition("|"))
    turns = [turn.strip() for turn in said.split(BETWEEN_TURNS.strip())]
    if len(turns) > 1 and all(_SPEAKER.match(turn) for turn in turns):
        return {"lines": turns, **({"why": why} if why else {})}
    return {"say": said, "why": why} if why else said


_NAMES = {"condition": "条件", "hits": "正例", "misses": "反例", "": "日期"}


def _yaml(text: str, name: str = "") -> Any:
    if not text.strip():
        return None
    documents, faults = parse_documents("YAML", text)
    if faults or len(documents) != 1:
        told = "；".join(f"第 {one.line} 行 {one.what}，{one.remedy}" for one in faults) or "应当只有一个值"
        raise InputError(
            f"{name or 'date'}: {'; '.join(map(str, faults)) or 'expected one value'}", f"{_NAMES[name]}：{told}"
        )
    return documents[0].data


# -- from the document -------------------------------------------------------------------------


def _mapping(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = document.get(key)
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}


def _text(document: Mapping[str, Any], key: str) -> str:
    value = document.get(key)
    return "" if value is None else str(value)


def _phrases(condition: Any) -> Sequence[str] | None:
    """Return the phrases of a condition that is nothing but a list of them."""
    if not isinstance(condition, dict):
        return ()
    known = cast("Mapping[str, Any]", condition)
    if known.get("kind") != "phrase" or set(known) != {"kind", "any"} or not isinstance(known["any"], list):
        return None
    return [str(one) for one in cast("list[Any]", known["any"])]


def _shown(examples: Any) -> str:
    """Return examples as lines, or as YAML where one of them is more than a sentence."""
    lines = [_line(one) for one in examples]
    if all(line is not None for line in lines):
        return "\n".join(line for line in lines if line is not None)
    return _dumped(list(examples))


def _line(example: Any) -> str | None:
    """Return an example as a line; None: it would not be read back as it is."""
    if isinstance(example, str):
        line = example
    elif isinstance(example, dict):
        known = cast("Mapping[str, Any]", example)
        said = BETWEEN_TURNS.join(map(str, known["lines"])) if "lines" in known else str(known.get("say", ""))
        line = f"{said} | {known['why']}" if known.get("why") else said
    else:
        return None
    readable = "\n" not in line and not line.startswith("- ")
    return line if readable and _example(line) == example else None


def _said_and_why(example: Any) -> tuple[str, str]:
    if not isinstance(example, dict):
        return str(example), ""
    known = cast("Mapping[str, Any]", example)
    lines = known.get("lines", ())
    said = " / ".join(map(str, lines)) if lines else _text(known, "say")
    return said or _dumped({name: value for name, value in known.items() if name != "why"}).strip(), _text(known, "why")


def _dumped(value: Any) -> str:
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=1000)
