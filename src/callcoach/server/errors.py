"""Errors as answers: JSON problems (RFC 9457) for programs, a page for browsers. What is not ours tells no details."""

from __future__ import annotations

import contextlib
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from jinja2 import Environment, FileSystemLoader
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.websockets import WebSocket

from callcoach import errors
from callcoach.errors import CallCoachError
from callcoach.reports.wording import Words
from callcoach.server.faults import told
from callcoach.server.pages import statics
from callcoach.server.pages.messages import TAGS, Language
from callcoach.server.pages.preferences import preferences_of
from callcoach.server.principal import BY_THEMSELVES

logger = logging.getLogger(__name__)

API_PREFIX = "/api/"
REFUSED, FAILED = 4003, 1011
"""Close codes of WebSockets: this may not be done; the server failed (RFC 6455 section 7.4)."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How an error is answered."""

    status: int
    zh: str
    en: str


KINDS: dict[type[CallCoachError], Kind] = {
    errors.TooManyAttemptsError: Kind(429, "尝试过多", "Too many attempts"),
    errors.SignInError: Kind(401, "请先登录", "Sign in first"),
    errors.ForgeryError: Kind(403, "页面已失效", "The page is out of date"),
    errors.ProviderError: Kind(502, "企业账号登录失败", "The sign-in provider failed"),
    errors.AccessError: Kind(403, "没有权限", "Not allowed"),
    errors.NotFoundError: Kind(404, "没有找到", "Not found"),
    errors.ConflictError: Kind(409, "与现状冲突", "Conflict"),
    errors.TooLargeError: Kind(413, "内容过大", "Too large"),
    errors.InputError: Kind(422, "内容有误", "Cannot be taken"),
    errors.LineError: Kind(409, "电话没有连上", "The phone is not reachable"),
    errors.StoreBusyError: Kind(503, "数据库繁忙", "The database is busy"),
    CallCoachError: Kind(500, "出错了", "Failed"),
}
"""The first class an error is of decides."""
_OTHER = {
    404: Kind(404, "没有这个地址", "No such address"),
    405: Kind(405, "不支持的方法", "Method not allowed"),
}
_HTTP_ZH = {404: "请检查地址。", 405: "这个地址不接受这种请求。"}
_FAULT = Kind(500, "服务器内部错误", "Fault in the server")
_ENVIRONMENT = Environment(loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True)


def add_error_handlers(app: FastAPI) -> None:
    """Make the application answer every error in words."""
    app.add_exception_handler(CallCoachError, _ours)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _fault)


def kind_of(error: CallCoachError) -> Kind:
    """Return how an error is answered."""
    return next(kind for known, kind in KINDS.items() if isinstance(error, known))


def answer_error(request: Request, error: CallCoachError) -> Response:
    """Return the answer to an error of ours."""
    kind = kind_of(error)
    if kind.status >= 500:
        logger.error("%s %s: %s", request.method, request.url.path, error)
    return _answer(request, kind, Words(error.zh, str(error)))


async def _ours(request: HTTPConnection, error: Exception) -> Any:
    assert isinstance(error, CallCoachError)  # noqa: S101 - registered for this class only
    if isinstance(request, WebSocket):
        logger.warning("WEBSOCKET %s: %s", request.url.path, error)
        with contextlib.suppress(RuntimeError):  # it is closed already
            await request.close(REFUSED if kind_of(error).status < 500 else FAILED, str(error)[:120])
        return None
    assert isinstance(request, Request)  # noqa: S101 - there is no third kind
    return answer_error(request, error)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    kind = _OTHER.get(error.status_code) or Kind(error.status_code, "请求失败", "Request failed")
    detail = Words(_HTTP_ZH.get(error.status_code, ""), str(error.detail))
    return _answer(request, kind, detail, dict(error.headers or {}))


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class only
    return _answer(request, KINDS[errors.InputError], told(error.errors()))


async def _fault(request: Request, error: Exception) -> Response:
    logger.error("%s %s", request.method, request.url.path, exc_info=error)
    detail = Words("详情在服务器日志里，请报告给管理员。", "The server's log has the details. Please report this.")
    return _answer(request, _FAULT, detail)


def _answer(request: Request, kind: Kind, detail: Words, headers: dict[str, str] | None = None) -> Response:
    headers = headers or {}
    path = request.url.path
    if kind.status == 401 and not path.startswith(API_PREFIX) and path not in BY_THEMSELVES:
        return _to_sign_in(request)
    if kind.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    wants_page = "text/html" in request.headers.get("accept", "") and not request.url.path.startswith(API_PREFIX)
    if wants_page:
        return HTMLResponse(_page(request, kind, detail), kind.status, headers)
    problem: dict[str, Any] = {
        "type": "about:blank",
        "title": kind.en,
        "title_zh": kind.zh,
        "status": kind.status,
        "detail": detail.en,
    }
    if detail.zh:
        problem["detail_zh"] = detail.zh
    return JSONResponse(problem, kind.status, headers, media_type="application/problem+json")


def _page(request: Request, kind: Kind, detail: Words) -> str:
    language = preferences_of(request).language
    chinese = language is Language.ZH
    said = detail.zh if chinese and detail.zh else detail.en
    return _ENVIRONMENT.get_template("error.html.j2").render(
        title=kind.zh if chinese else kind.en,
        detail=said,
        detail_lang=TAGS[Language.ZH if said == detail.zh else Language.EN],
        back="返回首页" if chinese else "Back to the start",
        lang=TAGS[language],
        static=statics.address,
    )


def _to_sign_in(request: Request) -> Response:
    """Lead a browser to the sign-in page and from there back; htmx is told to leave the page for it."""
    if "HX-Request" in request.headers:
        return Response(status_code=401, headers={"HX-Redirect": "/sign-in"})
    if request.method != "GET":
        return RedirectResponse("/sign-in", 303)
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse("/sign-in" + (f"?next_path={quote(wanted)}" if wanted != "/" else ""), 303)
