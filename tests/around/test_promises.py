"""Promises to call back: what is one, when it is due, and what only sounds like one."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from callcoach.around.promises import Limits, Promise, Said, find_promises
from callcoach.datapath import Speaker
from callcoach.review.workdays import WorkCalendar

ZONE = ZoneInfo("Asia/Shanghai")
DAYS = WorkCalendar(ZONE)
BEGAN = datetime(2026, 1, 28, 10, 0, tzinfo=ZONE)
"""A Wednesday."""
LIMITS = Limits(soon=timedelta(hours=1), usual=timedelta(hours=24))

PROMISES = (
    "我稍后给您回电",
    "明天上午给您答复",
    "好的我给您回电话",
    "那我查好以后给您打过去",
    "您先挂机我一会儿打给您",
    "我们会在二十四小时内给您一个答复",
    "三个工作日内会有专员联系您",
    "稍后会有同事联系您",
    "我半小时后给您回过去",
    "最晚本周五给您一个明确的答复",
    "这边尽快给您答复",
    "有结果我第一时间给您回电话",
    "等仓库那边有消息我再给您打电话",
    "不好意思我先核实一下下午三点之前给您回复",
    "我明天下午两点给您打个电话可以吗",
    "我帮您催一下十分钟后给您回电",
    "请您放心我们的工程师明天上午会跟您联系",
    "我这边登记一下让财务后天给您回个电话",
    "您这个情况我需要问一下主管今天下班之前给您回复",
    "那下周一上午我再跟您联系",
    "我会在今天之内给您致电",
    "对不起让您久等了我现在去查五分钟后打回给您",
    "您留个电话我待会儿给您拨过去",
    "没问题我晚点给您回电",
    "我们这边处理好之后会电话通知您",
    "24小时之内我们会回复您",
    "我明天给您打电话您看方便吗",
    "回头我给您回个电话",
    "查到物流以后我马上给您回电",
    "麻烦您等一下我核实完十五分钟左右给您回电话",
    "这样吧我先帮您登记，今天下午五点之前一定给您答复",
    "您看这样行不行我了解清楚以后明天一早给您回电",
    "我跟财务确认好了再回您电话",
    "稍等一下可能要久一点要不您先挂断我十分钟以后回拨给您",
    "我们后台同事核实之后会在两个工作日之内电话联系您",
    "张先生您放心明天中午十二点以前我一定给您一个准确的答复",
    "行那我后天再给您打个电话确认一下",
    "周五下午我会再次与您联系",
    "现在系统升级查不了我晚上八点左右给您回复可以吗",
    "好的那我一个小时之后给您回过去",
    "这个我做不了主我请示一下经理等会儿给您回电话",
    "我们主管会在半小时之内给您回电",
    "李女士您的投诉我已经记录下来了我们会在24小时内给您回复处理结果",
    "那这样我查完给您打回去",
    "如果仓库有货了我会马上打电话通知您",
    "预计明天下午会有售后工程师与您联系上门时间",
    "好的月底前我再跟您联系",
    "您先去忙有了结果我给您打电话",
    "抱歉现在线路不好我重新给您打过去",
    "下个月三号我们会有专人给您回访",
    "王女士我今天下班前给您回个话",
    "我核对完马上给您拨回去",
    "您这单我盯着呢明早九点之前给您回复",
    "稍后我们会安排技术人员给您致电",
    "您说的这个费用我问下财务一刻钟后给您答复",
    "后天上午十点我准时给您打电话",
    "退款的进度我帮您跟一下周四给您回音",
    "那我晚一点再跟您联系您看可以吗",
    "我记下来了回头让我们班长给您回电",
    "会在48小时以内由专人与您联系",
)
INNOCENT = (
    "您好我是顺达物流的给您打电话是想确认一下地址",
    "今天给您来电是通知您合同到期",
    "昨天已经给您回过电话了",
    "刚才给您打电话您没有接",
    "请问什么时候给您回电方便",
    "我们没有给您打过电话",
    "快递员会在下午给您打电话",
    "系统会给您发短信通知您",
    "您可以随时打电话给我们",
    "您稍等我马上给您答复",
    "您别挂机我查一下马上回复您",
    "不会再给您打电话了",
    "骗子会给您打电话说您中奖了",
    "怎么没人给您回电话呢",
    "如果有问题我们会联系您",
    "有活动的时候我们会通知您",
    "我来答复您这个问题",
    "这就是我们给您的答复",
    "上次给您回复的时候您说可以",
    "以后不用我们给您回电话吗",
    "您明天上午再打来吧",
    "非常抱歉说好给您回电没有回",
    "如果您需要的话我可以给您回电",
    "请您明天下午三点之前给我们回复",
    "司机明天上午会跟您联系",
    "我想跟您联系确认一下收货时间",
    "派送员到了会给您打电话请保持电话畅通",
    "之前是哪位同事给您回复的",
    "有没有人给您打电话",
    "客服不会主动给您打电话要验证码",
    "给您回电话的那位同事今天休息",
    "我给您转接到财务部请您稍等",
    "明天上午给您送货",
    "下午三点之前给您发货",
    "今天给您打电话主要是回访一下",
    "您刚才说有人答应给您回电话",
    "稍后会有一个满意度评价请您打分",
    "我这边给您记录下来了",
    "已经有专员联系您了吗",
    "厂家会在三天内联系您",
    "您好请问您是张先生吗我们之前给您打过两次电话",
    "您好我这边是客服中心您昨天打电话投诉的问题我现在给您答复一下",
    "那边说没法给您回复",
    "请问快递员联系您了吗",
    "我看到记录显示上午同事已经跟您联系过",
    "您有什么问题随时联系我们我们会及时回复您",
    "麻烦您三点以后再打电话过来",
    "请您加一下微信我们微信联系您",
    "稍后会给您发一条短信",
    "后面如果有优惠我们也会给您打电话",
    "您是希望我们什么时间给您回电呢",
    "请您稍等我马上给您查询",
    "请问是谁答应今天给您回电话的",
    "明天上午快递会给您送到",
    "抱歉没有及时给您回电话",
    "这个不是我给您打的电话",
    "我这次来电就是想问问您货收到了没有",
    "商家会在48小时之内给您处理",
    "您上午十点给我打的电话我没有接到",
    "那您明天下午再给我们打电话好吗",
    "我想明天给您寄过去可以吗",
    "请保持电话畅通维修师傅下午三点前会跟您联系",
    "到时候您提前给我们打个电话就可以",
    "我们是不会主动联系您要密码的",
    "给您打电话的目的是核实一下您的订单",
    "医生说下周给您回电话对吗",
    "不用担心退款会在三天之内给您退回去",
    "今天上午我们同事给您打电话没有人接听",
    "我先给您回顾一下刚才的内容",
    "您上次说让我们下午给您打电话",
    "我已经让同事明天给您发货了",
    "您看您那边还需要给我们打电话吗",
    "我先给您说一下具体的流程",
    "我打电话给您就是为了核实信息",
    "麻烦您把电话给您爱人接一下",
    "请在今天下午六点之前联系快递员",
    "我们这边是按规定给您回复的",
    "不好意思刚刚在给您打电话的时候断线了",
    "您的意思是我们答应给您回电但是没有回对吗",
    "他说明天会给您打电话是吗",
    "这个电话号码给您记一下",
    "客户说他会给你打电话",
)


def promises(*said: tuple[Speaker, str]) -> tuple[Promise, ...]:
    turns = [Said(number, who, 0.0, 0.0, text) for number, (who, text) in enumerate(said)]
    return find_promises(turns, BEGAN, DAYS, LIMITS)


def agent(text: str) -> tuple[Promise, ...]:
    return promises((Speaker.AGENT, text))


@pytest.mark.parametrize("text", PROMISES)
def test_a_promise_is_found(text: str) -> None:
    (found,) = agent(text)
    assert (found.said, found.turn) == (text, 0)
    assert found.due_at > BEGAN


@pytest.mark.parametrize("text", INNOCENT)
def test_what_only_sounds_like_one_is_none(text: str) -> None:
    assert agent(text) == ()


@pytest.mark.parametrize("text", PROMISES)
def test_a_customers_words_promise_nothing(text: str) -> None:
    assert promises((Speaker.CUSTOMER, text)) == ()
    assert promises((Speaker.UNKNOWN, text)) == ()


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("我明天上午给您答复", "01-29 12:00"),
        ("我今天下午三点之前给您回复", "01-28 15:00"),
        ("半小时后我给您回电", "01-28 10:30"),
        ("稍后我给您回电", "01-28 11:00"),
        ("我给您回电话", "01-29 10:00"),
        ("最晚本周五给您一个明确的答复", "01-30 18:00"),
        ("三个工作日内会有专员联系您", "02-02 18:00"),
    ],
)
def test_a_promise_is_due_when_it_was_said_to_be(text: str, due: str) -> None:
    (found,) = agent(text)
    assert found.due_at.strftime("%m-%d %H:%M") == due


def test_a_promise_said_again_is_none_of_its_own() -> None:
    found = promises(
        (Speaker.AGENT, "我查一下稍后给您回电"),
        (Speaker.CUSTOMER, "那什么时候呢"),
        (Speaker.AGENT, "明天上午给您回电话"),
        (Speaker.CUSTOMER, "好"),
        (Speaker.AGENT, "那明天上午我给您回电再见"),
    )
    assert [(one.turn, one.due_at.hour) for one in found] == [(2, 12)]


def test_two_promises_of_two_times_are_two() -> None:
    found = promises(
        (Speaker.AGENT, "半小时后我先给您回个电话"),
        (Speaker.CUSTOMER, "退款呢"),
        (Speaker.AGENT, "退款的结果后天给您答复"),
    )
    assert [one.due_at.day for one in found] == [28, 30]


def test_the_customer_may_name_the_time() -> None:
    (found,) = promises((Speaker.CUSTOMER, "你明天下午三点打给我吧"), (Speaker.AGENT, "好的到时候我给您回电"))
    assert (found.due_at, found.is_timed) == (datetime(2026, 1, 29, 15, 0, tzinfo=ZONE), True)


def test_the_time_counts_from_the_turn_and_not_from_the_call() -> None:
    turn = Said(0, Speaker.AGENT, 590.0, 600.0, "十分钟后我给您回电")
    (found,) = find_promises([turn], BEGAN, DAYS, LIMITS)
    assert found.due_at == BEGAN + timedelta(minutes=20)
