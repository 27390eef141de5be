"""Names of tiers and types of customers, and how one talks best with each type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from callcoach.customers.kinds import CustomerKind
from callcoach.customers.tiers import Tier
from callcoach.reports.wording import Words

TIERS: Mapping[Tier, Words] = {
    Tier.A: Words("A 类", "A"),
    Tier.B: Words("B 类", "B"),
    Tier.C: Words("C 类", "C"),
    Tier.TOP: Words("顶级", "Top"),
    Tier.LARGE: Words("大客户", "Large"),
    Tier.MIDDLE: Words("中客户", "Middle"),
    Tier.SMALL: Words("小客户", "Small"),
}


@dataclass(frozen=True, slots=True)
class KindWords:
    """A type: its name, by what it is known, and what helps."""

    name: Words
    sign: Words
    tips: tuple[Words, ...]


KINDS: Mapping[CustomerKind, KindWords] = {
    CustomerKind.DOMINANT: KindWords(
        Words("支配型", "Dominant"),
        Words("语速快、直奔结果、不爱听解释", "Fast, wants the outcome, dislikes explanations"),
        (
            Words("第一句就说结论和时间，细节等对方问", "Say the outcome and the time first, details when asked"),
            Words("给两三个方案让对方选，不替对方决定", "Offer two or three ways and let them choose"),
            Words("不争对错，把“您说得对的地方”接过来再往下办", "Do not argue: take up what is right in it and go on"),
            Words("答应的时限说死，提前一点办到", "Name a firm deadline and be a little early"),
        ),
    ),
    CustomerKind.EXPRESSIVE: KindWords(
        Words("表达型", "Expressive"),
        Words("热情、话多、话题跳得快，看重感受", "Warm, talkative, changes the subject, cares how it feels"),
        (
            Words("先应和对方的情绪，再谈事情", "Meet the mood first, then the matter"),
            Words(
                "用一句话把话题收回来：“我先帮您把这件办好”",
                "Bring it back in a sentence: “Let me get this done for you first”",
            ),
            Words("讲结果带来的好处，少念条款", "Tell what it will do for them, not the terms"),
            Words("结束前复述约定，事后发一条文字确认", "Repeat what was agreed, and confirm it in writing"),
        ),
    ),
    CustomerKind.AMIABLE: KindWords(
        Words("亲和型", "Amiable"),
        Words("语气柔和、怕麻烦人、不轻易说“不”", "Soft-spoken, hates to be a bother, seldom says no"),
        (
            Words("放慢一点，多问一句“这样您方便吗”", "Slow down and ask “would that suit you?”"),
            Words("没说出口的顾虑要主动问出来", "Ask for the worry that is not said"),
            Words("说明谁来跟进、怎么找到您，让对方放心", "Say who will follow it up and how to reach them"),
            Words("不催着当场决定，约好回电时间", "Do not press for an answer: agree on a call back"),
        ),
    ),
    CustomerKind.ANALYTICAL: KindWords(
        Words("分析型", "Analytical"),
        Words("问得细、要依据、前后对照", "Asks in detail, wants proof, compares"),
        (
            Words("报准确的数字、单号和日期，不说“大概”“应该”", "Give exact figures, numbers and dates, no “about”"),
            Words("按一二三的顺序讲原因和步骤", "Explain reasons and steps one after the other"),
            Words("不知道就说去查，并说几点前答复", "If you do not know, say you will look it up and by when"),
            Words("留出安静让对方思考，不用闲聊填满", "Leave them time to think; no small talk to fill it"),
        ),
    ),
}
