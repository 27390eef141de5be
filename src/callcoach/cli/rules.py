"""`callcoach rules`: look at rulebooks, check them and run their examples."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from callcoach.cli.rules_try import try_draft
from callcoach.datapath import Speaker

if TYPE_CHECKING:
    from collections.abc import Iterable

    from callcoach.datapath import Conversation
    from callcoach.rules.definition import Rule, Rulebook
    from callcoach.rules.examples import ExampleResult

app = typer.Typer(no_args_is_help=True, help="规则集 · Look at rulebooks, check them and run their examples.")

Books = Annotated[
    list[str] | None,
    typer.Argument(help="规则集名、文件夹或文件，默认用设置里的 · Rulebooks: names, folders or files."),
]
Book = Annotated[
    str,
    typer.Option("--rulebook", "-r", help="规则集名、文件夹或文件，默认用设置里的 · Rulebook: name, folder or file."),
]


@app.command()
def check(books: Books = None) -> None:
    """检查规则文档，一次列出全部错误 · Check rule documents; list every fault at once."""
    from callcoach.rules.rulebook import try_rulebook

    wrong = 0
    for name in books or [_configured()]:
        rulebook, faults = try_rulebook(name)
        for fault in faults:
            print(fault)
        wrong += len(faults)
        if rulebook is not None:
            print(f"{name}：{len(rulebook.rules)} 条规则，没有错误 · {len(rulebook.rules)} rules, no faults")
    if wrong:
        print(f"共 {wrong} 处错误 · {wrong} faults")
        raise typer.Exit(1)


Without = Annotated[
    list[str] | None,
    typer.Option("--without", help="关掉一个例外，可多次 · Switch a named exception off; may be repeated."),
]


@app.command("test")
def run_tests(books: Books = None, without: Without = None) -> None:
    """运行每条规则的正例和反例 · Run each rule's hits and misses."""
    from callcoach.rules.rulebook import load_rulebook
    from callcoach.rules.runner import run_examples

    failed = 0
    for name in books or [_configured()]:
        rulebook = load_rulebook(name, without_exceptions=without or ())
        results = list(run_examples(rulebook))
        _print_results(rulebook, results)
        failed += sum(bool(one.problem) for one in results)
    if failed:
        raise typer.Exit(1)


@app.command("list")
def list_rules(rulebook: Book = "") -> None:
    """列出规则 · List the rules."""
    from rich.console import Console
    from rich.table import Table

    from callcoach.rules.rulebook import load_rulebook

    book = load_rulebook(rulebook or _configured())
    table = Table(title=f"{book.name_zh} {book.name_en}（{book.id} {book.version}）")
    for heading in ("规则 id", "名称 name", "类别", "严重程度", "对象"):
        table.add_column(heading, overflow="fold")
    for rule in book.rules:
        name = f"{rule.name_zh} · {rule.name_en}"
        table.add_row(rule.id, name, rule.category, rule.severity.value, rule.applies_to)
    Console().print(table)


@app.command()
def show(rule: Annotated[str, typer.Argument(help="规则 id，例如 neg.cannot · Rule id.")], rulebook: Book = "") -> None:
    """显示一条规则的全部内容 · Show all of one rule."""
    from callcoach.rules.reference import rule_text
    from callcoach.rules.rulebook import load_rulebook

    print(rule_text(_find(load_rulebook(rulebook or _configured()), rule)))


@app.command("exceptions")
def show_exceptions(
    name: Annotated[str, typer.Argument(help="例外 id，默认列出全部 · Exception id; default: list all.")] = "",
    rulebook: Book = "",
) -> None:
    """例外：句式、用到它的规则、靠它通过的反例 · Exceptions: patterns, rules that use them, examples that need them."""
    from rich.console import Console

    from callcoach.errors import RuleDefinitionError
    from callcoach.reports.exceptions import print_exception, print_exceptions
    from callcoach.rules.rulebook import load_rulebook

    chosen = rulebook or _configured()
    book = load_rulebook(chosen)
    if not name:
        print_exceptions(Console(), book)
    elif name in book.exceptions:
        print_exception(Console(), book, load_rulebook(chosen, without_exceptions=[name]), name)
    else:
        known = "、".join(sorted(book.exceptions))
        raise RuleDefinitionError(f"没有例外 {name!r} (no such exception)。可用：{known}")


