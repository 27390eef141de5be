"""The API's description of itself: FastAPI's, with what every operation answers when it refuses.

`errors.py` answers whatever goes wrong in one form; here that form is told at each operation, so that programs made
from the description know it.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, Field

PROBLEM_TYPE = "application/problem+json"
_METHODS = frozenset({"get", "put", "post", "delete", "patch"})
_UNUSED = ("HTTPValidationError", "ValidationError")
"""FastAPI's own forms of refusal, which are never sent."""


class Problem(BaseModel):
    """Why a request was refused, or could not be answered (RFC 9457)."""

    type: str = Field(description="Always `about:blank`: the status says which kind.")
    title: str = Field(description="The kind of error, in English.")
    title_zh: str = Field(description="The kind of error, in Chinese.")
    status: int = Field(description="The answer's status.")
    detail: str = Field(description="What was found, what was expected, and what to do, in English.")
    detail_zh: str = Field("", description="The same in Chinese; absent where there is no more to say than the title.")


def describe(app: FastAPI) -> None:
    """Make the application describe its refusals too."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(title=app.title, version=app.version, routes=app.routes)
            app.openapi_schema = with_problems(made)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def with_problems(description: dict[str, Any]) -> dict[str, Any]:
    """Return a description in which each refusal of each operation is a `Problem`."""
    content = {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for on_path in description["paths"].values():
        for method in _METHODS & on_path.keys():
            answers = on_path[method]["responses"]
            answers.pop("422", None)
            for status, answer in answers.items():
                if status.startswith("4"):
                    answer["content"] = content
            answers["4XX"] = {"description": "The request is refused; `detail` says why.", "content": content}
            answers["503"] = {"description": "The database is busy; ask again.", "content": content}
    schemas: dict[str, Any] = description["components"]["schemas"]
    for name in _UNUSED:
        schemas.pop(name, None)
    schemas["Problem"] = Problem.model_json_schema()
    return description
