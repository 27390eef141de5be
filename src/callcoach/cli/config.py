"""`callcoach config`: what is set, and a configuration file to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="配置 · Settings: show them, start a configuration file.")


@app.command()
def show() -> None:
    """显示当前生效的配置(密码隐藏) · Print the settings in force; secrets are hidden."""
    from callcoach.settings import describe_settings, find_config, load_settings

    settings = load_settings()
    print(f"# 配置文件 configuration file: {find_config() or '无 none'}")
    for setting in describe_settings(settings):
        print(f"{setting.key} = {setting.value}")


@app.command()
def init(
    path: Annotated[Path, typer.Argument(help="要写的文件 · File to write.")] = Path("callcoach.toml"),
) -> None:
    """写一份带说明的配置文件 · Write a configuration file in which every setting is explained."""
    from callcoach.errors import ConfigError
    from callcoach.settings import config_template

    try:
        with path.open("x", encoding="utf-8") as file:
            path.chmod(0o600)
            file.write(config_template())
    except FileExistsError:
        raise ConfigError(f"{path} exists already and was left as it is. Name another file.") from None
    except OSError as error:
        raise ConfigError(
            f"{path} could not be written: {error.strerror}. Name a file in a folder you may write to."
        ) from error
    print(f"已写入 Wrote {path}；去掉要改的行首的 # · remove the # from the lines you want to change.")
