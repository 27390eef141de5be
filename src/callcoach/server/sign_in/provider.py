"""Talks to the OpenID Connect provider of the settings (authorization code flow with PKCE; OpenID Connect Core 1.0).

Gives the address to send a browser to, and later, for what the browser brings back, who it is. Authlib checks the
signature, issuer, audience, times and nonce of the ID token. Never decides which person of ours that is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.base_client.sync_app import OAuth2Mixin
from authlib.integrations.base_client.sync_openid import OpenIDMixin
from authlib.integrations.requests_client import OAuth2Session
from joserfc.errors import JoseError

from callcoach.errors import ProviderError
from callcoach.settings import OidcSettings

TIMEOUT_S = 10
"""How long the provider may take for one answer, in seconds: a person waits meanwhile."""
SIGNATURES = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"}
)
"""Algorithms by public keys; `none` and those by a shared secret are never taken, whatever the provider offers."""


@dataclass(frozen=True, slots=True)
class Departure:
    """What must be remembered while a browser is at the provider."""

    url: str
    """Where the browser goes."""
    state: str
    nonce: str
    code_verifier: str


@dataclass(frozen=True, slots=True)
class Claims:
    """Who the provider says it is."""

    issuer: str
    subject: str
    email: str
    """Empty where the provider tells none, or none it has checked."""


class _Client(OAuth2Mixin, OpenIDMixin):
    client_cls = OAuth2Session


def depart(settings: OidcSettings, redirect_uri: str) -> Departure:
    """Begin a sign-in at the provider.

    Raises:
        ProviderError: the provider does not answer, or is not the issuer of the settings.
    """
    try:
        begun = _client(settings).create_authorization_url(redirect_uri)
    except (AuthlibBaseError, requests.RequestException, RuntimeError, ValueError) as error:
        raise _failed(settings, error) from error
    return Departure(begun["url"], begun["state"], begun["nonce"], begun["code_verifier"])


def arrive(settings: OidcSettings, redirect_uri: str, code: str, departure: Departure) -> Claims:
    """Take the code that a browser brought back, and return who it is.

    Raises:
        ProviderError: the provider does not take the code, or its ID token cannot be trusted.
    """
    try:
        client = _client(settings)
        token = client.fetch_access_token(redirect_uri, code=code, code_verifier=departure.code_verifier)
        claims = client.parse_id_token(token, nonce=departure.nonce)
    except (AuthlibBaseError, JoseError, requests.RequestException, RuntimeError, ValueError) as error:
        raise _failed(settings, error) from error
    if claims is None:
        raise _failed(settings, ValueError("it gave no ID token"))
    return _checked_email(settings, dict(claims))


def _client(settings: OidcSettings) -> _Client:
    address = settings.issuer.rstrip("/") + "/.well-known/openid-configuration"
    client = _Client(
        None,
        client_id=settings.client_id,
        client_secret=settings.client_secret.get_secret_value(),
        server_metadata_url=address,
        client_kwargs={
            "scope": "openid email profile",
            "code_challenge_method": "S256",
            "default_timeout": TIMEOUT_S,
        },
    )
    metadata = client.load_server_metadata()
    if metadata.get("issuer", "").rstrip("/") != settings.issuer.rstrip("/"):
        raise ValueError(f"it calls itself {metadata.get('issuer')!r}")
    offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
    metadata["id_token_signing_alg_values_supported"] = [name for name in offered if name in SIGNATURES]
    return client


def _checked_email(settings: OidcSettings, claims: dict[str, Any]) -> Claims:
    checked = claims.get("email_verified") is True or settings.trust_email
    return Claims(str(claims["iss"]), str(claims["sub"]), str(claims.get("email") or "") if checked else "")


def _failed(settings: OidcSettings, error: Exception) -> ProviderError:
    return ProviderError(
        f"Signing in at {settings.issuer} failed: {error}. Check the settings oidc.issuer, oidc.client_id and "
        "oidc.client_secret, and that the provider knows the redirect address."
    )
