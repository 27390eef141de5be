"""Loading rulebooks: a folder (or a file) of YAML documents in, a checked Rulebook out.

Every fault of every file is told at once, with file, line and remedy. Built-in books lie in
`builtin/`; each book may use the exceptions of `builtin/_exceptions.yaml` and add its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ValidationError

from callcoach.datapath import Speaker
from callcoach.documents import Document, Fault, list_faults, model_faults, parse_documents, read_documents
from callcoach.errors import RuleDefinitionError
from callcoach.rules.conditions import build_condition
from callcoach.rules.definition import Rule, Rulebook, ScoreEffect
from callcoach.rules.examples import read_examples
from callcoach.rules.exceptions import ContextPattern, NamedException
from callcoach.rules.pattern import PatternError
from callcoach.rules.phrases import TrieFinder
from callcoach.rules.precedence import circle
from callcoach.rules.schema import AppliesTo, BookDocument, ExceptionDocument, RuleDocument
from callcoach.rules.scope import DEFAULT_ZONE, InForce, Scope

BUILTIN = Path(__file__).parent / "builtin"
SHARED_EXCEPTIONS = BUILTIN / "_exceptions.yaml"
BOOK_KEY, EXCEPTION_KEY = "rulebook", "exception"
M = TypeVar("M", bound=BaseModel)


def builtin_names() -> list[str]:
    """Names of the rulebooks that come with CallCoach."""
    return sorted(path.name for path in BUILTIN.iterdir() if path.is_dir())


@dataclass(frozen=True, slots=True)
class RuleText:
    """Rule documents that lie in no file; `name` stands for the file in faults."""

    name: str
    text: str


def load_rulebook(
    name_or_path: str, *, without_exceptions: Iterable[str] = (), drafts: Sequence[Path | RuleText] = ()
) -> Rulebook:
    """Load a built-in rulebook by name, or a folder or file of rule documents.

    `without_exceptions` switches named exceptions off. Rules and exceptions in the files, folders or texts `drafts`
    take the place of those of the same id, or are added.

    Raises:
        RuleDefinitionError: nothing is there, or any document is wrong; every fault is listed.
    """
    rulebook, faults = try_rulebook(name_or_path, without_exceptions=without_exceptions, drafts=drafts)
    if rulebook is None:
        raise RuleDefinitionError(list_faults(f"规则集 {name_or_path} 有误 (rulebook is wrong)", faults))
    return rulebook


def try_rulebook(
    name_or_path: str, *, without_exceptions: Iterable[str] = (), drafts: Sequence[Path | RuleText] = ()
) -> tuple[Rulebook | None, tuple[Fault, ...]]:
    """As `load_rulebook`, but gives the faults instead of raising."""
    files, faults = _files_of(name_or_path)
    draft = _Draft(faults=list(faults), off=frozenset(without_exceptions))
    documents = draft.read((SHARED_EXCEPTIONS, *files))
    texts = [one for one in drafts if isinstance(one, RuleText)]
    if drafts:
        named = [_files_of(f"{path.parent}/{path.name}") for path in drafts if isinstance(path, Path)]
        draft.faults.extend(fault for _, wrong in named for fault in wrong)
        changes = draft.read([file for found, _ in named for file in found])
        files = [*files, *(Path(one.file) for one in changes)]
        changes += draft.read_texts(texts)
        replaced = {_key(one) for one in changes} - {None}
        documents = [one for one in documents if _key(one) not in replaced] + changes
    for document in documents:
        draft.take_first(document)
    for document in documents:
        draft.take_rule(document)
    draft.check_precedence(documents)
    for unknown in sorted(draft.off - draft.exceptions.keys()):
        draft.faults.append(
            Fault(str(SHARED_EXCEPTIONS), 1, f"没有例外 {unknown!r} (no such exception)", _known(draft))
        )
    if not draft.rules and not draft.faults:
        draft.faults.append(Fault(name_or_path, 1, "没有规则 (no rules)", "放入至少一个规则文档"))
    if draft.faults:
        return None, tuple(sorted(set(draft.faults)))
    return draft.finish(_default_book(name_or_path), _digest(files, texts)), ()


def narrowed(book: Rulebook, ids: Set[str]) -> Rulebook:
    """Return a rulebook with some of its rules only."""
    rules = tuple(rule for rule in book.rules if rule.id in ids)
    finder = TrieFinder(pattern for rule in rules for pattern in rule.condition.patterns())
    return replace(book, rules=rules, finder=finder)


def documents_of(name_or_path: str) -> dict[str, Any]:
    """Return the rule documents of a rulebook as plain data, by rule id, as they were written."""
    files, _ = _files_of(name_or_path)
    found = [(_key(one), one.data) for file in files for one in read_documents(file)[0]]
    return {key[1]: data for key, data in found if key is not None and key[0] == "id"}


def ids_defined_in(path: Path) -> tuple[frozenset[str], bool]:
    """Return the ids of the rules that a file or folder defines, and whether it is a whole rulebook with a header."""
    files, _ = _files_of(f"{path.parent}/{path.name}")
    keys = [_key(one) for file in files for one in read_documents(file)[0]]
    return frozenset(name for kind, name in filter(None, keys) if kind == "id"), any(
        one is not None and one[0] == BOOK_KEY for one in keys
    )


def _key(document: Document) -> tuple[str, str] | None:
    """What a document defines: a rule by its id, an exception by its name, or a book's header."""
    keys = document.keys()
    kind = next((one for one in (BOOK_KEY, EXCEPTION_KEY, "id") if one in keys), None)
    if kind is None:
        return None
    return kind, "" if kind == BOOK_KEY else str(document.data[kind])


