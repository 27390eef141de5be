"""The page of softphones, for administrators: SIP accounts, and how the softphones that the server runs stand."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form
from pydantic import BaseModel, StringConstraints
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from callcoach.errors import ConflictError, InputError
from callcoach.principal import Principal
from callcoach.rights import Permission
from callcoach.server.pages.places import KeyInPath
from callcoach.server.pages.preferences import said_to
from callcoach.server.pages.rendering import render
from callcoach.server.phones.contexts import AccountFields, PhoneLineOfList, PhonePage, PhonesPage
from callcoach.server.principal import by, require
from callcoach.server.services import Services, WithServices
from callcoach.store.audit import note
from callcoach.store.model import Person
from callcoach.store.people import list_people, person_by_id
from callcoach.store.sealing import server_seal
from callcoach.store.sip_accounts import (
    SipAccount,
    SipAccountChange,
    find_account,
    list_accounts,
    put_account,
    remove_account,
)

router = APIRouter(include_in_schema=False)

Keeper = Annotated[Principal, Depends(require(Permission.PEOPLE))]
Word = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)]


class AccountForm(BaseModel):
    """What the form sends. A box that is not ticked is not sent."""

    extension: Word = ""
    password: Annotated[str, StringConstraints(max_length=200)] = ""
    auth_user: Word = ""
    registrar: Annotated[str, StringConstraints(strip_whitespace=True, max_length=250)] = ""
    display_name: Word = ""
    starts: bool = False

    def as_change(self) -> SipAccountChange:
        """Return what the account is to be."""
        return SipAccountChange(**self.model_dump())

    def fields(self) -> AccountFields:
        """Return the form as it was filled in, but for the password."""
        return AccountFields(self.extension, self.auth_user, self.registrar, self.display_name, self.starts)


@router.get("/phones")
def get_phones(request: Request, _: Keeper, services: WithServices) -> Response:
    """Show everybody's softphone."""
    with services.database.reading() as session:
        people = [person for person in list_people(session) if person.active]
        accounts = {account.person_id: account for account in list_accounts(session)}
    phones = tuple(_phone(services, person, accounts.get(person.id)) for person in people)
    return render(request, PhonesPage(phones, services.phone_keeper.is_on))


@router.get("/phones/{person_id}")
def get_phone(
    person_id: KeyInPath, request: Request, _: Keeper, services: WithServices, *, saved: bool = False
) -> Response:
    """Show one person's account and softphone."""
    return render(request, _page(services, person_id, saved=saved))


@router.post("/phones/{person_id}")
def post_account(
    person_id: KeyInPath,
    form: Annotated[AccountForm, Form()],
    request: Request,
    principal: Keeper,
    services: WithServices,
) -> Response:
    """Change the account; the softphone is started anew with it."""
    seal = server_seal(services.settings.data_dir)
    try:
        with services.database.writing() as session:
            account = put_account(session, person_id, form.as_change(), seal, now=services.now())
            detail = {"extension": account.extension, "starts": account.starts, "password": bool(form.password)}
            note(session, "sip_account.put", about=("person", str(person_id)), detail=detail, **by(request, principal))
    except (InputError, ConflictError) as error:
        return render(request, _page(services, person_id, form.fields(), said_to(request, error)), 422)
    services.phone_keeper.look_again()
    return RedirectResponse(f"/phones/{person_id}?saved=true", 303)


@router.post("/phones/{person_id}/remove")
def post_remove(person_id: KeyInPath, request: Request, principal: Keeper, services: WithServices) -> Response:
    """Take the account away; its softphone ends."""
    with services.database.writing() as session:
        person_by_id(session, person_id)
        remove_account(session, person_id)
        note(session, "sip_account.remove", about=("person", str(person_id)), **by(request, principal))
    services.phone_keeper.look_again()
    return RedirectResponse("/phones", 303)


@router.post("/phones/{person_id}/restart")
def post_restart(person_id: KeyInPath, request: Request, principal: Keeper, services: WithServices) -> Response:
    """End the softphone and start it anew."""
    with services.database.writing() as session:
        person_by_id(session, person_id)
        note(session, "softphone.restart", about=("person", str(person_id)), **by(request, principal))
    services.phone_keeper.restart(person_id)
    return RedirectResponse(f"/phones/{person_id}", 303)


def _page(
    services: Services,
    person_id: int,
    fields: AccountFields | None = None,
    problem: str = "",
    *,
    saved: bool = False,
) -> PhonePage:
    with services.database.reading() as session:
        person, account = person_by_id(session, person_id), find_account(session, person_id)
    held = AccountFields()
    if account is not None:
        held = AccountFields(
            account.extension, account.auth_user, account.registrar, account.display_name, account.starts
        )
    phone = _phone(services, person, account)
    registrar = services.settings.sip.registrar
    return PhonePage(phone, fields or held, services.phone_keeper.is_on, registrar or "—", problem, saved)


def _phone(services: Services, person: Person, account: SipAccount | None) -> PhoneLineOfList:
    keeper, connected = services.phone_keeper, services.exchange.find(person.id)
    standing = connected.standing if connected else None
    return PhoneLineOfList(person, account, keeper.told().get(person.id), standing, keeper.trouble(person.id))
