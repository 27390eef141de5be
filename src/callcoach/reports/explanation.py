"""The steps of a rule's judgement in the terminal, Chinese first.

Takes a `RuleExplanation`, prints: the rule, what the rule lacks, the turns in comparable form with the
wordings in them, each place where the condition holds with every exception tried, and the result.
"""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from callcoach.reports.wording import SEVERITIES, SPEAKERS, unit
from callcoach.rules.explain import Candidate, ExceptionTrial, Measure, RuleExplanation, RuleFacts, TurnStep
from callcoach.rules.scope import Verdict

MAX_TURNS_SHOWN = 8
"""Turns shown whole; of longer conversations only those in which a wording of the rule stands."""


def print_explanation(console: Console, explanation: RuleExplanation) -> None:
    """Print every step."""
    steps = (
        _rule(explanation.rule),
        _scope(explanation),
        _turns(explanation),
        _candidates(explanation),
        _result(explanation),
    )
    console.print(Group(*(line for step in steps for line in step)))


def _rule(rule: RuleFacts) -> Iterator[RenderableType]:
    yield Text.assemble(
        (f"{rule.rule_id}", "bold"),
        f" 第 {rule.version} 版 v{rule.version}  {rule.name_zh} · {rule.name_en}",
        (f"  （{rule.rulebook} {rule.rulebook_version}）", "dim"),
    )
    yield Text(f"  条件 Condition: {rule.condition}", "dim")


def _scope(explanation: RuleExplanation) -> Iterator[RenderableType]:
    applies = explanation.applies
    yield _step(1, "适用范围", "Dates and scope")
    if applies.verdict is Verdict.APPLIES:
        yield Text("  ✔ 适用于这通电话 Applies to this call", "green")
    else:
        yield Text(f"  ✖ 不适用 Does not apply: {applies.reason_zh} · {applies.reason_en}", "yellow")
    for zh, en in explanation.lacking:
        yield Text(f"  ✖ 无法评估 Cannot be evaluated: {zh} · {en}", "yellow")


def _turns(explanation: RuleExplanation) -> Iterator[RenderableType]:
    yield _step(2, "规范化的文字和其中的说法", "Normalised text and wordings in it")
    turns = explanation.turns
    shown = turns if len(turns) <= MAX_TURNS_SHOWN else [turn for turn in turns if turn.wordings]
    for turn in shown:
        yield from _turn(turn)
    if hidden := len(turns) - len(shown):
        yield Text(f"  另有 {hidden} 句没有这条规则的说法 · {hidden} more turns hold none of its wordings", "dim")
    if not turns:
        yield Text("  没有文字 No text", "dim")


def _turn(turn: TurnStep) -> Iterator[RenderableType]:
    who = SPEAKERS[turn.speaker]
    yield Text(f"  #{turn.index} {who.zh} {who.en}: {turn.text}")
    yield Text(f"     → {turn.normalised}", "dim")
    for one in turn.wordings:
        sure = "" if one.certainty >= 1 else f"，把握 certainty {one.certainty:.2f}"
        yield Text(f"     ◆ “{one.quote}” [{one.start}, {one.end}) ← {one.pattern}{sure}", "cyan")


def _candidates(explanation: RuleExplanation) -> Iterator[RenderableType]:
    yield _step(3, "条件成立的地方和试过的例外", "Places where the condition holds, exceptions tried")
    for one in explanation.candidates:
        yield from _candidate(one)
    for aside in explanation.set_aside:
        length = f"{aside.value:g} {unit(aside.unit).zh}"
        where = f"{aside.start_s:.2f}-{aside.end_s:.2f} s（{length}）"
        yield Text(f"  ○ {where}不算 set aside: {aside.cause.zh} · {aside.cause.en}", "green")
    if not explanation.candidates:
        yield Text("  条件在任何地方都不成立 The condition holds nowhere", "dim")


def _candidate(one: Candidate) -> Iterator[RenderableType]:
    who, look = SPEAKERS[one.speaker], SEVERITIES[one.severity]
    where = "" if one.text_span is None else f" 字 characters [{one.text_span[0]}, {one.text_span[1]})"
    turn = "" if one.turn_index is None else f" #{one.turn_index}"
    yield Text(
        f"  {look.sign} {who.zh} {who.en}{turn} {one.start_s:.2f}-{one.end_s:.2f} s{where} “{one.quote}”", "bold"
    )
    yield Text(f"     {measured(one.measure)}")
    if one.measure.note.zh:
        yield Text(f"     {one.measure.note.zh} · {one.measure.note.en}")
    if one.superseded_by:
        yield Text(f"     另一条规则 {one.superseded_by} 已算这一处 · {one.superseded_by} is charged instead", "green")
    for trial in one.trials:
        yield _trial(trial)


def measured(measure: Measure) -> str:
    """What was measured against what, in one line."""
    sure = f"可信度 confidence {measure.confidence:.2f}"
    if measure.value is None:
        return sure
    name = unit(measure.unit).zh if measure.unit else ""
    limit = "" if measure.threshold is None else f"，门限 threshold {measure.threshold:g} {name}"
    return f"测得 measured {measure.value:g} {name}{limit}；{sure}"


def _trial(trial: ExceptionTrial) -> RenderableType:
    answer = "是 yes" if trial.applies else "否 no"
    line = f"{answer}  {trial.exception_id} {trial.name_zh} · {trial.name_en}: {trial.reason_zh} · {trial.reason_en}"
    why = f"\n      因为 {trial.why_zh}" if trial.applies else ""
    return Padding(Text(line + why, "green" if trial.applies else "dim"), (0, 0, 0, 5))


def _result(explanation: RuleExplanation) -> Iterator[RenderableType]:
    yield _step(4, "结果", "Result")
    found, rule = explanation.found, explanation.rule
    if explanation.failure:
        yield Text(f"  ✖ 规则运行失败 Rule failed: {explanation.failure}", "bold red")
    elif found:
        review = "，只提交复核 for review only" if rule.review_only else ""
        yield Text(f"  ● 发现 {len(found)} 处 · {len(found)} found{review}", "bold red")
        yield Text(f"  建议 Advice: {rule.advice_zh}\n               {rule.advice_en}")
        yield Text(f"  出处 Source: {rule.source}", "dim")
    elif explanation.lacking or explanation.applies.verdict is not Verdict.APPLIES:
        yield Text("  ○ 没有评估 Not evaluated", "yellow")
    elif explanation.candidates:
        yield Text("  ○ 没有发现：都属于例外 Nothing found: exceptions excuse all", "green")
    else:
        yield Text("  ○ 没有发现 Nothing found", "green")


def _step(number: int, zh: str, en: str) -> Text:
    return Text(f"{number}. {zh} {en}", "bold")
