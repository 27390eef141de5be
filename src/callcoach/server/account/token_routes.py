"""`/api/v1/tokens`: one's own API tokens. A token makes none that may do more than itself, or lasts longer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.requests import Request

from callcoach.errors import AccessError
from callcoach.principal import Principal, Scope
from callcoach.rights import Permission
from callcoach.server.account.lifetimes import LIFETIMES_DAYS, useful_scopes
from callcoach.server.pages.places import KeyInPath
from callcoach.server.principal import by, require
from callcoach.server.services import WithServices
from callcoach.store.audit import note
from callcoach.store.model import ApiToken
from callcoach.store.tokens import list_tokens, make_token, revoke_token, token_by_id, token_made

router = APIRouter(prefix="/tokens", tags=["tokens"])

Owner = Annotated[Principal, Depends(require(Permission.TOKENS))]


class TokenBody(BaseModel):
    """A token to be made."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=len(Scope))]
    days: Annotated[int, Field(ge=1, le=max(LIFETIMES_DAYS), description="How long it is valid.")] = LIFETIMES_DAYS[0]


class TokenView(BaseModel):
    """A token without its secret. Times are UTC."""

    id: int
    name: str
    scopes: list[Scope]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class NewTokenView(TokenView):
    """A token just made; `token` cannot be read again."""

    token: str


@router.get("")
def get_tokens(principal: Owner, services: WithServices) -> list[TokenView]:
    """List one's own tokens, oldest first."""
    with services.database.reading() as session:
        return [TokenView.model_validate(_plain(token)) for token in list_tokens(session, principal.person_id)]


@router.post("", status_code=201)
def post_token(body: TokenBody, request: Request, principal: Owner, services: WithServices) -> NewTokenView:
    """Make a token."""
    admitted = useful_scopes(principal)
    beyond = sorted(set(body.scopes) - admitted)
    if beyond:
        raise AccessError(f"You have not {', '.join(beyond)} to give; expected some of {', '.join(sorted(admitted))}.")
    expires_at = services.now() + timedelta(days=body.days)
    with services.database.writing() as session:
        if principal.token_id is not None:
            own = token_by_id(session, principal.person_id, principal.token_id).expires_at
            expires_at = min(expires_at, own or expires_at)
        secret = make_token(session, principal.person_id, body.name, body.scopes, expires_at)
        made = token_made(session, secret)
        detail = {"name": body.name, "scopes": sorted(made.scopes), "by_token": principal.token_id}
        note(session, "token.make", detail=detail, **by(request, principal))
    return NewTokenView.model_validate({**_plain(made), "token": secret})


@router.delete("/{token_id}", status_code=204)
def delete_token(token_id: KeyInPath, request: Request, principal: Owner, services: WithServices) -> None:
    """Revoke one of one's own tokens."""
    with services.database.writing() as session:
        revoke_token(session, principal.person_id, token_id)
        note(session, "token.revoke", detail={"token": token_id}, **by(request, principal))


def _plain(token: ApiToken) -> dict[str, object]:
    return {
        "id": token.id,
        "name": token.name,
        "scopes": sorted(token.scopes),
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "revoked_at": token.revoked_at,
    }
