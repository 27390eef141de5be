"""Named exceptions in the terminal, Chinese first: what each says, who uses it, and which examples need it."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from callcoach.rules.definition import Rulebook
from callcoach.rules.exceptions import NamedException
from callcoach.rules.runner import run_examples


def print_exceptions(console: Console, book: Rulebook) -> None:
    """Print all of a rulebook's exceptions, a line each."""
    table = Table(title=f"{book.name_zh}（{book.id} {book.version}）的例外 Exceptions")
    for heading in ("例外 id", "名称 name", "为什么 why", "规则 rules"):
        table.add_column(heading, overflow="fold")
    for one in sorted(book.exceptions.values(), key=lambda exception: exception.id):
        state = "" if one.enabled else "（已关闭 off）"
        table.add_row(one.id, f"{one.name_zh} · {one.name_en}{state}", one.why_zh, str(len(users(book, one))))
    console.print(table)


def print_exception(console: Console, book: Rulebook, without: Rulebook, name: str) -> None:
    """Print one exception; `without` is the same rulebook with it switched off."""
    one = book.exceptions[name]
    console.print(Text.assemble((one.id, "bold"), f"  {one.name_zh} · {one.name_en}"))
    console.print(one.why_zh)
    for line in _patterns(one):
        console.print(f"  {line}", markup=False, highlight=False)
    rules = users(book, one)
    console.print(f"用到它的规则 rules that use it（{len(rules)}）：{'、'.join(rules) or '无 none'}")
    needing = [result for result in run_examples(without) if result.problem]
    console.print(f"关掉以后不再符合的例句 examples that go wrong without it（{len(needing)}）：")
    for result in needing:
        console.print(f"  {result.rule_id}：{result.example.text} — {result.problem}", markup=False, highlight=False)
    console.print(
        f"关掉：在规则里不写它，在 exception 文档里写 enabled: false，或试一次 callcoach rules test --without {name}",
        style="dim",
    )


def users(book: Rulebook, one: NamedException) -> list[str]:
    """Ids of the rules that name an exception."""
    return [rule.id for rule in book.rules if any(other.id == one.id for other in rule.exceptions)]


def _patterns(one: NamedException) -> Iterator[str]:
    if one.word_boundary:
        yield "命中的边界切开了词典里的词 · the wording cuts through a word of the dictionary"
    yield from (pattern.source for pattern in one.patterns)
    yield from (f"但不包括 but not {pattern.source}" for pattern in one.unless)
