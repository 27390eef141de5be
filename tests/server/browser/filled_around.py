"""What is around the calls of the browser's site: outcomes, notes, callbacks, complaints."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from callcoach.around.callbacks import CallbackStep
from callcoach.around.complaints import Actor, ComplaintStep, Demand, Level
from callcoach.around.promises import Promise
from callcoach.around.scripts import Purpose, ScriptStep
from callcoach.datapath import Direction
from callcoach.principal import Principal
from callcoach.server.complaints.terms import terms_of
from callcoach.settings import Settings
from callcoach.store.around.callbacks import (
    NewCallback,
    StepTaken,
    add_callback,
    escalate_overdue,
    put_drafts,
    take_step,
)
from callcoach.store.around.complaint_model import ComplaintDeed, ComplaintFields, Viewer
from callcoach.store.around.complaints import Origin, act, record_complaint, tell_late
from callcoach.store.around.desk_calls import CallRef
from callcoach.store.around.dispositions import DispositionTerms, put_disposition
from callcoach.store.around.notes import save_note
from callcoach.store.around.scripts import fitting_scripts, publish, put_script, tick
from callcoach.store.around.wrap_ups import wrap_up
from callcoach.store.calls import get_call
from callcoach.store.engine import Database
from callcoach.store.people import as_principal, person_by_login
from callcoach.store.phone_calls import (
    RingingCall,
    answer_phone_call,
    begin_phone_call,
    come,
    end_phone_call,
    stay,
)
from callcoach.store.presence import PresenceState, change_presence
from tests.server.browser.filled_surveys import put_surveys

NOW = datetime.now(UTC).replace(second=0, microsecond=0)
"""The server's clock is the real one, so that what is late is late."""
SCRIPT = (
    ScriptStep("问候并报姓名", "您好，远航物流，工号八零六，很高兴为您服务。"),
    ScriptStep("请问贵姓", "请问怎么称呼您？"),
    ScriptStep("复述问题并确认", "您是说……，我理解得对吗？"),
    ScriptStep("还有什么可以帮您", "请问还有没有什么其他需要我服务的地方？", optional=True),
    ScriptStep("致谢与道别", "感谢您的来电，再见。"),
)
OUTCOMES = (
    ("咨询", "Question", ("已答复", "Answered", False, False), ("稍后回电", "Call back later", True, False)),
    ("售后", "After sales", ("退货已受理", "Return accepted", False, False), ("投诉", "Complaint", False, True)),
    ("无效来电", "No real call", ("打错", "Wrong number", False, False), ("骚扰", "Nuisance", False, False)),
)


def put_around(settings: Settings, database: Database) -> None:
    """Put something of everything around the calls."""
    with database.writing() as session:
        boss = as_principal(person_by_login(session, "admin"))
        outcomes = _put_outcomes(session)
        _put_scripts(session, boss)
        _put_records(session, boss, outcomes)
        _put_callbacks(session, boss)
        _put_complaints(session, settings, boss)
        put_surveys(session, NOW)
        _put_phone_time(session)


def _put_outcomes(session: Session) -> list[int]:
    leaves: list[int] = []
    for place, (zh, en, *below) in enumerate(OUTCOMES):
        top = put_disposition(session, DispositionTerms(zh, en, place=place))
        for leaf_zh, leaf_en, callback, complaint in below:
            terms = DispositionTerms(leaf_zh, leaf_en, top.id, callback, complaint)
            leaves.append(put_disposition(session, terms).id)
    return leaves


def _put_scripts(session: Session, boss: Principal) -> None:
    for name, direction, steps in (
        ("呼入接待", Direction.INBOUND, SCRIPT),
        ("满意度回访", Direction.OUTBOUND, SCRIPT[:2]),
        ("通用", Direction.UNKNOWN, SCRIPT[-2:]),
    ):
        one = put_script(session, name, Purpose(direction), steps, person_id=boss.person_id, now=NOW)
        publish(session, one.id, shown=name != "满意度回访")


def _put_records(session: Session, boss: Principal, outcomes: list[int]) -> None:
    for number in range(1, 9):
        call = get_call(session, boss, f"demo-{number:02d}")
        if call.agent_id is None:
            continue
        ref = CallRef(call.id)
        save_note(session, call.agent_id, ref, f"第{number}次来电，要补开发票。\n抬头：示例贸易公司", 0, now=NOW)
        version_id = fitting_scripts(session, call.agent_id, ref)[0].newest.id
        tick(session, call.agent_id, ref, version_id, 0, done=True, now=NOW)
        wrap_up(session, call.agent_id, ref, outcomes[number % 4], "周五前寄出发票", version=0, now=NOW)


