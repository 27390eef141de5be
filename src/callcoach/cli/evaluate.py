"""`callcoach evaluate`: the whole analysis measured against a labelled corpus."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from callcoach.asr.engine import Engine
    from callcoach.evaluation.truth import LabelledRecording, TruthCall
    from callcoach.settings import Settings


def evaluate(
    corpus: Annotated[
        Path, typer.Argument(metavar="CORPUS_DIR", help="录音与标注所在文件夹 · Folder of recordings with truth files.")
    ],
    json_file: Annotated[
        Path | None, typer.Option("--json", help="把全部数字写入文件 · Write all figures here.")
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", help="只评这些录音（名字或通配符，可多次）· Only these recordings; patterns too."),
    ] = None,
    truth_transcripts: Annotated[
        bool,
        typer.Option("--truth-transcripts", help="用标注文字代替识别 · The truth's words instead of a recogniser."),
    ] = False,
    workers: Annotated[int, typer.Option(help="同时识别几路，0 为每核一路 · Sides recognised at once.")] = 0,
) -> None:
    """用有标注的录音评测 · Measure the analysis against recordings whose truth is known."""
    import json
    import tempfile

    from callcoach.evaluation.evaluate import as_json
    from callcoach.evaluation.evaluate import evaluate as run
    from callcoach.evaluation.truth import load_corpus
    from callcoach.rules.rulebook import load_rulebook
    from callcoach.scoring import load_rubric
    from callcoach.settings import load_settings

    settings = load_settings()
    recordings = _chosen(load_corpus(corpus), only)
    rulebook, rubric = load_rulebook(settings.rules.rulebook), load_rubric(settings.rules.rubric)
    engine_for = _engine_for(settings, truth_transcripts=truth_transcripts)
    with tempfile.TemporaryDirectory(prefix="callcoach-") as folder, _progress(len(recordings)) as on_done:
        evaluation = run(
            recordings, engine_for, rulebook, rubric, work_dir=Path(folder), workers=workers, on_done=on_done
        )
    figures = as_json(evaluation)
    if json_file is not None:
        json_file.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    _print(figures)


def _chosen(recordings: tuple[LabelledRecording, ...], only: list[str] | None) -> tuple[LabelledRecording, ...]:
    from fnmatch import fnmatchcase

    from callcoach.evaluation.truth import CorpusError

    if not only:
        return recordings
    unknown = [name for name in only if not any(fnmatchcase(one.name, name) for one in recordings)]
    if unknown:
        raise CorpusError(
            f"No recording is named {', '.join(unknown)}; "
            "--only takes names without suffix, or patterns such as '*.8k'."
        )
    return tuple(one for one in recordings if any(fnmatchcase(one.name, name) for name in only))


def _engine_for(settings: Settings, *, truth_transcripts: bool) -> Callable[[TruthCall], Engine]:
    from callcoach.evaluation.truth_engine import TruthEngine

    if truth_transcripts:
        return TruthEngine
    from callcoach.asr.vosk_engine import VoskEngine
    from callcoach.models.store import require_model

    engine = VoskEngine(require_model(settings.asr.model, settings.models_dir))
    return lambda _: engine


def _progress(count: int) -> Any:
    """A progress bar on the terminal's error side, as a context that gives what to call after each recording."""
    from contextlib import contextmanager

    from rich.console import Console
    from rich.progress import Progress

    @contextmanager
    def shown() -> Any:
        with Progress(console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("评测 evaluating", total=count)
            yield lambda _: progress.advance(task)

    return shown()


def _print(figures: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    console.print(
        f"{figures['recordings']} 个录音，{figures['audio_seconds']:.0f} 秒；{figures['engine']} {figures['model']}；"
        f"字错率 CER {figures['cer']:.1%}；{figures['real_time_factor']:.3f} × 实时 real time"
    )
    table = Table(title="对与错 · right and wrong")
    for heading in ("类别 family", "tp", "fp", "fn", "precision", "recall", "F1"):
        table.add_column(heading, no_wrap=True)
    for part in ("overall", "families"):
        for name, row in figures[part].items():
            table.add_row(name, *(str(row[key]) for key in ("tp", "fp", "fn")), *(_shown(row[key]) for key in RATIOS))
        table.add_section()
    console.print(table)
    for name, row in figures["overall"].items():
        intervals = "  ".join(f"{key} {_interval(row[f'{key}_interval'])}" for key in RATIOS)
        console.print(f"{name} 95 %: {intervals}", highlight=False)
    for one in figures["mistakes"]:
        said, heard = one["said"] or "—", one["heard"] or "—"
        console.print(f"{one['recording']} {one['start']:.1f} s {one['kind']} {one['family']}：{said} ← {heard}")


RATIOS = ("precision", "recall", "f1")


def _shown(value: float | None) -> str:
    return "—" if value is None else f"{value:.3f}"


def _interval(pair: list[float] | None) -> str:
    return "—" if pair is None else f"{pair[0]:.2f}-{pair[1]:.2f}"
