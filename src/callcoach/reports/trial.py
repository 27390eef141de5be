"""What changed rules do on past calls, in the terminal, Chinese first; and the same as plain data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from callcoach.rules.trying import Place, RuleTrial, Said, Trial

SAID = {
    Said.NOTHING: ("未复核", "not reviewed"),
    Said.CONFIRMED: ("已确认", "confirmed"),
    Said.REJECTED: ("已驳回", "rejected"),
    Said.ADDED: ("人工补充", "added by hand"),
}
MARGIN = 12
"""Characters of the turn shown on either side of a quote."""


@dataclass(frozen=True, slots=True)
class Share:
    """How many of the reviewed findings were right."""

    right: int
    wrong: int

    @property
    def precision(self) -> float | None:
        """The share; None without a reviewed finding."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else None

    def __str__(self) -> str:
        """As a table shows it."""
        return "—" if self.precision is None else f"{self.precision:.0%} ({self.right}/{self.right + self.wrong})"


def share_of(one: RuleTrial, *, after: bool) -> Share:
    """How many of a rule's reviewed findings were right, before or after the change."""
    return Share(one.right(after=after), one.wrong(after=after))


def print_trial(console: Console, trial: Trial, show: int) -> None:
    """Print a table of the rules and, for each, up to `show` new places, places that are gone, and places missed."""
    console.print(
        f"试了 {trial.calls} 通电话，其中 {trial.reviewed_calls} 通有人复核过 · "
        f"{trial.calls} calls, {trial.reviewed_calls} of them reviewed"
    )
    if not trial.rules:
        console.print("与现行规则没有差别 · No difference from the published rules", style="green")
        return
    told = [one for one in trial.rules if _differs(one)]
    if told:
        console.print(_table(told))
    if same := [one.rule_id for one in trial.rules if not _differs(one)]:
        console.print(f"没有差别 no difference（{len(same)}）：{'、'.join(same)}", style="dim")
    for one in told:
        for line in _places(one, show):
            console.print(line)


def _differs(one: RuleTrial) -> bool:
    """Whether the change does something to a rule, or reviewers have something to say of it."""
    judged = any(place.said is not Said.NOTHING for place in (*one.kept, *one.new, *one.gone))
    return bool(one.new or one.gone or one.missed or judged or one.before is None or one.after is None)


def _table(rules: Sequence[RuleTrial]) -> Table:
    table = Table()
    headings = (
        "规则 rule",
        "现行 now",
        "改后 then",
        "新增 new",
        "消失 gone",
        "准确率 现行→改后 precision",
        "漏掉 missed",
    )
    for heading in headings:
        table.add_column(heading, no_wrap=heading.startswith("规则"))
    for one in rules:
        before, after = share_of(one, after=False), share_of(one, after=True)
        table.add_row(
            one.rule_id + _state(one),
            str(one.found_before) if one.before else "—",
            str(one.found_after) if one.after else "—",
            str(len(one.new)),
            str(len(one.gone)),
            f"{before} → {after}",
            str(len(one.missed)),
        )
    return table


def _state(one: RuleTrial) -> str:
    if one.before is None:
        return "（新规则 new）"
    return "（已删去 removed）" if one.after is None else ""


def _places(one: RuleTrial, show: int) -> Iterator[Text]:
    sections = (
        ("新增", "new", one.new, "green"),
        ("消失", "gone", one.gone, "yellow"),
        ("复核认为对、改后找不到", "right by review and not found", one.missed, "red"),
    )
    for zh, en, places, style in sections:
        if places:
            yield Text(f"{one.rule_id} {zh} {en}：{len(places)}", f"bold {style}")
        yield from (_line(place) for place in places[:show])
        if len(places) > show:
            yield Text(f"  另有 {len(places) - show} 处 · {len(places) - show} more", "dim")
    if one.unjudged_calls:
        yield Text(
            f"{one.rule_id} 有 {one.unjudged_calls} 通无法评估 · not evaluated on {one.unjudged_calls} calls", "dim"
        )
    if one.failed_calls:
        yield Text(f"{one.rule_id} 有 {one.failed_calls} 通出错 · failed on {one.failed_calls} calls", "red")


def _line(place: Place) -> Text:
    finding = place.finding
    minutes, seconds = divmod(int(finding.start_s), 60)
    said = SAID[place.said]
    line = Text(f"  {place.call_id} {minutes:02d}:{seconds:02d} ")
    line.append_text(_quote(place))
    if finding.value is not None:
        line.append(f" {finding.value:g}{finding.unit}")
    if place.said is not Said.NOTHING:
        line.append(f"  [{said[0]} {said[1]}]", "magenta")
    return line


def _quote(place: Place) -> Text:
    """The words found with what stands around them."""
    span = place.finding.text_span
    if span is None:
        return Text(place.finding.quote)
    start, end = span
    left, right = max(0, start - MARGIN), end + MARGIN
    before = ("…" if left else "") + place.text[left:start]
    after = place.text[end:right] + ("…" if right < len(place.text) else "")
    return Text.assemble(before, (place.text[start:end], "bold"), after)


def plain(trial: Trial) -> dict[str, Any]:
    """The trial as plain data for JSON."""
    return {
        "calls": trial.calls,
        "reviewed_calls": trial.reviewed_calls,
        "rules": [_plain_rule(one) for one in trial.rules],
    }


def _plain_rule(one: RuleTrial) -> dict[str, Any]:
    sides = ((name, share_of(one, after=after)) for name, after in (("before", False), ("after", True)))
    shares = {name: {"right": one.right, "wrong": one.wrong, "precision": one.precision} for name, one in sides}
    return {
        "rule": one.rule_id,
        "version_before": one.before.version if one.before else None,
        "version_after": one.after.version if one.after else None,
        "found_before": one.found_before,
        "found_after": one.found_after,
        **shares,
        "new": [_plain_place(place) for place in one.new],
        "gone": [_plain_place(place) for place in one.gone],
        "missed": [_plain_place(place) for place in one.missed],
        "unjudged_calls": one.unjudged_calls,
        "failed_calls": one.failed_calls,
    }


def _plain_place(place: Place) -> dict[str, Any]:
    finding = place.finding
    return {
        "call": place.call_id,
        "start_s": finding.start_s,
        "end_s": finding.end_s,
        "turn": finding.turn_index,
        "quote": finding.quote,
        "text": place.text,
        "value": finding.value,
        "said": place.said.value,
    }
