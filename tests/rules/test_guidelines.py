"""Every row of the guidelines has its rules, each with source, advice, hits with exact spans and enough misses."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from callcoach.datapath import Severity, Speaker
from callcoach.rules.definition import Rule
from callcoach.rules.explain import said
from callcoach.rules.rulebook import load_rulebook
from callcoach.rules.runner import apply_rules

BOOK = load_rulebook("service-language")
SECTIONS: dict[str, dict[str, dict[str, Any]]] = yaml.safe_load(
    (Path(__file__).parent / "guideline_rows.yaml").read_text("utf-8")
)
ROWS = [(section, row, facts) for section, rows in SECTIONS.items() for row, facts in rows.items()]
BESIDE = Path(os.environ.get("CALLCOACH_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus").parent
"""Where the guidelines and the source documents lie, beside the corpus."""
MIN_HITS, MIN_MISSES = 3, 5


@pytest.mark.parametrize(("section", "row", "facts"), ROWS, ids=[f"{one}-{row}" for one, row, _ in ROWS])
def test_a_row_has_rules_that_say_where_they_come_from_and_prove_themselves(
    section: str, row: str, facts: dict[str, Any]
) -> None:
    for name in facts["rules"]:
        rule = BOOK.rule(name)
        assert rule is not None, f"{section} {row}: no rule {name}"
        assert re.fullmatch("S[0-4]：“.+”", rule.source)
        assert all((rule.name_zh, rule.name_en, rule.advice_zh, rule.advice_en))
        assert len(rule.hits) >= MIN_HITS
        assert all(one.spans for one in rule.hits)
        assert len(rule.misses) >= MIN_MISSES
        review = facts.get("review", False)
        assert rule.review_only is (name in review if isinstance(review, list) else review)
        assert (rule.severity is Severity.FATAL) is facts.get("fatal", False)


@pytest.mark.parametrize("row", SECTIONS["B"])
def test_the_wording_of_a_forbidden_row_is_found_as_it_stands(row: str) -> None:
    findings = apply_rules(BOOK, said(f"{row}。", Speaker.AGENT)).findings
    assert set(SECTIONS["B"][row]["rules"]) <= {one.rule_id for one in findings}


def test_every_rule_answers_for_a_row() -> None:
    named = {name for _, _, facts in ROWS for name in facts["rules"]}
    assert {rule.id for rule in BOOK.rules} == named


@pytest.mark.skipif(not (BESIDE / "guidelines.md").is_file(), reason="the guidelines are not beside the project")
def test_no_row_of_the_guidelines_is_left_out() -> None:
    text = (BESIDE / "guidelines.md").read_text("utf-8").split("\n## E.")[0]
    ids = {part for cell in re.findall(r"^\| ([a-z_. /]+) \|", text, re.MULTILINE) for part in cell.split(" / ")}
    known = {row for rows in SECTIONS.values() for row in rows}
    assert ids - {"id"} - known == set()


@pytest.mark.skipif(not (BESIDE / "seeds").is_dir(), reason="the source documents are not beside the project")
@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda one: one.id)
def test_what_a_source_is_quoted_with_stands_in_it(rule: Rule) -> None:
    document, phrase = rule.source.split("：", 1)
    (path,) = (BESIDE / "seeds").glob(f"00{document[1]}_*.txt")
    text = letters(path.read_text("utf-8"))
    assert all(letters(part) in text for part in phrase.split("/"))


def letters(text: str) -> str:
    return "".join(one for one in text if one.isalnum())
