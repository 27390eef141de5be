"""`/api/v1/contacts`: the phone book; its search is what the desk's transfer looks up as one types."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, File, Path, Query, UploadFile
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request

from callcoach.principal import Principal
from callcoach.rights import Permission
from callcoach.server.contacts.importing import contact_importer
from callcoach.server.imports.importing import ImportedView, import_rows
from callcoach.server.principal import by, require
from callcoach.server.services import WithServices
from callcoach.store.audit import note
from callcoach.store.call_lists import MAX_KEY
from callcoach.store.contacts import (
    ContactFields,
    add_contact,
    change_contact,
    get_contact,
    remove_contact,
    search_contacts,
)

router = APIRouter(prefix="/contacts", tags=["contacts"])

Reader = Annotated[Principal, Depends(require(Permission.CONTACTS_SEE))]
Keeper = Annotated[Principal, Depends(require(Permission.CONTACTS_KEEP))]
Key = Annotated[int, Path(ge=0, le=MAX_KEY)]


class ContactView(BaseModel):
    """An entry of the phone book."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    number: str
    name: str
    department: str
    notes: str


class ContactBody(BaseModel):
    """What an entry says."""

    model_config = ConfigDict(extra="forbid")

    number: str = Field(min_length=1, max_length=64)
    name: str = Field(min_length=1, max_length=120)
    department: str = Field(default="", max_length=120)
    notes: str = Field(default="", max_length=2000)

    def fields(self) -> ContactFields:
        """Return what the store takes."""
        return ContactFields(self.number, self.name, self.department, self.notes)


@router.get("")
def get_contacts(
    _: Reader,
    services: WithServices,
    q: Annotated[str, Query(max_length=120, description="Name, pinyin, initials, department or number.")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 20,
) -> list[ContactView]:
    """Find entries, the best first."""
    with services.database.reading() as session:
        return [ContactView.model_validate(one) for one in search_contacts(session, q, limit)]


@router.post("", status_code=201)
def post_contact(body: ContactBody, request: Request, principal: Keeper, services: WithServices) -> ContactView:
    """Add an entry."""
    with services.database.writing() as session:
        contact = add_contact(session, body.fields())
        about = ("contact", str(contact.id))
        note(session, "contacts.add", about=about, detail={"name": contact.name}, **by(request, principal))
    return ContactView.model_validate(contact)


@router.post("/import")
def post_import(
    *,
    request: Request,
    principal: Keeper,
    services: WithServices,
    file: Annotated[UploadFile, File(description="CSV or XLSX; the first row names the columns.")],
    dry_run: Annotated[bool, Query(description="Only tell what would come.")] = False,
) -> ImportedView:
    """Bring entries in; one of the same number is replaced."""
    return import_rows(services, request, principal, contact_importer(services, ""), file, dry_run=dry_run)


@router.put("/{contact_id}")
def put_contact(
    contact_id: Key, body: ContactBody, request: Request, principal: Keeper, services: WithServices
) -> ContactView:
    """Change an entry."""
    with services.database.writing() as session:
        contact = change_contact(session, contact_id, body.fields())
        about = ("contact", str(contact_id))
        note(session, "contacts.change", about=about, detail={"name": contact.name}, **by(request, principal))
    return ContactView.model_validate(contact)


@router.delete("/{contact_id}", status_code=204)
def delete_contact(contact_id: Key, request: Request, principal: Keeper, services: WithServices) -> None:
    """Take an entry out."""
    with services.database.writing() as session:
        name = get_contact(session, contact_id).name
        remove_contact(session, contact_id)
        about = ("contact", str(contact_id))
        note(session, "contacts.remove", about=about, detail={"name": name}, **by(request, principal))
