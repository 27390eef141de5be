"""Makes pages out of templates. Takes a `View`, which is all the template is told, and gives the answer.

Everything is escaped; a name the template uses and nobody gave is an error, never an empty place.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from callcoach import __version__
from callcoach.principal import Principal
from callcoach.reports import wording
from callcoach.server.exports.page_tables import answer_with_table, wanted_table
from callcoach.server.forgery import forgery_token
from callcoach.server.pages import statics
from callcoach.server.pages.messages import TAGS, Language, Theme, Translator
from callcoach.server.pages.navigation import Section, is_current, navigation_for
from callcoach.server.pages.preferences import preferences_of
from callcoach.server.principal import by
from callcoach.server.services import services_of
from callcoach.server.sign_in.cookies import session_token
from callcoach.store.audit import note

SERVER = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class View:
    """What one template is told: its context. The fields of a page's own class are documented there."""

    template: ClassVar[str]


@dataclass(frozen=True, slots=True)
class Frame:
    """What every template knows beside its own context, as `frame`."""

    principal: Principal | None
    """Who reads; None: nobody has signed in."""
    forgery_token: str
    """Proof that a form is ours; empty without a session."""
    language: Language
    theme: Theme
    path: str
    """Path and query of this page, to come back to."""
    is_sent: bool
    """Whether the page answers a form that was sent: its address alone does not bring it again."""
    navigation: tuple[Section, ...]
    time_zone: ZoneInfo
    version: str = __version__

    @property
    def lang(self) -> str:
        """The language as HTML names it."""
        return TAGS[self.language]


GLOBALS = (
    *("frame", "t", "w", "show", "static", "moment", "forgery", "is_current", "severities", "speakers"),
    *("languages", "themes"),
)
"""Names that every template has: the frame; text of a key, half of a pair of words; a part of a page; the address of
a static file; a time in the site's zone; the hidden field of a form; signs and words of severities, words of speakers;
and the choices the frame itself offers."""


def render(request: Request, view: View, status: int = 200) -> Response:
    """Answer with a page, or with a part of one; or, where its address asks for that, with a table of it as a file."""
    frame = frame_of(request)
    text = render_text(frame, view)
    wanted = wanted_table(request)
    if wanted is None or frame.principal is None:
        return HTMLResponse(text, status, headers={"Vary": "Cookie, HX-Request"})
    detail = {"what": request.url.path, "format": wanted.file_format.value, **request.query_params}
    with services_of(request).database.writing() as session:
        note(session, "page.export", detail=detail, **by(request, frame.principal))
    return answer_with_table(text, wanted, frame.time_zone)


def render_text(frame: Frame, view: View) -> str:
    """Return the markup of a view."""
    context = {field.name: getattr(view, field.name) for field in dataclasses.fields(view)}
    return environment().get_template(view.template).render({**_globals(frame), **context})


def translator_of(request: Request) -> Translator:
    """Return who says things in the reader's language."""
    return Translator(preferences_of(request).language)


def frame_of(request: Request) -> Frame:
    """Return the frame of the page a request asks for."""
    preferences = preferences_of(request)
    principal: Principal | None = getattr(request.state, "principal", None)
    query = f"?{request.url.query}" if request.url.query else ""
    return Frame(
        principal=principal,
        forgery_token=forgery_token(session_token(request)),
        language=preferences.language,
        theme=preferences.theme,
        path=request.url.path + query,
        is_sent=request.method == "POST",
        navigation=navigation_for(principal) if principal else (),
        time_zone=ZoneInfo(services_of(request).settings.server.time_zone),
    )


@cache
def environment() -> Environment:
    """Return the templates of all domains: a domain's lie in `templates/` of its folder."""
    folders = sorted(path for path in SERVER.glob("*/templates") if path.is_dir())
    environment = Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["figure"] = wording.figure
    environment.filters["figure_cells"] = _figure_cells
    environment.filters["clock"] = wording.clock
    environment.filters["length_of"] = _length
    environment.filters["pair"] = lambda texts: wording.Words(*texts)
    return environment


def _globals(frame: Frame) -> Mapping[str, Any]:
    translator = Translator(frame.language)
    given: dict[str, Any] = {
        "frame": frame,
        "t": translator,
        "w": translator.words,
        "show": lambda view: Markup(render_text(frame, view)),  # noqa: S704 - escaped by its own template
        "static": statics.address,
        "moment": lambda at, to_the_second=False: _moment(at, frame.time_zone, to_the_second=to_the_second),
        "forgery": lambda: Markup('<input type="hidden" name="forgery_token" value="{}">').format(frame.forgery_token),
        "is_current": lambda entry: is_current(entry, frame.path.partition("?")[0]),
        "severities": wording.SEVERITIES,
        "speakers": wording.SPEAKERS,
        "languages": tuple(Language),
        "themes": tuple(Theme),
    }
    assert tuple(given) == GLOBALS  # noqa: S101 - the documented list
    return given


def _length(seconds: float) -> str:
    """Return a length as `m:ss`, or `h:mm:ss`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def _figure_cells(values: Iterable[float | None]) -> Markup:
    """Return the cells of a row of figures. A macro a cell took most of the time of a page with hundreds of rows."""
    shown = ("–" if one is None else f'<data value="{one}">{wording.figure(one)}</data>' for one in values)
    return Markup("".join(f'<td class="figure">{one}</td>' for one in shown))  # noqa: S704 - numbers only


def _moment(at: datetime, zone: ZoneInfo, *, to_the_second: bool = False) -> Markup:
    """Return a time element: to the minute in the site's zone, exact for machines."""
    shown = at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S" if to_the_second else "%Y-%m-%d %H:%M")
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(timespec="seconds"), shown)
