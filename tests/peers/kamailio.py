"""Kamailio as registrar and proxy: UDP, TCP and TLS, digest authentication, two static gateways."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.peers.process import LOOPBACK, free_port, running, wait_until

USERS = {name: f"secret-{name}" for name in ("1001", "1002", "1003", "1004", "carol")}

# One process for each transport: two may pass on a 200 before the 180 that came first, and sipp ends a call for that.
_CONFIG = """#!KAMAILIO
debug=2
log_stderror=yes
fork=yes
children=1
tcp_children=1
auto_aliases=no
enable_tls=yes
listen=udp:{host}:{port}
listen=tcp:{host}:{port}
listen=tls:{host}:{tls_port}
mpath="{modules}"
loadmodule "tls.so"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "auth.so"
loadmodule "htable.so"
loadmodule "kex.so"
modparam("tls", "private_key", "{key}")
modparam("tls", "certificate", "{certificate}")
modparam("tls", "tls_method", "TLSv1.2+")
modparam("usrloc", "db_mode", 0)
modparam("htable", "htable", "users=>size=8;")
modparam("rr", "append_fromtag", 1)
modparam("tm", "fr_timer", 5000)
modparam("tm", "fr_inv_timer", 60000)

event_route[htable:mod-init] {{
{users}
}}

request_route {{
  if (!mf_process_maxfwd_header("10")) {{ sl_send_reply("483", "Too Many Hops"); exit; }}
  if (is_method("CANCEL")) {{ if (t_check_trans()) t_relay(); exit; }}
  if (has_totag()) {{
    if (loose_route()) {{ t_relay(); exit; }}
    if (is_method("ACK")) {{ if (t_check_trans()) t_relay(); exit; }}
    sl_send_reply("404", "Not here"); exit;
  }}
  t_check_trans();
  if (is_method("REGISTER")) {{
    route(AUTH);
    if (!save("location", "0x04")) sl_reply_error();
    exit;
  }}
  if (is_method("INVITE|REFER")) {{ route(AUTH); record_route(); }}
  if ($rU =~ "^7") {{ $ru = "sip:" + $rU + "@{host}:{sipp_port}"; t_relay(); exit; }}
  if ($rU =~ "^8") {{ $ru = "sip:" + $rU + "@{host}:{baresip_port}"; t_relay(); exit; }}
  if (!lookup("location")) {{ sl_send_reply("404", "Not Found"); exit; }}
  t_relay();
}}

route[AUTH] {{
  if ($sp == {sipp_port} || $sp == {baresip_port}) return;
  $var(pw) = $sht(users=>$au);
  if ($au == $null || $var(pw) == $null || !pv_auth_check("$fd", "$var(pw)", "0", "1")) {{
    if (is_method("REGISTER")) www_challenge("$td", "1"); else proxy_challenge("$fd", "1");
    exit;
  }}
  if (!is_method("REGISTER")) append_hf("P-Asserted-Identity: \\"Agent $au\\" <sip:$au@$fd>\\r\\n");
  consume_credentials();
}}
"""


@dataclass(frozen=True)
class Pbx:
    """A running Kamailio. 7xxx goes to the sipp port, 8xxx to the baresip port."""

    port: int
    tls_port: int
    sipp_port: int
    baresip_port: int
    log: Path

    @property
    def address(self) -> str:
        return f"{LOOPBACK}:{self.port}"

    @property
    def tls_address(self) -> str:
        return f"{LOOPBACK}:{self.tls_port}"


def plan_pbx(folder: Path) -> Pbx:
    """Choose the ports of a Kamailio that is not started yet."""
    return Pbx(free_port(), free_port(), free_port(), free_port(), folder / "kamailio.log")


@contextlib.contextmanager
def kamailio(folder: Path, pbx: Pbx, certificate: Path, key: Path) -> Iterator[Pbx]:
    """Run Kamailio until the end of the block."""
    config = folder / "kamailio.cfg"
    config.write_text(
        _CONFIG.format(
            host=LOOPBACK,
            port=pbx.port,
            tls_port=pbx.tls_port,
            sipp_port=pbx.sipp_port,
            baresip_port=pbx.baresip_port,
            certificate=certificate,
            key=key,
            modules=f"{next(Path('/usr/lib').glob('*/kamailio/modules'))}/",
            users="\n".join(f'  $sht(users=>{name}) = "{password}";' for name, password in USERS.items()),
        )
    )
    command = ["kamailio", "-DD", "-E", "-f", str(config), "-P", str(folder / "kamailio.pid"), "-Y", str(folder)]
    with running([*command, "-m", "64", "-M", "8"], pbx.log):
        wait_until(lambda: _listens(pbx.port) and _listens(pbx.tls_port), "Kamailio to listen; see " + str(pbx.log))
        yield pbx


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) == 0