app.command("try")(try_draft)


Text = Annotated[str, typer.Option("--text", help="要判断的一句话 · A sentence to judge.")]
Who = Annotated[Literal["agent", "customer"], typer.Option("--speaker", help="这句话是谁说的 · Who says the sentence.")]
CallFile = Annotated[
    Path | None,
    typer.Option("--file", help="analysis.json、通话文件夹或录音 · An analysis.json, a call's folder, or a recording."),
]


@app.command()
def explain(
    rule: Annotated[str, typer.Argument(help="规则 id，例如 neg.cannot · Rule id.")],
    text: Text = "",
    speaker: Who = "agent",
    file: CallFile = None,
    *,
    rulebook: Book = "",
    without: Without = None,
) -> None:
    """一步步说明规则怎样判断一句话或一通电话 · Show step by step how a rule judges a sentence or a call."""
    from rich.console import Console

    from callcoach.reports.explanation import print_explanation
    from callcoach.rules.explain import explain_rule, said
    from callcoach.rules.rulebook import load_rulebook

    if bool(text) is (file is not None):
        raise typer.BadParameter("给出 --text 或 --file 之一 · expected --text or --file, and not both.")
    name = rulebook or _configured()
    book = load_rulebook(name, without_exceptions=without or ())
    wanted = _find(book, rule)
    conversation = said(text, Speaker(speaker)) if file is None else _call_at(file, name)
    print_explanation(Console(), explain_rule(book, wanted, conversation))


def _call_at(path: Path, rulebook: str) -> Conversation:
    from callcoach.intake import conversation_at
    from callcoach.judges import load_judges
    from callcoach.settings import load_settings

    return conversation_at(path, lambda: load_judges(load_settings(), rulebook))


def _configured() -> str:
    from callcoach.settings import load_settings

    return load_settings().rules.rulebook


def _find(book: Rulebook, rule_id: str) -> Rule:
    import difflib

    from callcoach.errors import RuleDefinitionError

    found = book.rule(rule_id)
    if found is None:
        near = difflib.get_close_matches(rule_id, [one.id for one in book.rules], n=3, cutoff=0.4)
        hint = f"是不是 {'、'.join(near)}？" if near else "callcoach rules list 列出全部规则。"
        raise RuleDefinitionError(f"规则集 {book.id} 里没有规则 {rule_id!r}。{hint}")
    return found


def _print_results(rulebook: Rulebook, results: Iterable[ExampleResult]) -> None:
    """One line a rule, and each example that went wrong."""
    from rich.console import Console
    from rich.table import Table

    by_rule: dict[str, list[ExampleResult]] = {}
    for result in results:
        by_rule.setdefault(result.rule_id, []).append(result)
    table = Table(title=f"{rulebook.name_zh}（{rulebook.id} {rulebook.version}）的例句")
    for heading in ("规则 id", "正例 hits", "反例 misses", "结果"):
        table.add_column(heading)
    for rule_id, members in by_rule.items():
        hits = sum(one.is_hit for one in members)
        bad = sum(bool(one.problem) for one in members)
        table.add_row(rule_id, str(hits), str(len(members) - hits), f"{bad} 处不符 wrong" if bad else "通过 ok")
    console = Console()
    console.print(table)
    for result in (one for members in by_rule.values() for one in members if one.problem):
        rule = rulebook.rule(result.rule_id)
        where = f"{rule.file}:{result.example.line}" if rule else ""
        side = "正例" if result.is_hit else "反例"
        print(f"{where} {result.rule_id} {side}：{result.example.text}\n    {result.problem}")
