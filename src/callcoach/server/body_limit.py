"""Refuses bodies that are larger than the settings admit, before they fill the disk."""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from callcoach.errors import TooLargeError
from callcoach.server.errors import answer_error


class BodyLimit:
    """ASGI middleware; a body that nobody reads is nobody's burden and is let pass."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self.app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        size = int(announced) if announced.isdigit() else 0
        got = 0

        async def counted() -> Message:
            nonlocal got
            message = await receive()
            got += len(message.get("body", b""))
            if max(size, got) > self._max_bytes:
                raise self._too_large(max(size, got))
            return message

        async def unless_too_large(message: Message) -> None:
            # What parses the body turns any error into an answer of its own; that one is not sent.
            if max(size, got) <= self._max_bytes or not got:
                await send(message)

        await self.app(scope, counted, unless_too_large)
        if got and max(size, got) > self._max_bytes:
            answer = answer_error(Request(scope), self._too_large(max(size, got)))
            await answer(scope, receive, send)

    def _too_large(self, size: int) -> TooLargeError:
        limit_mb = self._max_bytes / 1e6
        return TooLargeError(
            f"The upload has {size / 1e6:.1f} MB or more, expected at most {limit_mb:.0f} MB. "
            "Raise the setting server.max_upload_mb, or send it as a compressed file.",
            f"上传的内容有 {size / 1e6:.1f} MB 或更多，最多 {limit_mb:.0f} MB。"
            "请调高设置 server.max_upload_mb，或先压缩。",
        )