def _put_callbacks(session: Session, boss: Principal) -> None:
    agent = person_by_login(session, "zhang.wei").id
    reasons = ("发票进度", "退款到账了没有", "换货的物流单号", "")
    for number in range(9):
        due = NOW + timedelta(hours=number * 3 - 6)
        owner = boss.person_id if number % 3 == 0 else agent
        new = NewCallback(due, f"1380000{number:04}", "李先生" if number % 2 else "", reasons[number % 4], owner)
        one = add_callback(session, boss.person_id, new, NOW - timedelta(days=1))
        if number == 3:
            taken = StepTaken(CallbackStep.TRY, "占线", NOW + timedelta(hours=5))
            take_step(session, boss, one, taken, version=None, now=NOW)
        if number == 4:
            take_step(session, boss, one, StepTaken(CallbackStep.KEEP, "已说明"), version=None, now=NOW)
    escalate_overdue(session, NOW, timedelta(minutes=30))
    said = Promise(2, 6.5, "好的我先跟仓库核实一下明天上午十点之前给您回电", NOW + timedelta(hours=20), is_timed=True)
    put_drafts(session, "demo-01", [said], NOW)


def _put_phone_time(session: Session) -> None:
    """A morning at the phone: calls that were answered and missed, breaks, work after calls."""
    zone = ZoneInfo("Asia/Shanghai")
    for login, late in (("zhang.wei", 0), ("li.na", 20)):
        person_id = person_by_login(session, login).id
        begin = NOW - timedelta(hours=4) + timedelta(minutes=late)
        stay(session, (come(session, person_id, begin),), NOW)
        said = (
            (0, "ready", ""),
            (70, "not_ready", "小休"),
            (85, "ready", ""),
            (150, "not_ready", "培训"),
            (190, "ready", ""),
        )
        for minutes, state, reason in said:
            change_presence(session, person_id, PresenceState(state), reason, begin + timedelta(minutes=minutes))
        for number in range(14):
            at = begin + timedelta(minutes=5 + 16 * number)
            way = Direction.OUTBOUND if number % 5 == 4 else Direction.INBOUND
            call = RingingCall(f"{login}-{number}", way, f"1380000{number:04}", ("售后", "销售")[number % 2])
            begin_phone_call(session, person_id, call, at, zone)
            answered = at + timedelta(seconds=6 + number)
            if number % 6 != 5:
                answer_phone_call(session, person_id, call.call_id, answered)
            ended = answered + timedelta(seconds=90 + 17 * number)
            end_phone_call(session, person_id, call.call_id, ended, ended_by="customer", code=200)


def _put_complaints(session: Session, settings: Settings, boss: Principal) -> None:
    terms = terms_of(settings)
    viewer = Viewer(boss, Actor(boss.person_id, decides=True, levels=frozenset(Level)))
    agent = person_by_login(session, "zhang.wei").id
    for number, amount in enumerate(("320.00", "1280.50", "15800.00", "99.90", "0.00")):
        fields = ComplaintFields(
            customer=("王女士", "赵先生", "示例贸易公司", "孙女士", "周先生")[number],
            number=f"1390000{number:04}",
            order_number=f"D-2026-{number:04}",
            department="仓库",
            happened_on=date(2026, 1, 20 + number),
            product="对开门冰箱",
            quantity=Decimal(1 + number),
            amount=Decimal(amount),
            complaint="收到时外箱破损，门上有一道明显的凹痕，客户要求赔偿并在本周内答复。",
            evidence="照片三张",
            demand=tuple(Demand)[number % 4],
        )
        began = NOW - timedelta(hours=30 - 7 * number)
        one = record_complaint(session, agent, fields, Origin(), terms, now=began)
        deeds = (
            ComplaintDeed(ComplaintStep.REPORT, "已电话报告经理"),
            ComplaintDeed(ComplaintStep.JUDGE),
            ComplaintDeed(ComplaintStep.ASSIGN, owner_id=agent),
            ComplaintDeed(ComplaintStep.ANALYSE, "出库时未加护角", changes={"reason": "出库时未加护角"}),
            ComplaintDeed(ComplaintStep.PROPOSE, "换货并赔偿运费", changes={"decision": "换货并赔偿运费"}),
        )
        for minutes, deed in enumerate(deeds[: 5 - number]):
            at = began + timedelta(minutes=10 + minutes)
            act(session, viewer, one, deed, terms, version=None, now=at)
    tell_late(session, NOW)
