"""Whatever is written in a rule document or said in a call: an error with its place, never a crash."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from callcoach.datapath import (
    Call,
    CallEvent,
    CallEventKind,
    Conversation,
    Finding,
    LevelTrack,
    Segment,
    Speaker,
    Turn,
    Word,
)
from callcoach.documents import MAX_VALUES, parse_documents
from callcoach.errors import RuleDefinitionError
from callcoach.rules.exceptions import ContextPattern
from callcoach.rules.pattern import PatternError
from callcoach.rules.phrases import TrieFinder
from callcoach.rules.rulebook import load_rulebook, try_rulebook
from callcoach.rules.runner import apply_rules
from tests.rules.test_rulebook import GOOD, write

BOOK = load_rulebook("service-language")


def call_of(text: str, speaker: Speaker = Speaker.AGENT) -> Conversation:
    return Conversation(Call("c"), 10.0, (Turn(0, speaker, 0, 9, text),))


@pytest.mark.parametrize(
    "text",
    [
        "&a [*a]",
        "a: &a {b: *a}",
        "- " * 3000,
        "[" * 5000,
        "a: !!timestamp 'x'",
        "a: !!int ''",
        "a: !!bool x",
        "a: !!python/object:os.system x",
        "? [a]\n: 1",
        "a: \x00",
        "2001-99-99",
    ],
)
def test_yaml_that_cannot_be_read_is_a_fault(text: str) -> None:
    documents, faults = parse_documents("x.yaml", text)
    assert not documents
    assert faults
    assert all(one.line >= 1 and one.remedy for one in faults)


def test_aliases_within_aliases_do_not_explode() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    _, (fault,) = parse_documents("x.yaml", "\n".join(lines))
    assert str(MAX_VALUES) in fault.what


def test_gaps_upon_gaps_end_soon() -> None:
    """Without care the time grows with the power of the number of gaps: minutes for this one."""
    finder = TrieFinder(["我" + "…60我" * 5 + "…60不"])
    assert not list(finder.find("我" * 60))
    assert [(one.start, one.end) for one in finder.find("我" * 7 + "不")] == [(0, 8), (1, 8)]


def test_an_exception_with_too_many_gaps_is_refused() -> None:
    assert ContextPattern.parse("我…我…我…我{}").holds("我们我我我不", 5, 6)
    with pytest.raises(PatternError, match="over 3 gaps"):
        ContextPattern.parse("我…我…我…我…我{}")


def test_ten_thousand_phrases_load_and_run(tmp_path: Path) -> None:
    phrases = [f"第{chr(0x4E00 + n // 100)}{chr(0x5E00 + n % 100)}条不行" for n in range(10_000)]
    book = load_rulebook(write(tmp_path, a=GOOD.replace("[我不]", f"[我不, {', '.join(phrases)}]")))
    report = apply_rules(book, call_of(f"好的{phrases[7777]}，{phrases[0]}"))
    assert [one.quote for one in report.findings] == [phrases[7777], phrases[0]]
    assert not report.failures


@pytest.mark.parametrize("phrase", ["我们没办法", "我們沒辦法", "我 们 没 办 法", "我們没辦法"])
@pytest.mark.parametrize("text", ["對不起，我們沒辦法。", "对不起我们没办法", "對不起　我们、沒办法！"])
def test_scripts_and_widths_may_be_mixed_in_rules_and_in_calls(tmp_path: Path, phrase: str, text: str) -> None:
    book = load_rulebook(write(tmp_path, a=GOOD.replace("[我不]", f"[我不, {phrase}]")))
    (finding,) = apply_rules(book, call_of(text)).findings
    assert finding.text_span is not None
    assert text[slice(*finding.text_span)] == finding.quote
    assert finding.quote[0] == "我"
    assert finding.quote[-1] == "法"


def test_full_width_letters_and_digits_are_the_plain_ones(tmp_path: Path) -> None:
    book = load_rulebook(write(tmp_path, a=GOOD.replace("[我不]", "[我不, ＶＩＰ１２]")))
    assert [one.quote for one in apply_rules(book, call_of("您的vip12到期ＶＩＰ１２")).findings] == [
        "vip12",
        "ＶＩＰ１２",
    ]


def test_all_faults_are_one_error_with_a_remedy_each(tmp_path: Path) -> None:
    write(tmp_path, a=GOOD.replace("[我不]", "['']"), b=GOOD, c=GOOD, d="a: [")
    with pytest.raises(RuleDefinitionError) as told:
        load_rulebook(str(tmp_path))
    _, *lines = str(told.value).splitlines()
    assert list(dict.fromkeys(Path(line.split(":")[0].strip()).name for line in lines)) == [
        "a.yaml",
        "b.yaml",
        "c.yaml",
        "d.yaml",
    ], "an id is taken by the rule that has it first, even a broken one"
    assert all(" → " in line for line in lines)


@pytest.mark.parametrize(
    ("old", "new", "line", "what", "remedy"),
    [
        ("severity: warning", "severity: 严重", 5, "没有这个选项，现为 '严重'", "notice、warning、serious、fatal"),
        ("version: 1", "version: 零", 2, "要写整数，现为 '零'", "写成整数"),
        ("id: test.no", "id: Test", 1, "写法不对，现为 'Test'", "要像 neg.cannot"),
        ("category: negative", "category: ''", 4, "不能为空", "写上内容"),
        ("misses:", "review_only: 也许\nmisses:", 11, "要写 true 或 false", "不加引号"),
        ("misses:", "in_force: {from: 2026-13-40}\nmisses:", 11, "没有 2026-13-40 这一天", "年-月-日"),
        ("misses:", "in_force: {from: 三月}\nmisses:", 11, "要写成日期", "年-月-日"),
        ("misses:", "effect: {points: 200}\nmisses:", 11, "太大，现为 200", "不能大于 100"),
        ("misses:", "scope: {directions: [both]}\nmisses:", 11, "没有这个选项", "inbound、outbound"),
        ("name: {zh", "name: : {zh", 3, "不是有效的 YAML", "缩进"),
    ],
)
def test_a_trainer_reads_in_chinese_what_is_wrong_and_what_to_write(
    tmp_path: Path, old: str, new: str, line: int, what: str, remedy: str
) -> None:
    assert old in GOOD
    _, faults = try_rulebook(write(tmp_path, a=GOOD.replace(old, new, 1)))
    assert [(one.line, what in one.what, remedy in one.remedy) for one in faults] == [(line, True, True)]


def test_the_condition_and_examples_of_a_broken_rule_are_checked_too(tmp_path: Path) -> None:
    broken = GOOD.replace("version: 1", "version: 零").replace("[我不]", "['我(']").replace("【我不】来", "【我不来", 1)
    _, faults = try_rulebook(write(tmp_path, a=broken))
    assert len(faults) == 3
    assert all(any(part in str(one) for one in faults) for part in ("version", "condition.any[0]", "hits[0]"))


def test_the_patterns_of_a_broken_exception_are_checked_too(tmp_path: Path) -> None:
    exception = "exception: x\nname: {zh: 例, en: X}\nwhy: 因为\nenable: false\npatterns: [没有, '{}(甲']\n"
    _, faults = try_rulebook(write(tmp_path, a=GOOD, b=exception))
    assert [one.line for one in faults if one.file.endswith("b.yaml")] == [4, 5, 5]


def _can_be_key(value: Any) -> bool:
    return value is None or isinstance(value, bool | int | str)


WORDS = """id version name zh en category severity applies_to condition kind any of all exceptions advice source
effect hits misses rulebook exception patterns in_force scope from queues position first_turns speaker lines turns
who at say finds"""
KEYS = st.sampled_from(WORDS.split())
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.dates(),
    st.text(max_size=8),
    st.sampled_from(["phrase", "near", "dead_air", "missing", "agent", "我[不", "【我", "坐席：我", "{}", "…99"]),
)
STRUCTURES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | SCALARS.filter(_can_be_key), inner, max_size=6),
    max_leaves=25,
)
RULE_DATA: dict[str, Any] = yaml.safe_load(GOOD)


def load_only_or_tell(data: Any) -> None:
    """Load a document as a rulebook: there is a book, or faults with a place and a remedy."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.yaml"
        path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
        book, faults = try_rulebook(str(path))
    assert (book is None) is bool(faults)
    assert all(fault.line >= 1 and fault.what and fault.remedy for fault in faults)


