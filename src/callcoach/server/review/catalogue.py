"""The rules and the rubric that reviews refer to, loaded once for each name in the settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from callcoach.errors import InputError
from callcoach.review.acts import AddFinding, RuleFacts
from callcoach.rules.rulebook import load_rulebook
from callcoach.scoring import Rubric, load_rubric
from callcoach.server.review.bodies import FindingBody
from callcoach.settings import RuleSettings


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What a finding added by hand can be of, and how it is scored."""

    rules: Mapping[str, RuleFacts]
    rubric: Rubric

    def rule(self, rule_id: str) -> RuleFacts:
        """Return a rule.

        Raises:
            InputError: the rulebook has none of this id.
        """
        if rule_id not in self.rules:
            raise InputError(
                f"The rulebook has no rule {rule_id!r}. GET /api/v1/review/rules lists them.",
                f"规则库里没有规则 {rule_id}，请重新载入页面。",
            )
        return self.rules[rule_id]


def catalogue_of(settings: RuleSettings) -> Catalogue:
    """Return the catalogue that the settings name.

    Raises:
        CallCoachError: the rulebook or the rubric is wrong.
    """
    return _load(settings.rulebook, settings.rubric)


def added_finding(settings: RuleSettings, body: FindingBody) -> AddFinding:
    """Return the act of adding a finding, with the facts of its rule.

    Raises:
        InputError: there is no such rule, or the stretch ends before it begins.
    """
    if body.start_s >= body.end_s:
        raise InputError(
            f"The stretch ends at {body.end_s:g} s, not after it begins ({body.start_s:g} s). Mark it again.",
            f"终点 {body.end_s:g} 秒不在起点 {body.start_s:g} 秒之后。请重新标记。",
        )
    rule = catalogue_of(settings).rule(body.rule_id)
    return AddFinding(rule, body.speaker, body.start_s, body.end_s, body.note)


@lru_cache(maxsize=4)
def _load(rulebook: str, rubric: str) -> Catalogue:
    rules = {
        rule.id: RuleFacts(
            rule.id,
            rule.version,
            rule.name_zh,
            rule.name_en,
            rule.category,
            rule.severity,
            rule.effect.dimension,
            rule.effect.points,
            rule.advice_zh,
            rule.advice_en,
        )
        for rule in load_rulebook(rulebook).rules
    }
    return Catalogue(rules, load_rubric(rubric))
