"""Write the generated parts of docs/ from the code. A test fails when they differ from what is committed."""

from __future__ import annotations

import json
from pathlib import Path

from callcoach.analysis import json_schema
from callcoach.around.complaints_guide import complaints_guide
from callcoach.rules.reference import reference
from callcoach.rules.rulebook import load_rulebook
from callcoach.server.people.guide import guide
from callcoach.settings import CONFIG_NAME, default_settings, describe_settings

ROOT = Path(__file__).resolve().parents[1]


def configuration() -> str:
    """Return docs/configuration.md: every setting, its variable, default and meaning."""
    lines = [
        "# 配置 · Configuration",
        "",
        "由代码生成，请勿手改 · generated from the code by `make docs`.",
        "",
        "CallCoach 读取一个 TOML 文件和环境变量，环境变量优先。",
        f"The file is the one `CALLCOACH_CONFIG` names, else `{CONFIG_NAME}` in the working folder, else the same name",
        "in the user's configuration folder. Environment variables win over it. `callcoach config init` writes a file",
        "with every setting explained; `callcoach config show` prints what is in force, secrets hidden. An unknown key",
        "in the file is refused, so that a typing error does not pass silently.",
        "",
        "| TOML | 环境变量 variable | 默认 default | 含义 meaning |",
        "| --- | --- | --- | --- |",
    ]
    for setting in describe_settings(default_settings()):
        default = "the user's data folder" if setting.key == "data_dir" else f"`{setting.value}`"
        lines.append(f"| `{setting.key}` | `{setting.variable}` | {default} | {setting.description} |")
    return "\n".join(lines) + "\n"


def rules() -> str:
    """Return docs/rules.md: how to write rules, the kinds, the exceptions and every built-in rule."""
    return reference(load_rulebook("service-language"))


def analysis_schema() -> str:
    """Return docs/schema/analysis.schema.json, what `callcoach schema` prints."""
    return json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n"


def complaints() -> str:
    """Return docs/complaints.md: the way of a complaint, drawn from its table."""
    limits = default_settings().complaints
    return complaints_guide(limits.incident_report_min, limits.next_level_yuan, limits.head_office_yuan)


GENERATED = {
    "docs/complaints.md": complaints,
    "docs/configuration.md": configuration,
    "docs/people.md": guide,
    "docs/rules.md": rules,
    "docs/schema/analysis.schema.json": analysis_schema,
}


def main() -> None:
    """Write every generated document."""
    for name, write in GENERATED.items():
        (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / name).write_text(write(), encoding="utf-8")


if __name__ == "__main__":
    main()
