"""`callcoach rules try`: changed rules on past calls, before they are published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from callcoach.intake import Judges
    from callcoach.rules.definition import Rulebook
    from callcoach.rules.rulebook import RuleText
    from callcoach.rules.trying import Judged, PastCall
    from callcoach.settings import Settings
    from callcoach.store.engine import Database

Draft = Annotated[Path, typer.Argument(help="改过的规则：文件或文件夹 · The changed rules: a file or a folder.")]
Calls = Annotated[
    list[Path] | None,
    typer.Option("--calls", help="分析过的通话的文件夹，默认全部 · Folders of analysed calls; default: all."),
]
Against = Annotated[
    str,
    typer.Option("--rulebook", "-r", help="现行规则集，默认用设置里的 · The published rulebook."),
]
Latest = Annotated[int, typer.Option("--latest", min=0, help="只试最近 n 通；0：全部 · Only the latest n; 0: all.")]
Show = Annotated[int, typer.Option("--show", min=0, help="每条规则列出几处 · Places shown for each rule.")]
Sound = Annotated[
    bool,
    typer.Option("--sound", help="也试音量和音高的规则，慢得多 · Rules on loudness and pitch too; slow."),
]
Json = Annotated[Path | None, typer.Option("--json", help="结果另存为 JSON · Write the result as JSON.")]


def try_draft(
    draft: Draft,
    calls: Calls = None,
    rulebook: Against = "",
    *,
    latest: Latest = 0,
    show: Show = 5,
    json_file: Json = None,
    sound: Sound = False,
) -> None:
    """在过去的通话上试改过的规则，发布以前看清新增和消失 · Try changed rules on past calls before publishing them."""
    import json

    from rich.console import Console

    from callcoach.atomic import write_atomic
    from callcoach.errors import StoreError
    from callcoach.reports.trial import plain, print_trial
    from callcoach.rules.rulebook import ids_defined_in, load_rulebook
    from callcoach.rules.trying import try_rules
    from callcoach.settings import load_settings

    settings = load_settings()
    changed, whole = ids_defined_in(draft)
    with _database(settings) as database:
        texts = _published(database) if not rulebook else ()
        verdicts = _verdicts(database)
    published = load_rulebook(rulebook or settings.rules.rulebook, drafts=texts)
    others = [one for one in texts if one.name not in changed]
    drafted = _load(draft, rulebook or settings.rules.rulebook, others, whole=whole)
    skipped: list[str] = []
    past = _past_calls(calls or [settings.calls_dir], latest, verdicts, skipped, sound=sound)
    trial = try_rules(published, drafted, () if whole else changed, past)
    for why in skipped:
        print(f"跳过 skipped: {why}")
    if not trial.calls:
        raise StoreError("没有可试的通话 (no analysed calls): 先用 callcoach analyze 分析录音，或写明 --calls。")
    print_trial(Console(), trial, show)
    if json_file is not None:
        write_atomic(json_file, json.dumps(plain(trial), ensure_ascii=False, indent=2).encode() + b"\n")


def _load(draft: Path, published: str, others: Sequence[RuleText], *, whole: bool) -> Rulebook:
    """The draft as a rulebook of its own, or in place of what it changes in the published one."""
    from callcoach.rules.rulebook import load_rulebook

    if whole:
        return load_rulebook(f"{draft.parent}/{draft.name}")
    return load_rulebook(published, drafts=[*others, draft])


def _past_calls(
    folders: list[Path], latest: int, verdicts: Mapping[str, tuple[Judged, ...]], skipped: list[str], *, sound: bool
) -> Iterator[PastCall]:
    """Read the calls one after the other, the latest first."""
    from callcoach import analysis
    from callcoach.errors import CallCoachError
    from callcoach.intake import conversation_at
    from callcoach.rules.trying import PastCall

    found = {path for folder in folders for path in folder.rglob(analysis.ANALYSIS_FILE)}
    newest = sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)
    for path in newest[: latest or None]:
        try:
            talk = conversation_at(path, _no_judges) if sound else analysis.conversation_of(analysis.load(path))
        except CallCoachError as error:
            skipped.append(str(error))
            continue
        yield PastCall(talk, verdicts.get(talk.call.id, ()))


def _no_judges() -> Judges:  # an analysis is there already: nothing is recognised
    raise AssertionError("asked to recognise a call that was analysed")


@contextmanager
def _database(settings: Settings) -> Iterator[Database | None]:
    """Give the database of this installation; None: it has none."""
    from callcoach.store.engine import DATABASE_FILE, database_url, open_database
    from callcoach.store.schema import upgrade

    configured = settings.database_url.get_secret_value()
    if not configured and not (settings.data_dir / DATABASE_FILE).is_file():
        yield None
        return
    database = open_database(database_url(configured, settings.data_dir))
    try:
        upgrade(database)
        yield database
    finally:
        database.close()


def _published(database: Database | None) -> tuple[RuleText, ...]:
    """Return the rules that trainers published at a browser."""
    from callcoach.rules.rulebook import RuleText
    from callcoach.store.written_rules import in_force

    if database is None:
        return ()
    with database.reading() as session:
        return tuple(RuleText(one.rule_id, one.document) for one in in_force(session).values())


def _verdicts(database: Database | None) -> Mapping[str, tuple[Judged, ...]]:
    """Return what reviewers said, by call."""
    from callcoach.rules.trying import Judged, Said
    from callcoach.store.reviews.verdicts import all_verdicts

    if database is None:
        return {}
    with database.reading() as session:
        every = all_verdicts(session)
    return {
        call_id: (
            *(Judged(finding, Said.CONFIRMED) for finding in one.confirmed),
            *(Judged(finding, Said.REJECTED) for finding in one.rejected),
            *(Judged(finding, Said.ADDED) for finding in one.added),
        )
        for call_id, one in every.items()
    }
