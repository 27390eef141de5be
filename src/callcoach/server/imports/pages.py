"""The two routes by which a list's page brings rows in, the same for every list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from callcoach.principal import Principal
from callcoach.rights import Permission
from callcoach.server.imports.importing import Importer, import_form, import_step
from callcoach.server.pages.rendering import translator_of
from callcoach.server.principal import require
from callcoach.server.services import Services, WithServices

MakeImporter = Callable[[Services, str], Importer[Any]]
"""Gives the importer that has this title."""


def add_import_pages(router: APIRouter, path: str, permission: Permission, make: MakeImporter, title: str) -> None:
    """Add the form at `path` and what it sends; `title` is the key of a text."""
    keeper = Depends(require(permission))

    @router.get(path)
    def get_import(request: Request, services: WithServices, _: Principal = keeper) -> Response:
        """Show the form that takes a file."""
        return import_form(request, services, make(services, translator_of(request)(title)))

    @router.post(path)
    def post_import(
        *,
        request: Request,
        services: WithServices,
        principal: Principal = keeper,
        file: Annotated[UploadFile | None, File()] = None,
        token: Annotated[str, Form(max_length=80)] = "",
    ) -> Response:
        """Show what a file would bring, or bring it in."""
        importer = make(services, translator_of(request)(title))
        return import_step(request, services, principal, importer, file=file, token=token)
