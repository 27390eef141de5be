"""Which network addresses events are told to.

An address of a webhook is a way to have this server speak to any other. The site's own networks are where the CRM
stands and are told unless the settings say otherwise; this machine itself, its link and what clouds answer their
secrets on are not. What counts is the address connected to, so that a name that means another one the next time
(DNS rebinding) gains nothing.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from callcoach.errors import InputError
from callcoach.settings import HookSettings

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


def _networks(*texts: str) -> tuple[Network, ...]:
    return tuple(map(ip_network, texts))


OWN_OR_SHARED = _networks(
    *("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "224.0.0.0/3"),
    "100.64.0.0/10",  # shared by carriers and clouds; 100.100.100.200 is the metadata service of Alibaba Cloud
    "168.63.129.16/32",  # the same of Azure
    *("::/128", "::1/128", "fe80::/10", "fec0::/10", "ff00::/8"),
    "fd00:ec2::/32",  # the same of AWS
)
"""Never told, unless listed in `hooks.allow_networks` (RFC 6890 names most of them)."""
PRIVATE = _networks("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
"""A site's own networks (RFC 1918, RFC 4193)."""
_TRANSLATED = ip_network("64:ff9b::/96")
"""IPv6 addresses that stand for IPv4 ones (RFC 6052)."""


class AddressNotAllowedError(OSError):
    """The address is none that events are told to."""

    def __init__(self, host: str, found: Sequence[str]) -> None:
        listed = ", ".join(dict.fromkeys(found))
        super().__init__(
            f"{host} is {listed}, an address that events are not told to. "
            "List it in the setting hooks.allow_networks if that is meant."
        )
        self.zh = f"{host} 的地址是 {listed}，不允许把事件发到那里。确实需要时，请写进设置 hooks.allow_networks。"


def may_be_told(address: Address, settings: HookSettings) -> bool:
    """Whether events may be told to an address."""
    meant = _meant(address)
    if _is_in(meant, _networks(*settings.allow_networks)):
        return True
    return not _is_in(meant, OWN_OR_SHARED) and (settings.allow_private or not _is_in(meant, PRIVATE))


def allowed_addresses(host: str, port: int, settings: HookSettings) -> list[str]:
    """Return the addresses of a host that may be told, in the order in which they are to be tried.

    Raises:
        AddressNotAllowedError: it has addresses, and none of them may.
        OSError: the name is not known.
    """
    found = [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    allowed = [one for one in found if may_be_told(ip_address(one.partition("%")[0]), settings)]
    if not allowed:
        raise AddressNotAllowedError(host, found)
    return allowed


def check_url(url: str, settings: HookSettings) -> None:
    """See that events may be told to a URL, as far as that is known now; a name that is not known yet may be later.

    Raises:
        InputError: they may not.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port or 443
        allowed_addresses(host, port, settings)
    except AddressNotAllowedError as error:
        raise InputError(str(error), error.zh) from error
    except (OSError, ValueError):  # not known, or no URL at all, which is told where it is kept
        return


def _meant(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 one stands for, if it does."""
    if isinstance(address, IPv4Address):
        return address
    if address in _TRANSLATED:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _is_in(address: Address, networks: Sequence[Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)
