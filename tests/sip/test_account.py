from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from callcoach.errors import ConfigError
from callcoach.settings import SipSettings
from callcoach.sip.account import instance_id, plan_account


def test_a_registered_account() -> None:
    settings = SipSettings(
        registrar="pbx.test:5070", user="1001", password=SecretStr("s3cret"), display_name="张三", transport="tcp"
    )
    plan = plan_account(settings)
    assert plan.id_uri == '"张三" <sip:1001@pbx.test>'
    assert plan.registrar_uri == "sip:pbx.test:5070;transport=tcp"
    assert (plan.domain, plan.auth_user) == ("pbx.test", "1001")
    assert "s3cret" not in repr(plan)


def test_the_domain_may_differ_from_the_registrar() -> None:
    plan = plan_account(SipSettings(registrar="10.0.0.5", domain="corp.test", user="1001", auth_user="a-1001"))
    assert plan.id_uri == "<sip:1001@corp.test>"
    assert plan.registrar_uri == "sip:10.0.0.5"
    assert plan.auth_user == "a-1001"


def test_without_a_registrar_calls_go_straight_to_addresses() -> None:
    plan = plan_account(SipSettings(local_host="127.0.0.1"))
    assert (plan.registrar_uri, plan.id_uri) == ("", "<sip:agent@127.0.0.1>")


def test_a_registrar_without_a_user() -> None:
    with pytest.raises(ConfigError, match=r"sip\.user is empty"):
        plan_account(SipSettings(registrar="pbx.test"))


def test_tls_with_checking_needs_certificates(tmp_path: Path) -> None:
    missing = tmp_path / "none.pem"
    with pytest.raises(ConfigError, match=r"no CA certificates at .*none\.pem.*sip\.tls_ca_file"):
        plan_account(SipSettings(registrar="pbx.test", user="1", transport="tls", tls_ca_file=missing))
    unchecked = SipSettings(registrar="p", user="1", transport="tls", tls_ca_file=missing, tls_verify=False)
    assert plan_account(unchecked).tls_ca_file == ""


def test_each_agent_has_an_identity_that_stays() -> None:
    assert instance_id("1001", "pbx.test") == instance_id("1001", "pbx.test")
    assert instance_id("1001", "pbx.test") != instance_id("1002", "pbx.test")
    assert instance_id("1001", "pbx.test").startswith("<urn:uuid:")
