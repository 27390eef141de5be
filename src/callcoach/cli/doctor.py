"""`callcoach doctor`: what this machine lacks, and what to do about it."""

from __future__ import annotations

import typer


def doctor() -> None:
    """检查音频工具、模型、端口、磁盘和注册 · Check audio tools, model, ports, disk and registration."""
    from rich.console import Console
    from rich.markup import escape

    from callcoach.doctor import Verdict, examine
    from callcoach.settings import load_settings

    signs = {
        Verdict.OK: "[green]✓ 正常 ok     [/]",
        Verdict.WARN: "[yellow]! 注意 warning[/]",
        Verdict.FAIL: "[red]✗ 缺失 missing[/]",
        Verdict.SKIPPED: "[dim]- 跳过 skipped[/]",
    }
    console = Console(highlight=False)
    results = []
    for result in examine(load_settings()):
        results.append(result)
        console.print(f"{signs[result.verdict]}  {result.name_zh} {result.name_en}: {escape(result.found)}")
        if result.remedy:
            console.print(f"                 → {escape(result.remedy)}")
    failed = sum(result.verdict is Verdict.FAIL for result in results)
    if failed:
        console.print(f"\n[red]有 {failed} 项需要处理 · {failed} to mend[/]")
        raise typer.Exit(1)
    console.print("\n[green]可以使用 · ready[/]")