@given(STRUCTURES)
@settings(max_examples=50, deadline=None)
def test_any_document_is_a_rulebook_or_a_list_of_faults(data: Any) -> None:
    load_only_or_tell(data)


@given(st.sampled_from(sorted(RULE_DATA)), STRUCTURES)
@settings(max_examples=60, deadline=None)
def test_a_rule_with_anything_in_one_place_too(key: str, value: Any) -> None:
    load_only_or_tell({**RULE_DATA, key: value})


MOMENTS = st.floats(0, 300, allow_nan=False)
SIDES = st.sampled_from(list(Speaker))
SAID = st.text(max_size=12) | st.sampled_from(
    ["我不能给您退", "請您稍等", "您说我不能", "再见", "不但是我不会", "ﬃ㍿我不能"]
)


@st.composite
def spans(draw: st.DrawFn) -> tuple[float, float]:
    start_s = draw(MOMENTS)
    return start_s, start_s + draw(st.floats(0.01, 40))


@st.composite
def conversations(draw: st.DrawFn) -> Conversation:
    """Anything the types allow: overlaps, disorder, empty texts, infinite silence, events in any order."""
    turns: list[Turn] = []
    for index, (text, who, (start_s, end_s), confidence) in enumerate(
        draw(st.lists(st.tuples(SAID, SIDES, spans(), st.none() | st.floats(0, 1)), max_size=6))
    ):
        words = () if confidence is None else (Word(text, start_s, end_s, confidence),)
        turns.append(Turn(index, who, start_s, end_s, text, words))
    hops = st.lists(st.floats(-120, 0), max_size=60)
    levels = {
        who: LevelTrack(0.5, level, [True] * len(level)) for who, level in draw(st.dictionaries(SIDES, hops)).items()
    }
    events = draw(st.lists(st.builds(CallEvent, st.sampled_from(list(CallEventKind)), st.floats(-60, 300), SIDES)))
    segments = tuple(Segment(who, *span) for who, span in draw(st.lists(st.tuples(SIDES, spans()), max_size=4)))
    duration_s = draw(st.floats(0.1, 400))
    separated = draw(st.booleans())
    return Conversation(Call("c", events=tuple(events)), duration_s, tuple(turns), segments, levels, separated)


@given(conversations())
@settings(max_examples=60, deadline=None)
def test_any_conversation_gives_a_report(conversation: Conversation) -> None:
    report = apply_rules(BOOK, conversation)
    assert not report.failures
    assert all(isinstance(one, Finding) for one in report.findings)
    for one in report.findings:
        if one.text_span is not None and one.turn_index is not None:
            assert conversation.turns[one.turn_index].text[slice(*one.text_span)] == one.quote


def test_an_empty_phrase_is_one_fault() -> None:
    for phrases in ("['']", "['，']", "[我不, '']"):
        with TemporaryDirectory() as folder:
            _, faults = try_rulebook(write(Path(folder), a=GOOD.replace("[我不]", phrases, 1)))
        assert len(faults) == 1
        assert "nothing at all" in faults[0].what
