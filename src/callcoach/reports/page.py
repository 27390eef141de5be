"""One HTML page per call: waveform, transcript, findings, score. It opens from disk and asks no network for anything.

Everything said in the call and every name in it is text to the page, never markup: the template escapes it, the
data for the script is JSON with `<`, `>` and `&` written as escapes, and the page's policy runs no script but ours.
"""

from __future__ import annotations

import base64
import hashlib
import json
import tempfile
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from callcoach.atomic import write_atomic
from callcoach.audio.levels import peak_envelope
from callcoach.audio.sound import Sound
from callcoach.datapath import CallAnalysis, Finding, Speaker
from callcoach.errors import StoreError
from callcoach.reports import page_sound, wording
from callcoach.reports.view import CallView, build_view, facts
from callcoach.vendored import read_vendored

PAGE_FILE = "report.html"
SOUND_STEM = "report-sound"
INLINE_LIMIT_BYTES = 12_000_000
"""A larger sound lies beside the page: 12 MB of MP3 is over an hour; as text in the page it is 16 MB, which still
opens in about a second and can be mailed."""
PEAKS_PER_S = 20.0
MAX_PEAKS = 40_000
"""Waveform values of one side: enough for a pixel each at sixteen-fold zoom on a wide screen."""
SCRIPTS = ("wavesurfer.min.js", "wavesurfer-regions.min.js", "wavesurfer-timeline.min.js")


@dataclass(frozen=True, slots=True)
class PageContext:
    """All that the template `call.html.j2` is given; it trusts `data`, `css` and `scripts` and escapes the rest."""

    view: CallView
    title: str
    headline: tuple[wording.Words, ...]
    partial: bool
    lanes: tuple[Speaker, ...]
    facts: tuple[tuple[wording.Words, wording.Words], ...]
    sound_src: str
    data: str
    css: str
    scripts: tuple[str, ...]
    policy: str


def write_page(analysis: CallAnalysis, sound: Sound, folder: Path) -> Path:
    """Write `report.html` into a folder and, where the sound is too large to lie in it, the sound beside it.

    Raises:
        StoreError: the disk refused.
    """
    try:
        with tempfile.TemporaryDirectory(prefix=".report-", dir=folder) as work:
            encoded = page_sound.encode(sound, Path(work), SOUND_STEM)
            source = _place(encoded, folder)
    except OSError as error:
        raise StoreError(f"Could not write into {folder}: {error}. Check free space and rights.") from error
    page = folder / PAGE_FILE
    write_atomic(page, render(analysis, sound, source).encode())
    return page


def render(analysis: CallAnalysis, sound: Sound, sound_src: str) -> str:
    """Return the page's HTML; `sound_src` is the address of the encoded sound (relative, or a data URL)."""
    scripts = (*map(_vendored, SCRIPTS), _own("call.js"))
    view = build_view(analysis)
    context = PageContext(
        view=view,
        title=_title(analysis),
        headline=tuple(_headline(analysis)),
        partial=_left_out(analysis) > 0,
        lanes=sound.speakers,
        facts=tuple(facts(analysis)),
        sound_src=sound_src,
        data=_script_data(view, sound),
        css=_own("call.css"),
        scripts=scripts,
        policy=_policy(scripts),
    )
    return _template().render({name: getattr(context, name) for name in PageContext.__slots__})


def _place(encoded: page_sound.PageSound, folder: Path) -> str:
    """Put the sound into a data URL, or beside the page if it is large; return its address."""
    beside = folder / encoded.path.name
    if encoded.path.stat().st_size > INLINE_LIMIT_BYTES:
        encoded.path.chmod(0o600)  # personal data, as the page is
        encoded.path.replace(beside)
        return beside.name
    beside.unlink(missing_ok=True)
    return f"data:{encoded.media_type};base64,{base64.b64encode(encoded.path.read_bytes()).decode()}"


def _script_data(view: CallView, sound: Sound) -> str:
    """Return the script's data as JSON that cannot end its script element."""
    points = max(1, min(MAX_PEAKS, round(sound.duration_s * PEAKS_PER_S)))
    envelopes = [peak_envelope(sound.samples[:, channel], points) for channel in range(len(sound.speakers))]
    plain = {
        "duration_s": sound.duration_s,
        "lanes": [speaker.value for speaker in sound.speakers],
        "peaks": [base64.b64encode(envelope.tobytes()).decode() for envelope in envelopes],
        "silences": [[silence.start_s, silence.end_s] for silence in view.silences],
        "findings": [_finding_data(finding, sound.speakers) for finding in view.findings],
    }
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _finding_data(finding: Finding, lanes: tuple[Speaker, ...]) -> dict[str, Any]:
    """`lane` is the channel the finding is drawn on, -1 for all: what concerns no one turn is between the parties."""
    own = finding.turn_index is not None and finding.speaker in lanes
    return {
        "id": finding.id,
        "start_s": finding.start_s,
        "end_s": finding.end_s,
        "lane": lanes.index(finding.speaker) if own else -1,
        "severity": finding.severity.value,
        "sign": wording.SEVERITIES[finding.severity].sign,
        "name_zh": finding.name_zh,
        "name_en": finding.name_en,
    }


def _title(analysis: CallAnalysis) -> str:
    call = analysis.call
    remote = f"{call.remote_name} {call.remote_number}".strip()
    parties = " ↔ ".join(part for part in (call.agent, remote) if part)
    return parties or Path(analysis.recording.path).name


def _headline(analysis: CallAnalysis) -> list[wording.Words]:
    call = analysis.call
    started = call.started_at.isoformat(sep=" ", timespec="minutes") if call.started_at else ""
    length = wording.clock(analysis.recording.duration_s)
    count = len(analysis.rules.findings)
    words = [wording.Words(started, started)] if started else []
    if call.direction.value != "unknown":
        words.append(wording.DIRECTIONS[call.direction])
    words.append(wording.Words(f"时长 {length}", f"{length} long"))
    words.append(wording.Words(f"{count} 个问题项", f"{count} findings"))
    left_out = _left_out(analysis)
    if left_out:  # a full score means little where half the rules could not be asked
        words.append(wording.Words(f"{left_out} 条规则未评估", f"{left_out} rules not evaluated"))
    return words


def _left_out(analysis: CallAnalysis) -> int:
    """Return how many rules say nothing of this call."""
    return len(analysis.rules.not_evaluated) + len(analysis.rules.failures)


def _policy(scripts: tuple[str, ...]) -> str:
    """Allow our scripts by their hashes, our styles, and the sound; nothing from a network."""
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in scripts
    )
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; "
        "media-src data: blob: file: 'self'; img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


@cache
def _vendored(name: str) -> str:
    return read_vendored(name)


@cache
def _own(name: str) -> str:
    return resources.files("callcoach.reports").joinpath("templates", name).read_text(encoding="utf-8")


@cache
def _template() -> Any:
    environment = Environment(
        loader=PackageLoader("callcoach.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        severities=wording.SEVERITIES,
        speakers=wording.SPEAKERS,
        events=wording.EVENTS,
        clock=wording.clock,
        figure=wording.figure,
        points=wording.points,
        unit=wording.unit,
    )
    return environment.get_template("call.html.j2")
