"""docs/complaints.md: the way of a complaint, drawn from its table."""

from __future__ import annotations

from callcoach.around.complaints import BESIDE, WAY, ComplaintState, ComplaintStep, Doer

STATES = {
    ComplaintState.RECORDED: "已记录",
    ComplaintState.JUDGED: "已判定成立",
    ComplaintState.ASSIGNED: "已定责任人",
    ComplaintState.ANALYSED: "已分析",
    ComplaintState.PROPOSED: "已提方案",
    ComplaintState.APPROVED: "已批准",
    ComplaintState.CARRIED_OUT: "已实施",
    ComplaintState.FOLLOWED_UP: "已回访",
    ComplaintState.EVALUATED: "已评价",
    ComplaintState.DISMISSED: "不成立",
}
STEPS = {
    ComplaintStep.RECORD: "记录",
    ComplaintStep.JUDGE: "判定成立",
    ComplaintStep.DISMISS: "判定不成立",
    ComplaintStep.ASSIGN: "定责任人",
    ComplaintStep.ANALYSE: "分析原因",
    ComplaintStep.PROPOSE: "提出方案",
    ComplaintStep.APPROVE: "批准",
    ComplaintStep.SEND_BACK: "退回",
    ComplaintStep.CARRY_OUT: "实施",
    ComplaintStep.FOLLOW_UP: "回访满意",
    ComplaintStep.STILL_UNHAPPY: "回访不满意",
    ComplaintStep.EVALUATE: "评价",
    ComplaintStep.REOPEN: "重新打开",
    ComplaintStep.CHANGE: "修改",
    ComplaintStep.REMARK: "备注",
    ComplaintStep.REPORT: "事故报告",
    ComplaintStep.HAND_ON: "转交",
    ComplaintStep.LATE: "超时",
}
DOERS = {
    Doer.ANYBODY: "所有能看到投诉的人",
    Doer.OWNER: "责任人",
    Doer.DECIDER: "主管、管理员",
    Doer.APPROVER: "有权批准该金额、且不是提出方案的人",
    Doer.INSTALLATION: "系统",
}
NEEDS = {"text": "说明 a text", "owner": "责任人 an owner"}
HEAD = """# 投诉处理 · Complaints

图表由代码生成，请勿手改 · the drawing and the tables are generated from the code by `make docs`.

每一步只追加到经过里，不改不删；每一步都有责任人和期限（`complaints.*_h`），超时会记入经过并排在列表最前。
记录后 {report} 分钟内提交事故报告。金额超过 {next:,} 元由上一级批准，超过 {head:,} 元由总部批准；
自己提的方案不能自己批。
Every step is added to the history, nothing is overwritten. Each has an owner and a deadline (`complaints.*_h`); what is
late is noted and stands first in the list. The incident report is due within {report} minutes. Over {next:,} yuan the
next level approves, over {head:,} yuan the head office, and nobody approves their own proposal. Who that is:
`complaints.next_level` and `complaints.head_office`, by login; nobody named: the administrators.
"""


def complaints_guide(report_min: int, next_yuan: int, head_yuan: int) -> str:
    """Return the document.

    Args:
        report_min: minutes until the incident report is due.
        next_yuan: over this the next level approves.
        head_yuan: over this the head office does.
    """
    lines = [HEAD.format(report=report_min, next=next_yuan, head=head_yuan), "```mermaid", "stateDiagram-v2"]
    lines += [f"    {state.value} : {words}" for state, words in STATES.items()]
    lines += [f"    [*] --> {ComplaintState.RECORDED.value} : {STEPS[ComplaintStep.RECORD]}"]
    lines += [f"    {one.begin.value} --> {one.end.value} : {STEPS[one.step]}" for one in WAY]
    lines += ["```", "", "| 从 from | 操作 step | 到 to | 由谁 by | 需要 needs |", "| --- | --- | --- | --- | --- |"]
    lines += [
        f"| {STATES[one.begin]} | {STEPS[one.step]} `{one.step.value}` | {STATES[one.end]} | {DOERS[one.doer]} "
        f"`{one.doer.value}` | {_needs(one.needs)} |"
        for one in WAY
    ]
    lines += ["", "随时可做，不改变状态 · at any time while it is open, leaving the state as it is:", ""]
    lines += ["| 操作 step | 由谁 by | 需要 needs |", "| --- | --- | --- |"]
    lines += [
        f"| {STEPS[step]} `{step.value}` | {DOERS[doer]} `{doer.value}` | {_needs(needs)} |"
        for step, (doer, needs) in BESIDE.items()
    ]
    return "\n".join(lines) + "\n"


def _needs(names: tuple[str, ...]) -> str:
    return "、".join(NEEDS[name] for name in names) or "–"
