"""States, outcomes and modes in words."""

from __future__ import annotations

from collections.abc import Mapping

from callcoach.campaigns.outcomes import CampaignMode, CampaignState, LeadState, Outcome
from callcoach.reports.wording import Words

STATES: Mapping[LeadState, Words] = {
    LeadState.OPEN: Words("未拨打", "open"),
    LeadState.RESERVED: Words("已占用", "taken"),
    LeadState.CALLED: Words("已接通，待填结果", "answered, no result yet"),
    LeadState.DONE: Words("完成", "done"),
    LeadState.LATER: Words("待重拨", "to be called again"),
    LeadState.FAILED: Words("不再拨打", "called no more"),
}
OUTCOMES: Mapping[Outcome, Words] = {
    Outcome.DIALLING: Words("拨打中", "being called"),
    Outcome.ANSWERED: Words("接通", "answered"),
    Outcome.BUSY: Words("占线或拒接", "busy or declined"),
    Outcome.NO_ANSWER: Words("无人接听", "no answer"),
    Outcome.WRONG_NUMBER: Words("空号或错号", "wrong number"),
    Outcome.FAULT: Words("线路故障", "fault of the line"),
    Outcome.CANCELLED: Words("坐席挂断", "agent hung up"),
    Outcome.LOST: Words("结果不明", "unknown"),
}
MODES: Mapping[CampaignMode, Words] = {
    CampaignMode.PREVIEW: Words("预览：坐席看过再拨", "preview: the agent looks first"),
    CampaignMode.PROGRESSIVE: Words("渐进：坐席空闲就自动拨", "progressive: dialled when the agent is free"),
}
CAMPAIGN_STATES: Mapping[CampaignState, Words] = {
    CampaignState.RUNNING: Words("进行中", "running"),
    CampaignState.PAUSED: Words("已暂停", "paused"),
    CampaignState.ENDED: Words("已结束", "ended"),
}
