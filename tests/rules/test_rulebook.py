"""Loading tells every fault of every file at once, with line and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from callcoach.errors import RuleDefinitionError
from callcoach.rules.rulebook import load_rulebook, try_rulebook

GOOD = """\
id: test.no
version: 1
name: {zh: 说不, en: Says no}
category: negative
severity: warning
applies_to: agent
condition: {kind: phrase, any: [我不]}
advice: {zh: 别说不, en: Do not}
source: {document: S0, phrase: 不}
hits: [【我不】来, 【我不】去, 【我不】做]
misses: [我来, 我去, 我做]
"""


def write(folder: Path, **files: str) -> str:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return str(folder)


def faults_of(path: str) -> list[str]:
    rulebook, faults = try_rulebook(path)
    assert rulebook is None
    return [f"{Path(fault.file).name}:{fault.line}: {fault.what}" for fault in faults]


def test_a_good_folder_loads_with_a_version_that_follows_its_content(tmp_path: Path) -> None:
    first = load_rulebook(write(tmp_path, a=GOOD))
    again = load_rulebook(str(tmp_path))
    changed = load_rulebook(write(tmp_path, a=GOOD.replace("我来", "我不过来看看").replace("我不过", "别过")))
    assert [rule.id for rule in first.rules] == ["test.no"]
    assert first.version == again.version != changed.version


def test_all_faults_of_all_files_are_told(tmp_path: Path) -> None:
    write(
        tmp_path,
        a=GOOD.replace("severity: warning", "severity: awful").replace("version: 1", "versoin: 1"),
        b=GOOD.replace("any: [我不]", "any: ['', '(我']"),
        c="id: [unclosed",
        d=GOOD + "---\n" + GOOD.replace("kind: phrase", "kind: telepathy"),
        e=GOOD.replace("id: test.no", "id: test.no\nid: test.yes"),
    )
    told = "\n".join(faults_of(str(tmp_path)))
    assert "a.yaml:2: 不认识的键 versoin" in told
    assert "缺少 version" in told
    assert "a.yaml:5: severity" in told
    assert "b.yaml:7: condition.any[0]" in told
    assert "b.yaml:7: condition.any[1]" in told
    assert "c.yaml:" in told
    assert "没有 'telepathy' 这种条件" in told
    assert "e.yaml:2: 键 'id' 写了两次" in told


def test_an_id_used_twice_names_the_first_place(tmp_path: Path) -> None:
    write(tmp_path, a=GOOD, b="# comment\n" + GOOD)
    (fault,) = faults_of(str(tmp_path))
    assert fault.startswith("b.yaml:2: 规则 id 'test.no' 已在")
    assert "a.yaml:1" in fault


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("【我不】来", "我不来"), "没有标出应命中的范围"),
        (("我来", "【我】来"), "反例里标了命中范围"),
        (("【我不】来", "【我不来"), "is not closed"),
        (("misses: [我来, 我去, 我做]", "misses: [我来]"), "misses"),
        (("applies_to: agent", "applies_to: agent\nexceptions: [nonsense]"), "没有例外 'nonsense'"),
    ],
)
def test_a_faulty_example_or_exception_is_told(tmp_path: Path, change: tuple[str, str], complaint: str) -> None:
    assert complaint in "\n".join(faults_of(write(tmp_path, a=GOOD.replace(*change))))


@pytest.mark.parametrize("text", ["", "- a list\n", "just words\n"])
def test_a_file_without_rules_is_told(tmp_path: Path, text: str) -> None:
    assert faults_of(write(tmp_path, a=text))


def test_a_file_that_is_not_utf8_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(GOOD.encode("gb18030"))
    assert "不是 UTF-8" in "\n".join(faults_of(str(tmp_path)))


def test_exceptions_are_switched_off_by_name_and_the_version_says_so() -> None:
    book = load_rulebook("service-language", without_exceptions=["quoting"])
    assert book.exceptions["quoting"].enabled is False
    assert book.version.endswith("-quoting")


def test_switching_off_an_unknown_exception_is_refused() -> None:
    with pytest.raises(RuleDefinitionError, match="没有例外 'nonsense'"):
        load_rulebook("service-language", without_exceptions=["nonsense"])


def test_a_missing_rulebook_names_the_built_in_ones() -> None:
    with pytest.raises(RuleDefinitionError, match="service-language"):
        load_rulebook("no-such-book")
