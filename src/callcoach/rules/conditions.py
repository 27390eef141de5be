"""From the plain data of a rule document to its condition, with every fault told."""

from __future__ import annotations

from typing import Any, cast

from pydantic import TypeAdapter, ValidationError

from callcoach.documents import DocPath, Document, Fault, dotted, model_faults
from callcoach.rules.kinds import Condition, kinds
from callcoach.rules.kinds.compose import NotCondition
from callcoach.rules.kinds.where import NEIGHBOURS, OPTIONS, Where, own_fields

MAX_DEPTH = 12
"""Conditions within conditions; deeper is unreadable for a person."""


def build_condition(document: Document, path: DocPath, default_speaker: str) -> tuple[Condition | None, list[Fault]]:
    """Make the condition at `path` of a document, and those inside it.

    A kind that takes a `speaker` and is given none gets `default_speaker`, the rule's `applies_to`.
    """
    return _Builder(document, default_speaker).build(_value_at(document.data, path), path)


def _value_at(data: Any, path: DocPath) -> Any:
    for part in path:
        data = data[part]
    return data


class _Builder:
    def __init__(self, document: Document, default_speaker: str) -> None:
        self._document = document
        self._default_speaker = default_speaker

    def build(self, data: Any, path: DocPath) -> tuple[Condition | None, list[Fault]]:
        """One condition of mapping `data`; inner conditions first."""
        fields = dict(cast("dict[str, Any]", data)) if isinstance(data, dict) else {}
        kind = fields.pop("kind", None)
        cls = kinds().get(kind) if isinstance(kind, str) else None
        if cls is None:
            return None, [self._unknown_kind(kind, path)]
        negate = fields.pop("negate", False)
        if not isinstance(negate, bool):
            where = (*path, "negate")
            return None, [
                self._document.fault(where, f"{dotted(where)}: 现为 {negate!r} (not a boolean)", "写 true 或 false")
            ]
        if len(path) > 2 * MAX_DEPTH:
            return None, [self._document.fault(path, f"{dotted(path)}: 嵌套过深 (too deep)", "减少条件的层数")]
        options, faults = self._take_options(cls, fields, path)
        faults += self._build_children(cls, fields, path)
        if "speaker" in getattr(cls, "__dataclass_fields__", {}):
            fields.setdefault("speaker", self._default_speaker)
        if faults:
            return None, faults
        try:
            condition = TypeAdapter(cls).validate_python(fields)
            placed = TypeAdapter(Where).validate_python({"of": condition, **options}) if options else condition
            return NotCondition(of=placed) if negate else placed, []
        except ValidationError as error:
            return None, model_faults(error, self._document, path)

    def _take_options(
        self, cls: type[Condition], fields: dict[str, Any], path: DocPath
    ) -> tuple[dict[str, Any], list[Fault]]:
        """Move the options every kind takes out of `fields`, the conditions in them built."""
        faults: list[Fault] = []
        options = {name: fields.pop(name) for name in OPTIONS if name in fields and name not in own_fields(cls)}
        for name in (one for one in NEIGHBOURS if one in options):
            near = options[name] = dict(
                cast("dict[str, Any]", options[name] if isinstance(options[name], dict) else {})
            )
            near["of"], found = self.build(near.get("of"), (*path, name, "of"))
            faults.extend(found)
        if "not_within" in options:
            options["not_within"], found = self.build(options["not_within"], (*path, "not_within"))
            faults.extend(found)
        return options, faults

    def _build_children(self, cls: type[Condition], fields: dict[str, Any], path: DocPath) -> list[Fault]:
        """Replace the mappings in `fields` that describe conditions by the conditions."""
        faults: list[Fault] = []
        for name in cls.children:
            value = fields.get(name)
            if isinstance(value, list):
                items = enumerate(cast("list[Any]", value))
                built = [self.build(item, (*path, name, index)) for index, item in items]
                fields[name] = tuple(condition for condition, _ in built)
                faults.extend(fault for _, found in built for fault in found)
            elif value is not None:
                fields[name], found = self.build(value, (*path, name))
                faults.extend(found)
        return faults

    def _unknown_kind(self, kind: Any, path: DocPath) -> Fault:
        known = ", ".join(sorted(kinds()))
        where = dotted((*path, "kind"))
        if kind is None:
            return self._document.fault(path, f"缺少 {where} (missing)", f"写明条件种类：{known}")
        return self._document.fault(
            (*path, "kind"), f"{where}: 没有 {kind!r} 这种条件 (unknown kind)", f"可用：{known}"
        )
