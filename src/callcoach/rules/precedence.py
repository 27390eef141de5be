"""One fault is charged once: a rule that `supersedes` another takes its place where both stand.

Takes matches of many rules, gives those that no superseding rule's match overlaps; and checks, when a
rulebook is loaded, that what rules supersede exists and that no rule supersedes itself in a circle.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from callcoach.rules.definition import Rule
from callcoach.rules.match import Match, overlap


def superseders(rules: Iterable[Rule]) -> dict[str, list[Rule]]:
    """For each rule that others supersede, those others."""
    above: defaultdict[str, list[Rule]] = defaultdict(list)
    for rule in rules:
        for lower in rule.supersedes:
            above[lower].append(rule)
    return dict(above)


def without_superseded(found: Sequence[tuple[Rule, Match]]) -> list[tuple[Rule, Match]]:
    """What remains of all matches: where two overlap and one's rule supersedes the other's, the one."""
    if not any(rule.supersedes for rule, _ in found):
        return list(found)
    by_rule: defaultdict[str, list[Match]] = defaultdict(list)
    for rule, match in found:
        by_rule[rule.id].append(match)
    above = superseders({rule.id: rule for rule, _ in found}.values())
    return [
        (rule, match)
        for rule, match in found
        if not any(overlap(match, other) for higher in above.get(rule.id, ()) for other in by_rule[higher.id])
    ]


def circle(start: str, supersedes: Mapping[str, Sequence[str]]) -> list[str] | None:
    """The way from a rule back to itself along what rules supersede; None: there is none."""
    ways = [[start]]
    seen: set[str] = set()
    while ways:
        way = ways.pop()
        for lower in supersedes.get(way[-1], ()):
            if lower == start:
                return [*way, start]
            if lower not in seen:
                seen.add(lower)
                ways.append([*way, lower])
    return None
