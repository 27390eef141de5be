"""Kind `entity`: a number, a sum, a time, a telephone number, a name or a place is said.

Looks at comparable text, in which spoken digits stand as characters (幺三八…) and digits as digits. Names of
people, places and firms are those of the dictionary, and surnames before a title.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

import regex
from pydantic import Field
from pydantic.dataclasses import dataclass as checked_dataclass

from callcoach.rules.kinds.base import ANYWHERE, CONFIG, Condition, Position, Who, register
from callcoach.rules.kinds.phrase import phrase_match
from callcoach.rules.match import Match, Need
from callcoach.rules.phrases import PhraseHit
from callcoach.rules.view import ConversationView
from callcoach.rules.words import names_in


class EntityType(StrEnum):
    """What is named."""

    NUMBER = "number"
    MONEY = "money"
    PERCENT = "percent"
    DATE = "date"
    TIME = "time"
    DURATION = "duration"
    PHONE = "phone"
    ID_CARD = "id_card"
    PERSON = "person"
    PLACE = "place"
    ORGANISATION = "organisation"


_D = "[0-9零〇一二两三四五六七八九幺]"
"""A digit, written or spoken one by one."""

_N = "[0-9零〇一二两三四五六七八九十百千万亿]+(?:点[0-9零一二三四五六七八九]+)?"
"""A number with its place words."""

_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严金魏陶姜谢邹章苏潘葛范彭郎鲁马方任袁柳鲍史唐费薛雷"
    "贺倪汤罗毕郝安常于傅康伍余顾孟黄穆萧尹姚邵汪毛狄戴宋庞熊纪项祝董梁杜阮蓝季贾江童颜郭梅盛林钟徐邱骆高"
    "夏蔡田樊胡霍万柯卢莫房丁邓洪包石崔吉龚程邢裴陆翁荀甘武刘景叶白赖谭温庄阎廖曾关"
)
"""Surnames of more than nine people in ten."""

EXPRESSIONS = {
    EntityType.NUMBER: rf"(?:幺{_D}+|(?<!第){_N}(?!共|起|下|般|样|定|直|些|边|切|律|旦))",
    EntityType.MONEY: rf"{_N}(?:多|来)?(?:块(?:{_D}毛?)?(?:钱)?|元(?:{_D}角)?|万元|角钱?|毛钱|分钱|美元|港币|人民币)",
    EntityType.PERCENT: rf"(?:百分之{_N}|{_N}个百分点|[一二两三四五六七八九]成)",
    EntityType.DATE: (
        rf"(?:(?:{_D}{{2,4}}年)?{_N}月{_N}[日号]|{_N}[日号](?![码线楼])|今天|明天|后天|昨天|前天|大后天|今晚|明晚"
        r"|(?:这|下|上)?(?:周|星期|礼拜)[一二三四五六日天]|(?:这|下|上)个?月(?:初|底)?|月底|年底)"
    ),
    EntityType.TIME: rf"(?:凌晨|早上|上午|中午|下午|晚上)?{_N}点(?:半|钟|[一三]刻|{_N}分?)?(?!{_N}元)",
    EntityType.DURATION: (
        rf"(?:{_N}|半)(?:多)?(?:个(?:半)?(?:工作日|小时|钟头|月|星期|礼拜)|小时|分钟|秒钟?|天|工作日|年)"
    ),
    EntityType.PHONE: (
        rf"(?<!{_D})(?:[1一幺][3-9三四五六七八九]{_D}{{9}}|[0零]{_D}{{9,11}}|[4四][0零][0零]{_D}{{7}})(?!{_D})"
    ),
    EntityType.ID_CARD: rf"(?<!{_D}){_D}{{17}}(?:{_D}|x|叉)(?!{_D})",
    EntityType.PERSON: rf"[{_SURNAMES}](?:先生|女士|小姐|总|经理|主管|主任|师傅|老师|老板|工|大夫|医生|教练)",
}
"""How each type is written. They look at comparable text, and each takes time linear in it."""

_COMPILED = {one: regex.compile(expression) for one, expression in EXPRESSIONS.items()}

_NAME_TAGS = {EntityType.PERSON: ("nr",), EntityType.PLACE: ("ns",), EntityType.ORGANISATION: ("nt",)}
"""Tags of the dictionary's names, for the types it knows."""


@register("entity")
@checked_dataclass(frozen=True, kw_only=True, config=CONFIG)
class EntityCondition(Condition):
    """说了数字、金额、时间、电话、人名、地名等 · A number, sum, time, telephone number, name or place is said."""

    types: Annotated[
        tuple[EntityType, ...],
        Field(
            min_length=1,
            description="`number`, `money`, `percent`, `date`, `time`, `duration`, `phone`, `id_card`, `person`, "
            "`place`, `organisation`: any of these",
        ),
    ]
    speaker: Annotated[Who, Field(description="whose speech is searched")] = Who.ANYONE
    position: Annotated[Position, Field(description="part of the call that is searched")] = ANYWHERE

    def needs(self) -> frozenset[Need]:
        """Words always; separated speakers when it matters who said it."""
        return frozenset({Need.WORDS} if self.speaker is Who.ANYONE else {Need.WORDS, Need.SEPARATED})

    def find(self, view: ConversationView) -> Iterator[Match]:
        """Yield each place, in order; of two that overlap only the longer."""
        for turn in self.position.turns(view, self.speaker.speaker):
            last = 0
            for start, end in sorted(entities(turn.text, self.types), key=lambda one: (one[0], -one[1])):
                if start >= last:
                    last = end
                    yield phrase_match(turn, PhraseHit("", start, end))


def entities(text: str, types: tuple[EntityType, ...]) -> Iterator[tuple[int, int]]:
    """Yield the half-open spans of a comparable text that name one of the types."""
    for one in types:
        if one in _COMPILED:
            yield from ((found.start(), found.end()) for found in _COMPILED[one].finditer(text))
        if one in _NAME_TAGS:
            yield from names_in(text, _NAME_TAGS[one])
