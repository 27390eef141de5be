"""Bringing rows in, the same way for every list: a form, a look at what would come, the word to keep it; the API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from pydantic import BaseModel
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from callcoach.errors import CallCoachError, InputError
from callcoach.principal import Principal
from callcoach.server.imports.columns import Column, Reading, understand
from callcoach.server.imports.contexts import ImportPage, PreviewPage
from callcoach.server.imports.sheets import read_sheet
from callcoach.server.imports.staging import discard, sent_bytes, stage, staged
from callcoach.server.pages.preferences import said_to
from callcoach.server.pages.rendering import render
from callcoach.server.principal import Doer, by
from callcoach.server.services import Services

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class Importer(Generic[Record]):
    """What is brought in, and into what."""

    title: str
    back: str
    columns: tuple[Column, ...]
    make: Callable[[Mapping[str, Any]], Record]
    """Gives the record of a line's values; raises CellError."""
    count: Callable[[tuple[Record, ...]], tuple[int, int]]
    """Tells how many records are new and how many are known."""
    put: Callable[[tuple[Record, ...], Doer], tuple[int, int]]
    """Keeps the records and notes it; tells how many were added and how many changed."""


class FaultView(BaseModel):
    """What is wrong with a line; `line` counts from 1, headings included."""

    line: int
    column: str
    cell: str
    fault: str
    fault_zh: str


class ImportedView(BaseModel):
    """What was brought in; on a dry run what would be."""

    dry_run: bool
    added: int
    changed: int
    faults: list[FaultView]
    unused_columns: list[str]


def read(services: Services, importer: Importer[Record], data: bytes) -> Reading[Record]:
    """Return a file as it is understood.

    Raises:
        InputError, TooLargeError: nothing of it can be.
    """
    sheet = read_sheet(data, services.settings.customers.import_max_rows)
    return understand(sheet, importer.columns, importer.make)


def import_form(request: Request, services: Services, importer: Importer[Any], problem: str = "") -> Response:
    """Show the form that takes a file."""
    limits = services.settings.customers
    page = ImportPage(
        importer.title,
        importer.back,
        request.url.path,
        importer.columns,
        limits.import_max_mb,
        limits.import_max_rows,
        problem,
    )
    return render(request, page, 422 if problem else 200)


def import_step(
    request: Request,
    services: Services,
    principal: Principal,
    importer: Importer[Any],
    *,
    file: UploadFile | None,
    token: str,
) -> Response:
    """Show what a file would bring; with the token of one that was shown, keep it and go back to the list."""
    try:
        if token:
            return _keep(request, services, principal, importer, token)
        if file is None:
            raise InputError("Choose a CSV or XLSX file.", "请选择 CSV 或 XLSX 文件。")
        return _preview(request, services, principal, importer, sent_bytes(services, file))
    except CallCoachError as error:
        return import_form(request, services, importer, said_to(request, error))


def import_rows(
    services: Services,
    request: Request,
    principal: Principal,
    importer: Importer[Any],
    file: UploadFile,
    *,
    dry_run: bool,
) -> ImportedView:
    """Bring the rows of a file in that are without fault; on a dry run only tell."""
    reading = read(services, importer, sent_bytes(services, file))
    done = importer.count(reading.records) if dry_run else importer.put(reading.records, by(request, principal))
    return ImportedView(
        dry_run=dry_run,
        added=done[0],
        changed=done[1],
        faults=[
            FaultView(line=one.line, column=one.column, cell=one.cell, fault=one.words.en, fault_zh=one.words.zh)
            for one in reading.faults
        ],
        unused_columns=list(reading.unused),
    )


def _preview(
    request: Request, services: Services, principal: Principal, importer: Importer[Any], data: bytes
) -> Response:
    reading = read(services, importer, data)
    added, replaced = importer.count(reading.records)
    page = PreviewPage(
        title=importer.title,
        back=importer.back,
        action=request.url.path,
        token=stage(services, principal.person_id, data) if reading.records else "",
        added=added,
        replaced=replaced,
        headings=reading.headings,
        unused=reading.unused,
        sample=reading.sample,
        faults=reading.faults,
    )
    return render(request, page)


def _keep(request: Request, services: Services, principal: Principal, importer: Importer[Any], token: str) -> Response:
    reading = read(services, importer, staged(services, principal.person_id, token))
    added, changed = importer.put(reading.records, by(request, principal))
    discard(services, token)
    return RedirectResponse(f"{importer.back}?{urlencode({'added': added, 'changed': changed})}", 303)
