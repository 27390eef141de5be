"""`callcoach models`: the recognition models on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(name="models", no_args_is_help=True, help="语音识别模型 · Speech recognition models.")

Name = Annotated[
    str, typer.Argument(help="模型名称，默认取设置 asr.model · Model name; default: the setting asr.model.")
]


@app.command("list")
def list_models() -> None:
    """列出全部模型及其状态 · List all models and whether they are installed."""
    from rich.console import Console
    from rich.table import Table

    from callcoach.models.manifest import load_manifest
    from callcoach.models.store import State, state_of
    from callcoach.settings import load_settings

    settings = load_settings()
    words = {State.MISSING: "未安装 missing", State.WHOLE: "已安装 installed", State.DAMAGED: "已损坏 damaged"}
    table = Table(title=f"模型 Models · {settings.models_dir}", title_justify="left")
    table.add_column("名称 Name", no_wrap=True)
    for column in ("语言", "大小 Size", "许可 Licence", "状态 State"):
        table.add_column(column)
    for model in load_manifest():
        state = words[state_of(model, settings.models_dir)]
        in_use = "\n当前使用 in use" if model.name == settings.asr.model else ""
        size = f"{model.size_bytes / 1e6:.1f} MB"
        table.add_row(model.name, ", ".join(model.languages), size, model.licence, state + in_use)
    console = Console()
    console.print(table)
    for model in load_manifest():
        console.print(f"{model.name}: {model.description_zh}\n  {model.description_en}", highlight=False)


@app.command()
def fetch(
    name: Name = "",
    local: Annotated[
        Path | None,
        typer.Option(
            "--from",
            help="先试本地的 zip 文件或其所在文件夹 · Try this zip file, or the folder it lies in, first.",
        ),
    ] = None,
) -> None:
    """下载并校验模型 · Fetch a model, check it, put it in place; nothing happens when it is there."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    from callcoach.models.manifest import find_model
    from callcoach.models.sources import FetchProgress
    from callcoach.models.store import fetch as fetch_model
    from callcoach.settings import load_settings

    settings = load_settings()
    model = find_model(name or settings.asr.model)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, transient=True) as bar:
        task = bar.add_task(model.name, total=None)

        def show(progress: FetchProgress) -> None:
            total = None if progress.done_bytes is None else progress.total_bytes
            text = f"{progress.step_zh} {progress.step_en}"
            bar.update(task, description=text, completed=progress.done_bytes or 0, total=total)

        folder = fetch_model(model, settings.models_dir, local=local or settings.asr.model_source, on_progress=show)
    print(f"模型已就绪 Model ready: {folder}")


@app.command()
def verify(name: Name = "") -> None:
    """逐个文件核对哈希值 · Check the SHA-256 of every file of a model."""
    from callcoach.errors import ModelError
    from callcoach.models.manifest import find_model
    from callcoach.models.store import find_faults, require_model
    from callcoach.settings import load_settings

    settings = load_settings()
    model = find_model(name or settings.asr.model)
    faults = (
        find_faults(model, settings.models_dir, hash_all=True) if (settings.models_dir / model.name).is_dir() else []
    )
    if faults:
        listed = "".join(f"\n  {fault}" for fault in faults)
        raise ModelError(f"{model.name} 已损坏 is damaged:{listed}\nRun: callcoach models fetch {model.name}")
    require_model(model.name, settings.models_dir)
    print(f"{model.name} 完好 is whole: {len(model.files)} 个文件 files")


@app.command()
def remove(name: Annotated[str, typer.Argument(help="模型名称 · Model name.")]) -> None:
    """删除模型 · Delete a model from this machine."""
    from callcoach.models.manifest import find_model
    from callcoach.models.store import remove as remove_model
    from callcoach.settings import load_settings

    model = find_model(name)
    if remove_model(model, load_settings().models_dir):
        print(f"{model.name} 已删除 removed")
    else:
        print(f"{model.name} 本来就未安装 was not installed")
