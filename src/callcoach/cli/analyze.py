"""`callcoach analyze`: recordings in, scorecards out; one bad file does not stop the rest. `callcoach schema`."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from callcoach.intake import Filed, Judges, Source

logger = logging.getLogger(__name__)

Side = Literal["left", "right"]
Law = Literal["alaw", "ulaw"]
Files = Annotated[
    list[str], typer.Argument(metavar="FILE…", help="录音、文件夹或通配符 · Recordings, folders, patterns.")
]
Agent = Annotated[Side, typer.Option("--agent", help="坐席在哪个声道 · The agent's channel in stereo files.")]
CustomerFile = Annotated[
    Path | None,
    typer.Option(
        "--customer-file", help="客户侧单声道文件（FILE 为坐席侧） · The customer's mono file; FILE is the agent's."
    ),
]
Raw = Annotated[Law | None, typer.Option("--raw", help="无文件头的 G.711 · Files are G.711 without a header.")]
RawRate = Annotated[
    int, typer.Option("--raw-rate", min=4000, max=48000, help="--raw 的采样率 · Sample rate (Hz) of --raw.")
]
RawChannels = Annotated[int, typer.Option("--raw-channels", min=1, max=2, help="--raw 的声道数 · Channels of --raw.")]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out", help="结果文件夹，默认为数据文件夹下的 calls · Folder for results; default: calls in the data folder."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="每个文件输出一行 JSON · Print a line of JSON for each file.")]
Page = Annotated[bool, typer.Option("--page/--no-page", help="是否写网页 · Whether to write the HTML page.")]
RulebookName = Annotated[str | None, typer.Option("--rulebook", help="规则集 · Rulebook, built-in or a folder.")]
RubricName = Annotated[str | None, typer.Option("--rubric", help="评分表 · Rubric, built-in or a file.")]


def analyze(
    files: Files,
    *,
    agent: Agent = "left",
    customer_file: CustomerFile = None,
    raw: Raw = None,
    raw_rate: RawRate = 8000,
    raw_channels: RawChannels = 1,
    out: Out = None,
    as_json: AsJson = False,
    page: Page = True,
    rulebook: RulebookName = None,
    rubric: RubricName = None,
) -> None:
    """分析录音：转写、找问题、打分 · Analyse recordings: transcript, findings, score."""
    from callcoach.audio.decoding import AgentSide, RawFormat
    from callcoach.intake import Source, find_recordings
    from callcoach.judges import load_judges
    from callcoach.settings import load_settings

    recordings = find_recordings(files, raw=raw is not None)
    if customer_file is not None and len(recordings) != 1:
        raise typer.BadParameter(f"--customer-file goes with one FILE, found {len(recordings)}.")
    source = Source(AgentSide(agent), customer_file, RawFormat(raw, raw_rate, raw_channels) if raw else None)
    settings = load_settings()
    batch = _Batch(source, load_judges(settings, rulebook, rubric), out or settings.calls_dir, page, as_json)
    failures = [
        (path, reason)
        for number, path in enumerate(recordings, 1)
        if (reason := batch.run(path, number, len(recordings)))
    ]
    _finish(len(recordings), failures)


def schema() -> None:
    """输出 analysis.json 的 JSON Schema · Print the JSON Schema of analysis.json."""
    from callcoach.analysis import json_schema

    print(json.dumps(json_schema(), ensure_ascii=False, indent=2))


class _Batch:
    """Analyses files one by one, shows progress on stderr and results on stdout."""

    def __init__(self, source: Source, judges: Judges, results_dir: Path, page: bool, as_json: bool) -> None:
        from rich.console import Console

        self._source = source
        self._judges = judges
        self._results_dir = results_dir
        self._page = page
        self._as_json = as_json
        self._out = Console()
        self._err = Console(stderr=True)

    def run(self, path: Path, number: int, total: int) -> str:
        """Analyse one file; return why it failed, or an empty text."""
        from callcoach.errors import CallCoachError

        try:
            filed = self._analyse(path, number, total)
        except CallCoachError as error:
            reason = str(error)
        except Exception as error:  # a fault of ours in one file must not cost the others
            logger.debug("analysing %s", path, exc_info=True)
            reason = f"{path}: unexpected {type(error).__name__}: {error}. Please report this."
        else:
            self._show(path, filed)
            return ""
        if self._as_json:
            print(json.dumps({"file": str(path), "ok": False, "error": reason}, ensure_ascii=False), flush=True)
        return reason

    def _analyse(self, path: Path, number: int, total: int) -> Filed:
        """Analyse with two bars: files done, and share of this one."""
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        from callcoach.intake import analyse_file

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=self._err, transient=True) as progress:
            if total > 1:
                progress.add_task(f"文件 Files {number}/{total}", total=total, completed=number - 1)
            task = progress.add_task(path.name, total=1.0)
            return analyse_file(
                path,
                self._source,
                self._judges,
                self._results_dir,
                with_page=self._page,
                on_progress=lambda share: progress.update(task, completed=share),
            )

    def _show(self, path: Path, filed: Filed) -> None:
        if self._as_json:
            print(json.dumps(_summary(path, filed), ensure_ascii=False), flush=True)
            return
        from callcoach.reports.terminal import print_scorecard

        print_scorecard(self._out, filed.analysis, filed.page)


def _summary(path: Path, filed: Filed) -> dict[str, Any]:
    from callcoach.analysis import ANALYSIS_FILE

    analysis = filed.analysis
    return {
        "file": str(path),
        "ok": True,
        "call_id": analysis.call.id,
        "score": analysis.scorecard.score,
        "findings": len(analysis.rules.findings),
        "notes": [note.kind.value for note in analysis.recording.notes],
        "analysis": str(filed.folder / ANALYSIS_FILE),
        "page": str(filed.page) if filed.page else None,
    }


def _finish(total: int, failures: list[tuple[Path, str]]) -> None:
    """Say which files failed and why, and leave with code 1 if any did or there were none."""
    if not total:
        print("没有找到录音 No recordings found in the folders named.", file=sys.stderr)
        raise typer.Exit(1)
    if failures:
        print(f"{total} 个文件中 {len(failures)} 个失败 · {len(failures)} of {total} files failed:", file=sys.stderr)
        for _, reason in failures:
            print(f"  {reason}", file=sys.stderr)
        raise typer.Exit(1)
