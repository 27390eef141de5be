"""From the settings to the plain values that the SIP library needs."""

from __future__ import annotations

import platform
import ssl
import uuid
from dataclasses import dataclass
from pathlib import Path

from callcoach import __version__
from callcoach.errors import ConfigError
from callcoach.settings import SipSettings
from callcoach.sip.addresses import quote_name, split_host

RTP_PORTS_PER_CALL = 2
RTP_PORT_RANGE = 64
"""RTP ports looked through from `sip.rtp_port` on: enough for 4 calls beside their neighbours."""


@dataclass(frozen=True, slots=True)
class AccountPlan:
    """Everything the library is told, in its own terms."""

    id_uri: str
    registrar_uri: str
    domain: str
    auth_user: str
    password: str
    transport: str
    local_host: str
    local_port: int
    rtp_port: int
    rtp_port_range: int
    tls_verify: bool
    tls_ca_file: str
    srtp: str
    expires_s: int
    retry_s: int
    codecs: tuple[str, ...]
    clock_rate_hz: int
    instance_id: str
    user_agent: str

    def __repr__(self) -> str:
        """Keep the password out of logs and tracebacks."""
        return f"AccountPlan({self.id_uri}, {self.transport}, registrar {self.registrar_uri or 'none'})"


def plan_account(settings: SipSettings) -> AccountPlan:
    """Work out the plan.

    Raises:
        ConfigError: a registrar without a user, or TLS with checking but without certificates.
    """
    if settings.registrar and not settings.user:
        raise ConfigError(
            "sip.registrar is set but sip.user is empty. Set the agent's extension in sip.user.",
            "设置了 sip.registrar，但 sip.user 是空的。请在 sip.user 填写坐席分机。",
        )
    host = split_host(settings.registrar)
    domain = settings.domain or host
    user = settings.user or "agent"
    id_host = domain or settings.local_host or "localhost"
    suffix = "" if settings.transport == "udp" else f";transport={settings.transport}"
    uri = f"<sip:{user}@{id_host}>"
    return AccountPlan(
        id_uri=f"{quote_name(settings.display_name)} {uri}".strip(),
        registrar_uri=f"sip:{settings.registrar}{suffix}" if settings.registrar else "",
        domain=domain,
        auth_user=settings.auth_user or user,
        password=settings.password.get_secret_value(),
        transport=settings.transport,
        local_host=settings.local_host,
        local_port=settings.local_port,
        rtp_port=settings.rtp_port,
        rtp_port_range=RTP_PORT_RANGE if settings.rtp_port else 0,
        tls_verify=settings.tls_verify,
        tls_ca_file=_ca_file(settings),
        srtp=settings.srtp,
        expires_s=settings.expires_s,
        retry_s=settings.retry_s,
        codecs=settings.codecs,
        clock_rate_hz=settings.clock_rate_hz,
        instance_id=instance_id(user, domain),
        user_agent=f"CallCoach/{__version__}",
    )


def instance_id(user: str, domain: str) -> str:
    """Return the phone's identity for SIP Outbound (RFC 5626 section 4.1).

    The same after every restart, another for each agent and each computer: the library's own
    default is the same for every phone on a machine, and a registrar then mixes them up.
    """
    return f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'sip:{user}@{domain}#{platform.node()}')}>"


def _ca_file(settings: SipSettings) -> str:
    if settings.transport != "tls":
        return ""
    chosen = settings.tls_ca_file or ssl.get_default_verify_paths().cafile
    if chosen and Path(chosen).is_file():
        return str(chosen)
    if settings.tls_verify:
        raise ConfigError(
            f"sip.transport is tls and sip.tls_verify is on, but there are no CA certificates at {chosen}. "
            "Name the file with the PBX's CA certificate in sip.tls_ca_file.",
            f"sip.transport 为 tls 且 sip.tls_verify 开启，但 {chosen} 没有 CA 证书。"
            "请在 sip.tls_ca_file 填写 PBX 的 CA 证书文件。",
        )
    return ""
