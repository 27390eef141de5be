"""The built-in rules tell innocent sentences from such as only sound innocent."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from callcoach.datapath import Speaker
from callcoach.rules.definition import Rulebook
from callcoach.rules.explain import said
from callcoach.rules.rulebook import load_rulebook
from callcoach.rules.runner import apply_rules

HARD: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "hard_sentences.yaml").read_text("utf-8"))
GUILTY = [(rule, one) for rule, sentences in HARD["guilty"].items() for one in sentences]
OTHER_MATTERS = {"neg.refusal_without_reason", "forbid.empty_promise"}
"""Rules about what a sentence lacks; a hard sentence alone says nothing of that."""


@cache
def book() -> Rulebook:
    return load_rulebook("service-language")


def found(sentence: str) -> set[tuple[str, str]]:
    findings = apply_rules(book(), said(sentence, Speaker.AGENT)).findings
    judged = (one for one in findings if one.category in ("negative", "forbidden"))
    return {(one.rule_id, one.quote) for one in judged if one.rule_id not in OTHER_MATTERS}


@pytest.mark.parametrize("sentence", HARD["innocent"])
def test_an_innocent_sentence_is_not_blamed(sentence: str) -> None:
    assert found(sentence) == set()


@pytest.mark.parametrize(("rule", "sentence"), GUILTY)
def test_a_guilty_sentence_is_found_with_its_words(rule: str, sentence: str) -> None:
    quotes = re.findall("【(.*?)】", sentence)
    assert {(rule, quote) for quote in quotes} <= found(re.sub("[【】]", "", sentence))


def test_the_customer_may_say_all_of_it() -> None:
    for _, sentence in GUILTY:
        findings = apply_rules(book(), said(re.sub("[【】]", "", sentence), Speaker.CUSTOMER)).findings
        assert not [one for one in findings if one.category in ("negative", "forbidden")]
