"""Rules as lines of a table: what they are called, how often they were found, and how that has changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from callcoach.confidence import rate_ratio
from callcoach.datapath import Severity
from callcoach.reports.wording import Words
from callcoach.server.review.catalogue import catalogue_of
from callcoach.server.services import Services
from callcoach.server.trends.contexts import RuleLine
from callcoach.server.trends.figures import per_100, standing_of
from callcoach.server.trends.periods import Period
from callcoach.store.engine import Session
from callcoach.store.trends.reading import RuleSums
from callcoach.store.trends.rules import names_of_rules


def known_rules(session: Session, services: Services, ids: Iterable[str]) -> dict[str, tuple[Words, Severity | None]]:
    """Return name and severity of rules; of those that are gone, as their last finding had them."""
    catalogue = catalogue_of(services).rules
    wanted = tuple(ids)
    gone = names_of_rules(session, (one for one in wanted if one not in catalogue))
    found: dict[str, tuple[Words, Severity | None]] = {}
    for rule_id in wanted:
        rule = catalogue.get(rule_id) or gone.get(rule_id)
        found[rule_id] = (Words(rule.name_zh, rule.name_en), rule.severity) if rule else (Words(rule_id, rule_id), None)
    return found


def rule_lines(
    period: Period,
    rules: Mapping[str, RuleSums],
    before: Mapping[str, RuleSums],
    calls: tuple[int, int],
    named: Mapping[str, tuple[Words, Severity | None]],
) -> Iterable[RuleLine]:
    """Yield the lines of rules; `calls` are the scored ones of the period and of the one before."""
    for rule_id, sums in rules.items():
        earlier = before.get(rule_id, RuleSums())
        name, severity = named[rule_id]
        yield RuleLine(
            rule_id,
            name,
            severity,
            sums,
            per_100(sums.standing, calls[0]),
            per_100(earlier.standing, calls[1]),
            rate_ratio(standing_of(earlier, calls[1]), standing_of(sums, calls[0])),
            period.address(f"/trends/rules/{rule_id}"),
        )
