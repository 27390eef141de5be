"""The pages of the phone book."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from callcoach.errors import CallCoachError
from callcoach.principal import Principal
from callcoach.rights import Permission, may
from callcoach.server.contacts.contexts import ContactPage, ContactRows, ContactsPage
from callcoach.server.contacts.importing import COLUMNS, contact_importer
from callcoach.server.exports.answer import FileFormat, download
from callcoach.server.exports.tables import Cell, Table
from callcoach.server.imports.pages import add_import_pages
from callcoach.server.pages.places import KeyInPath
from callcoach.server.pages.preferences import said_to
from callcoach.server.pages.rendering import render, translator_of
from callcoach.server.principal import by, require
from callcoach.server.services import Services, WithServices
from callcoach.store.audit import note
from callcoach.store.contacts import (
    ContactFields,
    add_contact,
    change_contact,
    get_contact,
    list_contacts,
    remove_contact,
)

router = APIRouter(include_in_schema=False)

Reader = Annotated[Principal, Depends(require(Permission.CONTACTS_SEE))]
Keeper = Annotated[Principal, Depends(require(Permission.CONTACTS_KEEP))]
Text = Annotated[str, Query(max_length=120)]
Count = Annotated[str, Query(max_length=12)]
EXPORTED_AT_ONCE = 1000


def _contact_form(
    number: Annotated[str, Form(max_length=64)] = "",
    name: Annotated[str, Form(max_length=120)] = "",
    department: Annotated[str, Form(max_length=120)] = "",
    notes: Annotated[str, Form(max_length=2000)] = "",
) -> ContactFields:
    return ContactFields(number, name, department, notes)


WithContactForm = Annotated[ContactFields, Depends(_contact_form)]


@router.get("/contacts")
def get_contacts(
    *,
    request: Request,
    principal: Reader,
    services: WithServices,
    text: Text = "",
    after: Text = "",
    added: Count = "",
    changed: Count = "",
) -> Response:
    """Show the phone book; htmx gets its rows alone."""
    with services.database.reading() as session:
        found = list_contacts(session, text, after)
    may_keep = may(principal, Permission.CONTACTS_KEEP)
    following = f"/contacts?{urlencode({'text': text, 'after': found.next_cursor})}" if found.next_cursor else ""
    rows = ContactRows(found.contacts, following, text, may_keep)
    if request.headers.get("HX-Target") == "contacts":
        return render(request, rows)
    told = (added, changed) if added.isdecimal() and changed.isdecimal() else None
    return render(request, ContactsPage(rows, text, may_keep, told))


@router.get("/contacts/export")
def get_export(
    request: Request,
    principal: Keeper,
    services: WithServices,
    file_format: Annotated[FileFormat, Query(alias="format")] = FileFormat.XLSX,
) -> Response:
    """Give the whole phone book as a file that can be brought in again."""
    with services.database.writing() as session:
        note(session, "contacts.export", detail={"format": file_format.value}, **by(request, principal))
    name = translator_of(request)("contacts.title")
    headings = tuple(column.names[0] for column in COLUMNS)
    return download(Table(name, headings, _rows(services), ZoneInfo("UTC")), file_format)


add_import_pages(router, "/contacts/import", Permission.CONTACTS_KEEP, contact_importer, "contacts.bring")


@router.get("/contacts/new")
def get_new_contact(request: Request, _: Keeper) -> Response:
    """Show the form of a new entry."""
    return render(request, ContactPage(None, ContactFields("", ""), ""))


@router.post("/contacts")
def post_contact(fields: WithContactForm, request: Request, principal: Keeper, services: WithServices) -> Response:
    """Add an entry."""
    try:
        with services.database.writing() as session:
            contact = add_contact(session, fields)
            about = ("contact", str(contact.id))
            note(session, "contacts.add", about=about, detail={"name": contact.name}, **by(request, principal))
    except CallCoachError as error:
        return render(request, ContactPage(None, fields, said_to(request, error)), 422)
    return RedirectResponse("/contacts", 303)


@router.get("/contacts/{contact_id}")
def get_one_contact(contact_id: KeyInPath, request: Request, _: Keeper, services: WithServices) -> Response:
    """Show one entry to be changed."""
    with services.database.reading() as session:
        contact = get_contact(session, contact_id)
    fields = ContactFields(contact.number, contact.name, contact.department, contact.notes)
    return render(request, ContactPage(contact, fields, ""))


@router.post("/contacts/{contact_id}")
def post_change(
    contact_id: KeyInPath, fields: WithContactForm, request: Request, principal: Keeper, services: WithServices
) -> Response:
    """Change an entry."""
    with services.database.reading() as session:
        contact = get_contact(session, contact_id)
    try:
        with services.database.writing() as session:
            change_contact(session, contact_id, fields)
            about = ("contact", str(contact_id))
            note(session, "contacts.change", about=about, detail={"name": fields.name}, **by(request, principal))
    except CallCoachError as error:
        return render(request, ContactPage(contact, fields, said_to(request, error)), 422)
    return RedirectResponse("/contacts", 303)


@router.post("/contacts/{contact_id}/remove")
def post_removal(contact_id: KeyInPath, request: Request, principal: Keeper, services: WithServices) -> Response:
    """Take an entry out."""
    with services.database.writing() as session:
        contact = get_contact(session, contact_id)
        remove_contact(session, contact_id)
        about = ("contact", str(contact_id))
        note(session, "contacts.remove", about=about, detail={"name": contact.name}, **by(request, principal))
    return RedirectResponse("/contacts", 303)


def _rows(services: Services) -> Iterator[tuple[Cell, ...]]:
    after = ""
    while True:
        with services.database.reading() as session:
            found = list_contacts(session, "", after, EXPORTED_AT_ONCE)
        yield from ((one.number, one.name, one.department, one.notes) for one in found.contacts)
        if not (after := found.next_cursor):
            return