def _known(draft: _Draft) -> str:
    return "可用：" + ", ".join(sorted(draft.exceptions))


def _files_of(name_or_path: str) -> tuple[list[Path], list[Fault]]:
    path = BUILTIN / name_or_path
    if "/" in name_or_path or not path.is_dir():
        path = Path(name_or_path)
    if path.is_file():
        return [path], []
    if path.is_dir():
        return sorted(one for one in path.rglob("*") if one.suffix in (".yaml", ".yml") and one.is_file()), []
    names = ", ".join(builtin_names())
    return [], [Fault(name_or_path, 1, "没有这个规则集、文件夹或文件 (not found)", f"内置规则集：{names}")]


def _default_book(name_or_path: str) -> BookDocument:
    stem = Path(name_or_path).stem
    return BookDocument.model_construct(rulebook=stem, version="0", name={"zh": stem, "en": stem})


def _digest(files: Sequence[Path], texts: Sequence[RuleText]) -> str:
    """Short hash of all documents: two books with the same hash judge alike."""
    digest = hashlib.sha256()
    for path in (SHARED_EXCEPTIONS, *files):
        digest.update(path.read_bytes())
    for one in texts:
        digest.update(one.text.encode())
    return digest.hexdigest()[:8]


@dataclass
class _Draft:
    """A rulebook being put together, with all that is wrong so far."""

    faults: list[Fault]
    off: frozenset[str]
    book: BookDocument | None = None
    exceptions: dict[str, NamedException] = field(default_factory=dict[str, NamedException])
    rules: dict[str, Rule] = field(default_factory=dict[str, Rule])
    places: dict[str, tuple[str, int]] = field(default_factory=dict[str, tuple[str, int]])
    """File and line of each rule id, wrong rules included."""

    def read(self, files: Iterable[Path]) -> list[Document]:
        """Read every document of the files; what cannot be read is a fault."""
        documents: list[Document] = []
        for path in files:
            found, wrong = read_documents(path)
            documents.extend(found)
            self.faults.extend(wrong)
        return documents

    def read_texts(self, texts: Iterable[RuleText]) -> list[Document]:
        """Read every document of the texts; what cannot be read is a fault."""
        documents: list[Document] = []
        for one in texts:
            found, wrong = parse_documents(one.name, one.text)
            documents.extend(found)
            self.faults.extend(wrong)
        return documents

    def take_first(self, document: Document) -> None:
        """Take what rules refer to: the book's header and the named exceptions."""
        keys = document.keys()
        if not keys:
            self.faults.append(document.fault((), "文档不是键值表 (not a mapping)", "写成 `键: 值` 的形式"))
        elif BOOK_KEY in keys:
            self.book = self._model(BookDocument, document) or self.book
        elif EXCEPTION_KEY in keys:
            self._take_exception(document)

    def _take_exception(self, document: Document) -> None:
        model = self._model(ExceptionDocument, document)
        if model is None:
            for key in ("patterns", "unless"):
                written = document.data.get(key)
                if isinstance(written, list):
                    self._patterns(
                        document, key, tuple(one for one in cast("list[Any]", written) if isinstance(one, str))
                    )
            return
        if model.exception in self.exceptions:
            what = f"例外 {model.exception!r} 定义了两次 (defined twice)"
            self.faults.append(document.fault(("exception",), what, "改名或删去一个"))
            return
        self.exceptions[model.exception] = NamedException(
            id=model.exception,
            name_zh=model.name.zh,
            name_en=model.name.en,
            why_zh=model.why,
            patterns=self._patterns(document, "patterns", model.patterns),
            unless=self._patterns(document, "unless", model.unless),
            word_boundary=model.word_boundary,
            enabled=model.enabled and model.exception not in self.off,
        )

    def _patterns(self, document: Document, key: str, sources: tuple[str, ...]) -> tuple[ContextPattern, ...]:
        patterns: list[ContextPattern] = []
        for index, source in enumerate(sources):
            try:
                patterns.append(ContextPattern.parse(source))
            except PatternError as error:
                self.faults.append(document.fault((key, index), str(error), "改正这个句式"))
        return tuple(patterns)

    def take_rule(self, document: Document) -> None:
        """Take a rule document; others were taken before."""
        keys = document.keys()
        if keys and keys.isdisjoint((BOOK_KEY, EXCEPTION_KEY)):
            self._take_new_rule(document)

    def _take_new_rule(self, document: Document) -> None:
        name = document.data.get("id")
        earlier = self.places.setdefault(name, (document.file, document.line_of(()))) if isinstance(name, str) else None
        if earlier not in (None, (document.file, document.line_of(()))):
            what = f"规则 id {name!r} 已在 {earlier[0]}:{earlier[1]} 用过 (duplicate id)"
            self.faults.append(document.fault(("id",), what, "换一个从未用过的 id"))
        model = self._model(RuleDocument, document)
        if model is None:
            self._check_parts(document)
        elif (rule := self._rule(document, model)) is not None:
            self.rules.setdefault(rule.id, rule)

    def _check_parts(self, document: Document) -> None:
        """Tell what is wrong in the condition and the examples of a rule whose other fields are wrong already."""
        data = document.data
        if isinstance(data.get("condition"), dict):
            named = str(data.get("applies_to"))
            speaker = named if named in {one.value for one in AppliesTo} else AppliesTo.AGENT.value
            self.faults.extend(build_condition(document, ("condition",), speaker)[1])
        for key, must_find in (("hits", True), ("misses", False)):
            if isinstance(data.get(key), list):
                self.faults.extend(read_examples(document, key, Speaker.AGENT, must_find=must_find)[1])

    def _rule(self, document: Document, model: RuleDocument) -> Rule | None:
        condition, faults = build_condition(document, ("condition",), model.applies_to.value)
        speaker = Speaker.CUSTOMER if model.applies_to is AppliesTo.CUSTOMER else Speaker.AGENT
        hits, wrong_hits = read_examples(document, "hits", speaker, must_find=True)
        misses, wrong_misses = read_examples(document, "misses", speaker, must_find=False)
        faults += [*wrong_hits, *wrong_misses, *self._unknown_exceptions(document, model)]
        self.faults.extend(faults)
        if faults or condition is None:
            return None
        return Rule(
            id=model.id,
            version=model.version,
            name_zh=model.name.zh,
            name_en=model.name.en,
            category=model.category,
            severity=model.severity,
            applies_to=model.applies_to.value,
            condition=condition,
            exceptions=tuple(self.exceptions[name] for name in model.exceptions),
            advice_zh=model.advice.zh,
            advice_en=model.advice.en,
            source=f"{model.source.document}：“{model.source.phrase}”",
            effect=ScoreEffect(model.effect.dimension, model.effect.points),
            review_only=model.review_only,
            hits=hits,
            misses=misses,
            file=document.file,
            line=document.line_of(()),
            in_force=InForce(model.in_force.first_day, model.in_force.last_day),
            scope=Scope(model.scope.queues, model.scope.teams, model.scope.directions),
            supersedes=model.supersedes,
        )

    def check_precedence(self, documents: Iterable[Document]) -> None:
        """Tell what rules supersede that is not there, and rules that supersede themselves in a circle."""
        lower = {rule.id: rule.supersedes for rule in self.rules.values()}
        for document in documents:
            rule = self.rules.get(str(document.data.get("id"))) if document.keys() else None
            if rule is None or (document.file, document.line_of(())) != (rule.file, rule.line):
                continue
            for index, name in enumerate(rule.supersedes):
                if name not in lower:
                    what = f"supersedes[{index}]: 没有规则 {name!r} (no such rule)"
                    self.faults.append(document.fault(("supersedes", index), what, "写本规则集里另一条规则的 id"))
            if (way := circle(rule.id, lower)) is not None:
                what = f"supersedes 绕成了圈 (circle): {' → '.join(way)}"
                self.faults.append(document.fault(("supersedes",), what, "删去其中一个"))

    def _unknown_exceptions(self, document: Document, model: RuleDocument) -> list[Fault]:
        return [
            document.fault(("exceptions", index), f"没有例外 {name!r} (no such exception)", _known(self))
            for index, name in enumerate(model.exceptions)
            if name not in self.exceptions
        ]

    def _model(self, cls: type[M], document: Document) -> M | None:
        try:
            return cls.model_validate(document.data)
        except ValidationError as error:
            self.faults.extend(model_faults(error, document))
            return None

    def finish(self, default: BookDocument, digest: str) -> Rulebook:
        """The rulebook, once there is no fault."""
        book = self.book or default
        rules = tuple(sorted(self.rules.values(), key=lambda rule: rule.id))
        off = "".join(f"-{name}" for name in sorted(self.off))
        return Rulebook(
            id=book.rulebook,
            version=f"{book.version}+{digest}{off}",
            name_zh=self.book.name.zh if self.book else book.rulebook,
            name_en=self.book.name.en if self.book else book.rulebook,
            rules=rules,
            exceptions=self.exceptions,
            finder=TrieFinder(pattern for rule in rules for pattern in rule.condition.patterns()),
            zone=datetime.strptime(book.utc_offset, "%z").tzinfo or DEFAULT_ZONE,
        )
