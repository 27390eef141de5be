"""The rules in force and the rubric, as reviews and lists refer to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from callcoach.errors import InputError
from callcoach.review.acts import AddFinding, RuleFacts
from callcoach.rules.definition import Rule, Rulebook
from callcoach.scoring import Rubric, load_rubric
from callcoach.server.review.bodies import FindingBody
from callcoach.server.services import Services


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


def catalogue_of(services: Services) -> Catalogue:
    """Return the catalogue of the rules in force.

    Raises:
        CallCoachError: the rulebook or the rubric is wrong.
    """
    return _made(services.desk.rules.rulebook, services.settings.rules.rubric)


def added_finding(services: Services, body: FindingBody) -> AddFinding:
    """Return the act of adding a finding, with the facts of its rule.

    Raises:
        InputError: there is no such rule, or the stretch ends before it begins.
    """
    if body.start_s >= body.end_s:
        raise InputError(
            f"The stretch ends at {body.end_s:g} s, not after it begins ({body.start_s:g} s). Mark it again.",
            f"终点 {body.end_s:g} 秒不在起点 {body.start_s:g} 秒之后。请重新标记。",
        )
    rule = catalogue_of(services).rule(body.rule_id)
    return AddFinding(rule, body.speaker, body.start_s, body.end_s, body.note)


_CACHE: dict[str, tuple[Rulebook, Catalogue]] = {}
"""By rubric, the catalogue of the rulebook that was in force last."""


def _made(rulebook: Rulebook, rubric: str) -> Catalogue:
    known = _CACHE.get(rubric)
    if known is None or known[0] is not rulebook:
        rules = {rule.id: _facts(rule) for rule in rulebook.rules}
        known = _CACHE[rubric] = (rulebook, Catalogue(rules, load_rubric(rubric)))
    return known[1]


def _facts(rule: Rule) -> RuleFacts:
    return RuleFacts(
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
