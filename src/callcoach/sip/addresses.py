"""SIP addresses and header fields as text: what to dial, who is calling, who may call.

Sources: RFC 3261 sections 19.1 (URIs), 20.10 and 25.1 (name-addr), 7.3.3 (compact header names).
Nothing here opens a socket except `resolve`, which asks the system's resolver.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from callcoach.errors import SipError

_NUMBER = re.compile(r"[0-9A-Za-z+*#_.\-]+")
_SIP_URI = re.compile(r"sips?:[^\s<>\"]+", re.IGNORECASE)
_QUOTED_NAME = re.compile(r'^\s*"((?:[^"\\]|\\.)*)"\s*<')
_COMPACT = {"from": "f", "to": "t", "contact": "m", "call-id": "i", "subject": "s"}


@dataclass(frozen=True, slots=True)
class Party:
    """Who is at the other end: `number` is the URI's user part, `name` the display name."""

    number: str
    name: str
    uri: str


def dial_uri(target: str, domain: str, transport: str = "") -> str:
    """Return the SIP URI for what the agent typed.

    Args:
        target: a number (`8001`), `user@host[:port]` or a whole `sip:` URI.
        domain: host of a bare number; empty when there is no PBX.
        transport: `tcp` or `tls` adds the URI parameter; empty or `udp` adds nothing.

    Raises:
        SipError: the target is empty, holds characters that no number has, or has no host.
    """
    text = re.sub(r"[\s()]", "", target)
    suffix = f";transport={transport}" if transport in {"tcp", "tls"} else ""
    if _SIP_URI.fullmatch(text):
        return text if ";transport=" in text else text + suffix
    user, _, host = text.partition("@")
    host = host or domain
    if not _NUMBER.fullmatch(user) or not re.fullmatch(r"[0-9A-Za-z.\-:\[\]]+", host or "?"):
        raise SipError(
            f"Cannot dial {target!r}: expected a number such as 8001 (needs sip.domain or sip.registrar set), "
            "user@host, or a sip: address.",
            f"无法呼叫 {target!r}：应为 8001 这样的号码（需要设置 sip.domain 或 sip.registrar）、"
            "user@host 或 sip: 地址。",
        )
    return f"sip:{user.replace('#', '%23')}@{host}{suffix}"


def parse_party(value: str) -> Party:
    """Read a From, To or P-Asserted-Identity value: `"Name" <sip:number@host>;tag=…`."""
    quoted = _QUOTED_NAME.match(value)
    bare_name = value.partition("<")[0].strip() if "<" in value else ""
    name = re.sub(r"\\(.)", r"\1", quoted.group(1)) if quoted else bare_name
    inside = re.search(r"<([^>]*)>", value)
    uri = inside.group(1) if inside else value.split(";", maxsplit=1)[0].strip()
    user = re.match(r"(?:sips?|tel):([^@;?]*)", uri, re.IGNORECASE)
    number = re.sub(r"%([0-9A-Fa-f]{2})", lambda m: chr(int(m.group(1), 16)), user.group(1)) if user else ""
    return Party(number=number, name=name, uri=uri)


def header_values(message: str, name: str) -> tuple[str, ...]:
    """Return every value of a header in a raw SIP message, unfolded, in order."""
    head = message.replace("\r\n", "\n").split("\n\n", 1)[0]
    unfolded = re.sub(r"\n[ \t]+", " ", head)
    names = {name.lower(), _COMPACT.get(name.lower(), name.lower())}
    fields = (line.partition(":") for line in unfolded.split("\n")[1:])
    return tuple(value.strip() for field, _, value in fields if field.strip().lower() in names)


def quote_name(name: str) -> str:
    """Quote a display name for a name-addr."""
    clean = re.sub(r"[\r\n]", " ", name).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{clean}"' if clean else ""


def split_host(address: str) -> str:
    """Return the host of `host`, `host:port` or `[v6]:port`."""
    if address.startswith("["):
        return address[1:].partition("]")[0]
    return address.rpartition(":")[0] if address.count(":") == 1 else address


def resolve(host: str) -> frozenset[str]:
    """Return the host's IP addresses; none when the name is unknown."""
    try:
        return frozenset(str(entry[4][0]) for entry in socket.getaddrinfo(host, None))
    except OSError:
        return frozenset()


def may_follow(uri: str, domain: str) -> bool:
    """Whether a transfer to `uri` stays at our own PBX; without a PBX any address will do.

    Someone who transfers us could otherwise make this phone call any host in the world.
    """
    host = re.search(r"sips?:(?:[^@;?>]*@)?(\[[^\]]*\]|[^:;?>]+)", uri, re.IGNORECASE)
    return not domain or (host is not None and host.group(1).lower() == domain.lower())


class CallGate:
    """Decides from which addresses calls are taken.

    A phone that answers anyone's INVITE can be filled up by forged ones, so only the PBX and the
    addresses of `allow_from` (single addresses, networks such as `10.0.0.0/8`, or names) are heard.
    With neither configured there is nothing to compare with and every address is let in.
    """

    def __init__(self, registrar: str, allow_from: Iterable[str]) -> None:
        self._names = tuple(filter(None, (split_host(registrar), *allow_from)))
        self._addresses = self._look_up()

    def _look_up(self) -> frozenset[str]:
        return frozenset().union(*(resolve(name) for name in self._names if "/" not in name))

    def refresh(self) -> None:
        """Ask the resolver again: a PBX's name may have moved."""
        self._addresses = self._look_up() or self._addresses

    @property
    def open(self) -> bool:
        """Whether any address is let in."""
        return not self._names

    def admits(self, source: str) -> bool:
        """Whether a call from `source` (`host:port`) is taken."""
        host = split_host(source)
        if self.open or host in self._addresses:
            return True
        networks = (name for name in self._names if "/" in name)
        return any(ip_address(host) in ip_network(network, strict=False) for network in networks)
