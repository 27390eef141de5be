"""The `callcoach` command: takes arguments, calls one part of CallCoach, prints what came of it.

Commands import what they need inside their functions, so that `callcoach --help` stays quick.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from callcoach.cli import analyze, config, demo, doctor, evaluate, models, people, phone, rules, serve

app = typer.Typer(
    name="callcoach",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # importing rich would double the time of --help
    help="呼叫质检与坐席辅导 · Call quality and agent coaching for Chinese-language call centres.",
)
app.command()(analyze.analyze)
app.add_typer(config.app, name="config")
app.command()(demo.demo)
app.command()(doctor.doctor)
app.command()(evaluate.evaluate)
app.add_typer(models.app, name="models")
app.add_typer(people.app, name="people")
app.command()(phone.phone)
app.add_typer(rules.app, name="rules")
app.command()(analyze.schema)
app.command()(serve.serve)


@app.callback(invoke_without_command=True)
def main(version: Annotated[bool, typer.Option("--version", help="显示版本 · Show the version.")] = False) -> None:
    """Options of `callcoach` itself."""
    if version:
        from callcoach import __version__

        print(__version__)
        raise typer.Exit


def run() -> None:
    """Run the command line; a CallCoachError is printed as one message and gives exit code 1."""
    from callcoach.errors import CallCoachError

    try:
        app()
    except CallCoachError as error:
        print(f"错误 Error: {error}", file=sys.stderr)
        sys.exit(1)
