"""How much of what was said wrong is found, and how well the words are heard, on the development corpus.

Runs `callcoach evaluate` on each part of the corpus, in processes of their own, and sets our finds of
banned and forbidden phrases beside plain substring matching on the same transcripts.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
CORPUS = Path(os.environ.get("CALLCOACH_CORPUS", ROOT.parent / "shared" / "corpus"))
PARTS = tuple(CORPUS / part for part in ("dev", "dev-hard", "probe", "human"))
FIGURES = (
    ("banned", "banned and forbidden phrases"),
    ("banned_separated", "the same without mono calls"),
    ("banned_baseline", "the same by substrings"),
    ("silence", "dead air"),
    ("raised", "raised volume"),
)


def evaluate(calls: Path) -> dict[str, Any]:
    """Return the figures of one folder of calls."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "figures.json"
        command = [sys.executable, "-m", "callcoach", "evaluate", str(calls), "--json", str(file)]
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        return json.loads(file.read_text(encoding="utf-8"))


def share(value: float | None) -> str:
    """Show a share, or a dash where there was nothing to divide by."""
    return "-" if value is None else f"{value:.3f}"


def rows(part: str, figures: dict[str, Any]) -> list[str]:
    """Return the table rows of one part."""
    found: list[str] = []
    for key, name in FIGURES:
        counts = figures["overall"].get(key)
        if counts is None or counts["tp"] + counts["fp"] + counts["fn"] == 0:
            continue
        shares = " | ".join(share(counts[what]) for what in ("precision", "recall", "f1"))
        found.append(f"| {part} | {name} | {counts['tp']} | {counts['fp']} | {counts['fn']} | {shares} |")
    return found


def heard(part: str, figures: dict[str, Any]) -> str:
    """Return the row of the recogniser's errors and speed."""
    sides = figures["cer_by_side"]
    shown = " | ".join(share(sides.get(side)) for side in ("agent", "customer", "unknown"))
    rates = figures["cer_by_rate"]
    shown += f" | {share(rates.get('8000'))} | {share(rates.get('16000'))}"
    return f"| {part} | {share(figures['cer'])} | {shown} | {share(figures['cpu_real_time_factor'])} |"


def main() -> None:
    """Print the section."""
    if not sys.argv[1:] and not CORPUS.is_dir():
        sys.exit(f"The development corpus is not at {CORPUS}; set CALLCOACH_CORPUS to its folder.")
    folders = [Path(one) for one in sys.argv[1:]] or PARTS
    measured = {folder.name: evaluate(folder) for folder in folders}
    print("## Accuracy on the development corpus\n")
    print(
        "`callcoach evaluate CORPUS_DIR` on each part (`python -m benchmarks.accuracy [FOLDER…]`). Every call of `dev`,"
    )
    print("`dev-hard` and `probe` was looked at while the rules were made: these are no figures for unseen calls.")
    print("Mono calls count as missed, but for the line without them. `human` is read speech: error rates alone.\n")
    print("| part | what | found | false | missed | precision | recall | F1 |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for part, figures in measured.items():
        print("\n".join(rows(part, figures)))
    print("\nCharacter error rate, and CPU seconds of the whole analysis for each second of a call:\n")
    print("| part | CER | agent | customer | mono | 8 kHz | 16 kHz | CPU s / s |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for part, figures in measured.items():
        print(heard(part, figures))


if __name__ == "__main__":
    main()
