"""Promises to call back, found in what the agent said: 我稍后给您回电, 明天上午给您答复. Turns in, drafts out.

Precision comes first: every draft costs an agent a look. A promise is a phrase of calling or answering *you*, that lies
ahead, by the agent or a colleague; what was done already, what is asked, refused or only offered, and what others will
do, is none. Text may come without punctuation, as recognisers write it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from callcoach.around.times import When, find_times, soon_words
from callcoach.datapath import Speaker
from callcoach.review.workdays import WorkCalendar

_YOU = r"(?:您|你)(?:们|那边|这边|本人)?"
_TO_YOU = rf"(?:给|跟|向|为){_YOU}"
_A_CALL = r"(?:个|一个|一通|通|一下|下)?(?:电话?|话|拨)"
_CALLING = re.compile(
    rf"{_TO_YOU}(?:再|的?手机|的?座机)?(?:回{_A_CALL}|回过去|回拨|打回去|打回来|打过去|拨过去|拨回去|去{_A_CALL}|致电|来电)"
    rf"|(?:回拨|回{_A_CALL}|打回|打过去|致电|回过去)给{_YOU}|打给{_YOU}|回{_YOU}{_A_CALL}|致电{_YOU}|回拨{_YOU}"
)
"""Calling back, said so."""
_RINGING = re.compile(
    rf"{_TO_YOU}(?:再)?(?:打|拨)(?:个|一个|一通|通|一下|下)?电话|(?:打|拨)(?:个|一个|通)?电话给{_YOU}"
    rf"|电话(?:联系|通知|回复|答复|告知){_YOU}|{_TO_YOU}(?:做)?(?:个|一个)?(?:电话)?回访"
)
"""Calling, which is also what the call itself is."""
_OF_WHAT_KIND = r"(?:一个|个|一下|做个|做|作|明确的?|具体的?|满意的?|最终的?|准确的?|正式的?|最后的?|合理的?|进一步的?)"
_ANSWERING = re.compile(
    rf"{_TO_YOU}{_OF_WHAT_KIND}{{0,2}}(?:回复|答复|反馈|回音|回信|回话|说法|交代|消息|结果)"
    rf"|(?:回复|答复|联系|通知){_YOU}|(?:与|和|跟|同|给){_YOU}(?:再|取得|进行)?联系"
)
"""Answering, by telephone as a rule."""
_KINDS = ((_CALLING, "calling"), (_RINGING, "ringing"), (_ANSWERING, "answering"))

_SENTENCE = re.compile(r"[^。！？!?；;\n]*[。！？!?；;\n]?")
_COURTESY = re.compile(
    r"不好意思|对不起|不客气|不用客气|不用谢|不着急|不要着急|别着急|您别急|别担心|不用担心|不要担心|没关系|没问题|没事|"
    r"不用再打来?|不用一直等"
)
"""Words with a no in them that refuse nothing."""
_SHALL = re.compile(r"会|再|重新|就|肯定|一定|保证|争取|尽量|尽可能|尽快|尽早|负责|安排|让|请|帮您?(?:跟进|催)")
_OWN = re.compile(
    r"我们?|咱们?|这边|我司|公司|同事|专员|专人|工作人员|技术|工程师|经理|主管|售后|财务|客服|负责人|领导|部门|有人"
)
_OTHERS = re.compile(
    r"快递|派送员|派件员|骑手|司机|师傅|配送员?|站点|网点|医生|系统|短信|邮件|邮箱|微信|客户|骗子|陌生人|别人|其他人|对方|卖家|商家|"
    r"厂家|厂商|银行|物流|供应商|机器人|他们|他会|她会|人家|警察|公安|法院|房东|中介|平台会"
)
_NO = re.compile(r"(?:没有?|未|不|别|无法|无需|勿|甭|忘了?)[^我]{0,4}$")
_PAST = re.compile(
    r"已经?|刚才|刚刚|刚|之前|上次|上回|昨天|昨晚|前天|前几天|上周|上个?月|曾|那天|以前|一直|本来|说好|答应|当时|多次|好几次|每次|几次"
)
_BEGINS_ANEW = re.compile(r"(?:了|好|过).*(?:▢|会|再|就|将)")
_NOW = re.compile(r"这次|今天给|今天致电|今天来电|正在|现在(?:给|跟|向)?您?(?:答复|回复|反馈)")
_PURPOSE = re.compile(r"(?:是|主要|想|来|为了)(?:要|想|来|为了|再|电话)?$")
"""What the call itself is for: 是通知您…"""
_ASKING = re.compile(
    r"怎么|为什么|为啥|谁|有没有|是不是|会不会|能不能|要不要|用不用|什么时候|啥时候|几点|哪天|何时|什么时间|多久|哪位"
)
_IF = re.compile(r"如果|要是|万一|假如|倘若|的话|若")
_FILLER = re.compile(r"活动|优惠|新品|促销|上新|问题|需要|疑问|方便的话")
_AWAITED = re.compile(r"结果|消息|进展|到货|有货|查到|查清|查好|处理好|核实|确认|落实|出来")
_OFFER = re.compile(r"可以|能够|能|可不可以|愿意|想")
_DONE_AFTER = re.compile(
    r"(?:了(?!解)|过(?!去|来))|(?:的(?!话))|是(?:想|要|为|因|关于|通知|跟|和|来|这样|有)|主要|想(?:跟|和|问|了解|确认|通知|核实)|为了|关于|这个问题|问题|没有?人|无人|没接|没有接|您没|都没|打不通"
)
_GO_ON_AFTER = re.compile(r"(?:，|,)?(?:这个|的)?(?:问题|疑问|咨询|邮件|留言)")
_QUESTION_AFTER = re.compile(r".{0,4}?(?:吗|么|没有|了没)(?=$|[？?，,。])")
_AGREED = re.compile(r".{0,6}?(?:可以|好|行|方便|成|合适|同意|没问题|OK|ok)(?:吗|么|吧|不)")
_HOLD_ON = re.compile(r"别挂|不要挂|不挂机|请?稍等|您?等我一?下|请等")
_IN_THIS_CALL = re.compile(r"马上|立刻|立即|这就|现在")
_NOT_SOON = frozenset({"尽快", "尽早", "到时", "到时候", "第一时间", "回头", "随后"})
_LOOK_BACK, _NEAR, _LATER = 18, 6, 12
"""Characters before the phrase that belong to it; of these the nearest; and after it, where a time may follow."""


@dataclass(frozen=True, slots=True)
class Said:
    """A turn as promises are looked for in it."""

    number: int
    speaker: Speaker
    start_s: float
    end_s: float
    text: str


@dataclass(frozen=True, slots=True)
class Promise:
    """A callback that was promised in a turn."""

    turn: int
    start_s: float
    said: str
    due_at: datetime
    is_timed: bool
    """Whether a time was named; else `due_at` is the usual limit."""


@dataclass(frozen=True, slots=True)
class Limits:
    """When a promise without a time is due."""

    soon: timedelta
    """After 稍后, 一会儿, 马上."""
    usual: timedelta
    """With no word of when."""


def find_promises(
    turns: Iterable[Said], call_began: datetime, days: WorkCalendar, limits: Limits
) -> tuple[Promise, ...]:
    """Return the promises of a call, each once: one said again is none of its own.

    Args:
        turns: all turns in order; only the agent's are looked at, the customer's may name the time.
        call_began: when the recording began.
        days: working days and the site's zone.
        limits: for promises without a time.
    """
    first = Said(-1, Speaker.UNKNOWN, 0.0, 0.0, "")
    found: list[Promise] = []
    for before, turn in pairwise((first, *turns)):
        if turn.speaker is not Speaker.AGENT:
            continue
        base = call_began + timedelta(seconds=turn.end_s)
        asked = before.text if before.speaker is Speaker.CUSTOMER else ""
        promise = _in_turn(turn, asked, base, days, limits)
        if promise is not None:
            found.append(promise)
    return tuple(_once_each(found))


def _once_each(found: list[Promise]) -> Iterator[Promise]:
    """Leave out what repeats: without a time, another promise of the call says more; at the same time, the first."""
    timed = [one for one in found if one.is_timed]
    seen: set[datetime] = set()
    for one in timed or found[:1]:
        key = one.due_at.replace(second=0, microsecond=0)
        near = any(abs(key - other) <= timedelta(minutes=5) for other in seen)
        seen.add(key)
        if not near:
            yield one


def _in_turn(turn: Said, asked: str, base: datetime, days: WorkCalendar, limits: Limits) -> Promise | None:
    text = _COURTESY.sub(lambda found: "，" * len(found.group()), turn.text)
    best: Promise | None = None
    for sentence in _SENTENCE.finditer(text):
        times = find_times(sentence.group(), base, days)
        for phrase in _phrases(sentence.group(), times):
            own = _time_of(phrase, times)
            named = own.due_at if own else _asked_time(asked, base, days)
            due = named or base + _usual(sentence.group(), phrase, limits)
            one = Promise(turn.number, turn.start_s, turn.text, due, named is not None)
            if best is None or (one.is_timed and not best.is_timed):
                best = one
    return best


def _asked_time(asked: str, base: datetime, days: WorkCalendar) -> datetime | None:
    times = find_times(asked, base, days)
    return times[-1].due_at if times else None


def _phrases(text: str, times: tuple[When, ...]) -> Iterator[re.Match[str]]:
    """Yield the phrases of a sentence that promise."""
    masked = _masked(text, times)
    for pattern, kind in _KINDS:
        for found in pattern.finditer(masked):
            if _is_promise(masked, found, kind, times):
                yield found


def _masked(text: str, times: tuple[When, ...]) -> str:
    """Return the text with its times taken out, so that 三点之前 is no 之前 of the past."""
    characters = list(text)
    for one in times:
        characters[one.start : one.end] = "▢" * (one.end - one.start)
    return "".join(characters)


def _is_promise(text: str, found: re.Match[str], kind: str, times: tuple[When, ...]) -> bool:
    before, after = text[max(0, found.start() - _LOOK_BACK) : found.start()], text[found.end() :]
    near = before[-_NEAR:]
    timed = _time_of(found, times) is not None
    if _NO.search(near) or _is_past(before) or _ASKING.search(before) or _NOW.search(before + found.group()):
        return False
    if _PURPOSE.search(before) or _others_do_it(before) or _DONE_AFTER.match(after) or _GO_ON_AFTER.match(after):
        return False
    if _QUESTION_AFTER.match(after) and not _AGREED.match(after):
        return False
    if _IF.search(before) and not (_AWAITED.search(before) and not _FILLER.search(before)):
        return False
    if _OFFER.search(near) and not timed:
        return False
    return _lies_ahead(text, found, before, kind, timed=timed)


def _is_past(before: str) -> bool:
    """Whether a word of the past is about the phrase, and not about what went before: 已经记录下来了我们会…."""
    past = list(_PAST.finditer(before))
    return bool(past) and not _BEGINS_ANEW.search(before, past[-1].end())


def _others_do_it(before: str) -> bool:
    """Whether the nearest who could be meant is none of ours."""
    others = max((one.end() for one in _OTHERS.finditer(before)), default=-1)
    own = max((one.end() for one in _OWN.finditer(before)), default=-1)
    return others > own


def _lies_ahead(text: str, found: re.Match[str], before: str, kind: str, *, timed: bool) -> bool:
    soon = bool(soon_words(before)) or bool(soon_words(found.group()))
    if timed:
        return True
    if "回访" in found.group() or _FILLER.search(before):
        return False
    if kind == "calling":
        return soon or bool(_SHALL.search(before)) or bool(_OWN.search(before[-_NEAR:]))
    if kind == "answering" and (_IN_THIS_CALL.search(before) or _HOLD_ON.search(text)):
        return False
    awaited = bool(_AWAITED.search(before)) and bool(_SHALL.search(before) or _OWN.search(before[-_NEAR:]))
    if kind == "ringing":
        return soon or awaited
    return (soon and bool(_OWN.search(before) or _SHALL.search(before))) or awaited or _will(before)


def _will(before: str) -> bool:
    """Whether one of ours will do it: 会有专员联系您, 我们会答复您."""
    return bool(re.search(r"会", before[-_LATER:])) and bool(_OWN.search(before))


def _time_of(found: re.Match[str], times: tuple[When, ...]) -> When | None:
    """Return the time that belongs to a phrase: the nearest before it, else one just after."""
    earlier = [one for one in times if one.end <= found.start() + 1 and found.start() - one.end <= _LOOK_BACK]
    if earlier:
        return earlier[-1]
    later = [one for one in times if 0 <= one.start - found.end() <= _LATER]
    return later[0] if later else None


def _usual(text: str, found: re.Match[str], limits: Limits) -> timedelta:
    """Return how much time a promise gives that names none."""
    before = text[max(0, found.start() - _LOOK_BACK) : found.end()]
    words = {before[start:end] for start, end in soon_words(before)}
    return limits.soon if words - _NOT_SOON else limits.usual
