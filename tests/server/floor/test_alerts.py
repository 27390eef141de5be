"""The floor alerts from the chosen severity on, reaches desks with messages, and forgets calls that are over."""

from __future__ import annotations

from typing import Any

import pytest

from tests.peers.phone import softphone
from tests.server.browser.visit import Visit
from tests.server.desk.site import DeskSite
from tests.server.floor.test_joining import PICTURES, at_floor
from tests.server.phones.test_phone_line import LOOPBACK, Running, server, settings

pytestmark = [pytest.mark.browser, pytest.mark.peer, pytest.mark.slow]

__all__ = ["server", "settings"]

ALERTS = "return [...document.querySelectorAll('#floor-alerts li b')].map((one) => one.textContent)"


def hint(rule_id: str, severity: str, name: str) -> dict[str, Any]:
    words = {"name_zh": name, "name_en": rule_id, "advice_zh": "请换个说法", "advice_en": "say it otherwise"}
    measure = {"quote": "我不能", "value": None, "unit": ""}
    return {"update": "Hint", "number": 1, "rule_id": rule_id, "severity": severity, **words, **measure}


def said(text: str) -> dict[str, Any]:
    return {"update": "TurnHeard", "turn": {"speaker": "customer", "text": text}}


def until_read(floor: Visit, text: str) -> None:
    floor.until(f"return document.querySelector('#floor-words').textContent.includes('{text}')")


def test_alerts_messages_and_what_is_kept_of_calls(server: Running, tmp_path, chromium) -> None:
    site = DeskSite(server)
    customer = softphone(tmp_path / "customer", settings={"user": "13800000020"})
    with site.phone(tmp_path / "agent") as phone, customer as caller:
        address = f"sip:1001@{LOOPBACK}:{phone.port()}"
        floor = at_floor(chromium, site)
        phone.say("auto on")
        phone.wait("SwitchesChanged", auto_answer=True)

        def call() -> str:
            caller.say(f"dial {address}")
            call_id = phone.wait_phase("talking")["call_id"]
            shown = "[...window.callcoachFloor.phones.values()].some((one) => one.standing.calls.some(its))"
            floor.until(f"const its = (call) => call.call_id === '{call_id}'; return {shown}")
            return call_id

        first = call()
        floor.choose("#floor-alerts-from", "2")
        server.tell_live(first, hint("a", "warning", "轻的"), hint("b", "serious", "重的"), said("第一通的话"))
        until_read(floor, "第一通的话")
        assert floor.run(ALERTS) == ["▲ 重的"]
        assert "张伟" in floor.text("#floor-alerts")
        assert floor.run("return document.querySelectorAll('#floor-rows tr.alert').length") == 1
        floor.picture(PICTURES / "floor-alert.png")
        floor.choose("#floor-alerts-from", "9")
        server.tell_live(first, hint("c", "fatal", "最重的"), said("不提醒了"))
        until_read(floor, "不提醒了")
        assert floor.run(ALERTS) == ["▲ 重的"]
        assert floor.run("return document.querySelectorAll('#floor-rows tr.alert').length") == 0

        floor.type("#floor-message", "请慢一点")
        floor.click("#floor-message-form button")
        floor.until("return document.querySelector('#told').textContent.includes('坐席台没有打开')")
        assert floor.find("#floor-message").get_attribute("value") == "请慢一点", "it can be sent again"

        ids = [first]
        for number in range(3):
            caller.say("hangup")
            phone.wait("CallEnded")
            server.tell_live(ids[-1], said(f"第 {number} 通的最后一句"))
            until_read(floor, f"第 {number} 通的最后一句")
            ids.append(call())
            server.tell_live(ids[-1], said(f"又一通 {number}"))
            until_read(floor, f"又一通 {number}")
        kept = floor.run("return [...window.callcoachFloor.phones.values()].flatMap((one) => [...one.calls.keys()])")
        assert kept[-1] == ids[-1]
        assert set(kept) <= set(ids[-2:]), "of calls that are over the last one at most"
        server.tell_live(first, said("很久以前"))
        server.tell_live(ids[-1], said("现在"))
        until_read(floor, "现在")
        assert first not in floor.run("return [...[...window.callcoachFloor.phones.values()][0].calls.keys()]")
        caller.say("hangup")
        phone.wait("CallEnded")
        assert floor.complaints() == []
