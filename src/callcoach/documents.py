"""YAML documents written by people: read with the line of every value, faults told all at once.

Takes a file, gives its documents as plain data with a line for each path, or faults. Knows nothing
of what the documents mean.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from callcoach.complaints import explain, explain_yaml

DocPath = tuple[str | int, ...]
"""Where a value stands in a document: mapping keys and list indexes from the top."""

MAX_FILE_BYTES = 2_000_000
"""A document file above this is refused: 10,000 phrases are about 300 kB, more is a wrong file."""

MAX_DEPTH = 50
"""Levels of a document; a rule has about ten."""

MAX_VALUES = 200_000
"""Values of a document, aliases expanded: twenty times 10,000 phrases. A few lines of aliases within
aliases stand for billions."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong in one file, and what to do about it. `line` counts from 1."""

    file: str
    line: int
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what} → {self.remedy}"


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document: plain data and the line on which each part of it begins."""

    file: str
    data: Any
    lines: Mapping[DocPath, int]

    def keys(self) -> set[str]:
        """Top-level keys; empty when the document is not a mapping."""
        return {str(path[0]) for path in self.lines if len(path) == 1} if isinstance(self.data, dict) else set()

    def line_of(self, path: DocPath) -> int:
        """Line of the value at `path`, or of the nearest enclosing one that exists."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return self.lines.get((), 1)

    def fault(self, path: DocPath, what: str, remedy: str) -> Fault:
        """Make a fault that points at `path`."""
        return Fault(self.file, self.line_of(path), what, remedy)


def read_documents(path: Path) -> tuple[list[Document], list[Fault]]:
    """Read every YAML document of a file; a file that cannot be read gives faults and no documents."""
    name = str(path)
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            return [], [
                Fault(name, 1, f"文件有 {size} 字节，过大 (file too large)", f"拆分到 {MAX_FILE_BYTES} 字节以下")
            ]
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        return [], [Fault(name, 1, f"不是 UTF-8 文本 (not UTF-8, byte {error.start})", "用 UTF-8 编码另存")]
    except OSError as error:
        return [], [Fault(name, 1, f"读不了 (cannot read): {error.strerror}", "检查路径和权限")]
    return parse_documents(name, text)


def parse_documents(name: str, text: str) -> tuple[list[Document], list[Fault]]:
    """Read every YAML document of a text; `name` stands for the file in faults."""
    documents: list[Document] = []
    faults: list[Fault] = []
    loader = _Loader(text)
    try:
        while loader.check_node():
            node = loader.get_node()
            lines: dict[DocPath, int] = {}
            for at, doubled in _walk(node, (), lines):
                faults.append(Fault(name, at, f"键 {doubled!r} 写了两次 (duplicate key)", "删去其中一个"))
            if unreadable := [*_unreadable(name, node)]:
                faults.extend(unreadable)
                continue
            documents.append(Document(name, loader.construct_document(node), lines))
    except (yaml.YAMLError, ValueError, AttributeError, LookupError, RecursionError) as error:
        # beside its own errors PyYAML raises those of the conversions it tries, such as `!!int x` or `!!bool x`
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        faults.append(Fault(name, mark.line + 1 if mark else 1, *explain_yaml(problem)))
    finally:
        loader.dispose()
    return documents, faults


def _unreadable(name: str, node: Any) -> Iterator[Fault]:
    """Yield a fault for each value that looks like a date and is none, such as 2026-13-40."""
    for one in _scalars(node, set()):
        if one.tag == "tag:yaml.org,2002:timestamp":
            try:
                yaml.SafeLoader("").construct_yaml_timestamp(one)
            except ValueError as error:
                what = f"没有 {one.value} 这一天或这个时刻 (no such date: {error})"
                yield Fault(name, one.start_mark.line + 1, what, "写成 年-月-日，例如 2026-03-01；不是日期就加引号")


def _scalars(node: Any, seen: set[int]) -> Iterator[Any]:
    """Yield each plain value below a node once, however often aliases name it."""
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.ScalarNode):
        yield node
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _scalars(key, seen)
            yield from _scalars(value, seen)
    else:
        for value in node.value:
            yield from _scalars(value, seen)


def _walk(node: Any, path: DocPath, lines: dict[DocPath, int]) -> Iterator[tuple[int, str]]:
    """Note the line of every value below `node`; yield keys that stand twice in one mapping.

    Raises:
        ValueError: nested too deep, or too many values, as when an alias holds itself or others many times.
    """
    if len(path) > MAX_DEPTH or len(lines) > MAX_VALUES:
        raise ValueError(f"over {MAX_DEPTH} levels or {MAX_VALUES} values; aliases count where they are used")
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in seen:
                yield key.start_mark.line + 1, name
            seen.add(name)
            yield from _walk(value, (*path, name), lines)
            lines[(*path, name)] = key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _walk(value, (*path, index), lines)


def model_faults(error: ValidationError, document: Document, prefix: DocPath = ()) -> list[Fault]:
    """Turn pydantic's complaints about a document into faults with lines."""
    faults: list[Fault] = []
    complaints = error.errors(include_url=False)
    for item in complaints:
        if item["type"] == "too_short" and any(_inside(other["loc"], item["loc"]) for other in complaints):
            continue  # what lies in it was refused and is told: the list is only short of that
        path: DocPath = (*prefix, *item["loc"])
        said = explain(item["type"], item["msg"], dotted(path), _short(item["input"]), item.get("ctx"))
        faults.append(document.fault(path, *said))
    return faults


def _inside(one: tuple[int | str, ...], other: tuple[int | str, ...]) -> bool:
    return len(one) > len(other) and one[: len(other)] == other


def dotted(path: Sequence[str | int]) -> str:
    """Write a path as people read it: `condition.any[2]`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.lstrip(".") or "(document)"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def list_faults(title: str, faults: Sequence[Fault]) -> str:
    """One message of many faults, in file and line order."""
    return "\n".join([f"{title}（{len(faults)} 处 faults）", *(f"  {fault}" for fault in sorted(set(faults)))])
