"""docs/people.md, of which the table of rights is written from the code."""

from __future__ import annotations

from callcoach.principal import Role
from callcoach.rights import RIGHTS, SCOPES, Permission
from callcoach.server.pages.messages import catalogue
from callcoach.settings import SignInSettings

DEEDS: dict[Permission, tuple[str, str]] = {
    Permission.CALLS_SEE: ("查找、查看、收听通话，看统计", "find, read and hear calls, see statistics"),
    Permission.VIEWS: ("保存通话列表的视图", "keep views of the list of calls"),
    Permission.CALLS_BRING: ("送入录音", "bring recordings in"),
    Permission.CALLS_RETRY: ("重新分析", "have a call analysed again"),
    Permission.REVIEW: ("质检通话、裁定申诉、安排抽检和校准", "review calls, decide appeals, plan, calibrate"),
    Permission.COACH: ("记录辅导、布置练习", "note coaching sessions, set drills"),
    Permission.REVIEW_ANSWER: (
        "查看、认可或申诉自己通话的质检，做练习",
        "read, acknowledge or appeal a review of one's call; do one's drills",
    ),
    Permission.PHONE: ("连接自己的软电话并用它通话", "connect one's own softphone and call with it"),
    Permission.PHONES_SEE: ("看正在进行的通话", "follow calls that go on"),
    Permission.CONTACTS_SEE: ("查公司电话簿", "look up the phone book"),
    Permission.CONTACTS_KEEP: ("修改、导入、导出电话簿", "change, bring in and take away the phone book"),
    Permission.CUSTOMERS_SEE: (
        "查看客户卡片（坐席：来电的、负责的、谈过的）",
        "read customers' cards (agents: of callers and their own)",
    ),
    Permission.CUSTOMERS_EDIT: ("新建、修改客户卡片，添加备注", "make and change cards, note on them"),
    Permission.CUSTOMERS_KEEP: (
        "导入、导出、合并客户，计算分级",
        "bring in, take away, merge, rank customers",
    ),
    Permission.CAMPAIGNS_SEE: ("查看所在团队的外呼任务", "see the campaigns of one's teams"),
    Permission.CAMPAIGNS_WORK: ("拨打外呼名单", "call numbers of campaigns"),
    Permission.CAMPAIGNS_KEEP: (
        "建立外呼任务和回访计划、分配名单、管理免打扰",
        "keep campaigns, follow-up plans, lists, the do-not-call list",
    ),
    Permission.AROUND_CALL: (
        "通话记录、结果、话术、回拨、回访",
        "keep notes, outcomes, scripts, callbacks, follow-ups",
    ),
    Permission.COMPLAINTS: ("登记投诉、处理自己负责的投诉", "record complaints, work on one's own"),
    Permission.COMPLAINTS_DECIDE: ("判定投诉、定责任人、批准方案", "judge complaints, name owners, approve"),
    Permission.CALL_TEXTS: ("维护通话结果、话术、满意度问卷", "keep the outcomes, scripts and surveys in use"),
    Permission.PHONES_JOIN: ("监听、耳语、插话、给坐席发消息", "listen in, whisper, barge in, send messages to desks"),
    Permission.SPEAKING_RULES: ("选择通话中提示的规则", "choose the rules that speak up at the desk"),
    Permission.RULES: ("编写规则、在过去的通话上试、发布、撤回", "write, try, publish and withdraw rules"),
    Permission.PEOPLE: ("管理人员、团队、邀请", "keep people, teams and invitations"),
    Permission.FOLDERS: ("查看录音文件夹，重试拒收的文件", "see watched folders, have files tried again"),
    Permission.HOOKS: ("管理 Webhook", "keep webhooks"),
    Permission.EVENTS: ("接收所见通话的事件", "follow the events of calls one may see"),
    Permission.AUDIT: ("查看审计日志", "read the audit log"),
    Permission.TOKENS: ("通过 API 管理自己的令牌", "keep one's tokens by the API"),
    Permission.OWN_ACCOUNT: (
        "在浏览器中修改密码、管理令牌",
        "one's password and tokens at a browser",
    ),
}
"""What each permission allows, in words."""

TEXT = """# 人员与登录 · People and signing in

表格由代码生成，请勿手改 · the table is generated from the code by `make docs`.

## 第一次启动 · The first start

`callcoach serve` 在还没有能登录的管理员时打印一个一次性链接（{hours} 小时内有效）。
打开它，设置密码，即以管理员身份登录。
As long as no administrator can sign in, `callcoach serve` prints a link that is valid once, for {hours} hours. Whoever
opens it sets a password and is the administrator. A password that was lost: `callcoach people invite LOGIN`.

## 添加人员 · Adding people

在“人员”页添加，再生成邀请链接发给本人；本人凭链接设置密码。人员不会被删除，只会停用：停用后立即退出登录，历史记录保留姓名。
Add them on the page People, make an invitation link and hand it over. Nobody is deleted, only made inactive: they are
signed out at once, and the history keeps their name.

## 权限 · Rights

坐席只见自己的通话，主管见所带团队的，培训师与管理员见全部。
Agents meet their own calls only, supervisors those of the teams they lead, trainers and administrators all.

{table}

令牌只有在其角色允许、且带有所列权限范围时才能使用；“—”表示令牌不可用。
A token may do what its person's role allows and its scopes name; with “—” no token does. 令牌创建的令牌权限不会更大、
有效期不会更长。 A token makes none that may do more than itself or lasts longer.

## 企业账号 · Sign-in by OpenID Connect

在身份提供方登记回调地址 `https://您的地址/sign-in/provider/answer`，然后设置：
Register the redirect address `https://YOUR-ADDRESS/sign-in/provider/answer` with the provider, then set:

```toml
[server]
base_url = "https://qa.example.com"
[oidc]
issuer = "https://sso.example.com"
client_id = "callcoach"
client_secret = "..."
```

第一次按提供方已验证的邮箱找到人员，以后按提供方的账号标识。不会自动添加人员。
The first time a person is found by the e-mail address the provider has checked, from then on by the provider's own id.
Nobody is added by signing in. A provider that does not say `email_verified`: `oidc.trust_email`, if it checks them.

## 安全 · Security

- 密码用 Argon2id 保存；令牌、会话、邀请链接只保存哈希。 Passwords are kept as Argon2id, all other secrets as hashes.
- 同一登录名 {window} 分钟内失败 {per_login} 次、同一网络地址失败 {per_address} 次后须等待；重启不清零。
  After {per_login} failures of a login or {per_address} of an address within {window} minutes it must wait, whether
  the server restarts or not.
- 会话闲置 {idle} 分钟或登录 {lifetime} 小时后结束。 A session ends after {idle} idle minutes, or {lifetime} hours.
- `base_url` 以 https 开头时，Cookie 只经 https 发送。 With a `base_url` of https, cookies travel by https only.
- 审计日志只增不改，数据库本身拒绝修改和删除。 The audit log is only added to; the database refuses anything else.
"""


def guide() -> str:
    """Return the document."""
    limits = SignInSettings()
    return TEXT.format(
        table=_table(),
        hours=limits.invitation_h,
        window=limits.failure_window_min,
        per_login=limits.failures_per_login,
        per_address=limits.failures_per_address,
        idle=limits.idle_min,
        lifetime=limits.lifetime_h,
    )


def _table() -> str:
    names = [catalogue()[f"role.{role.value}"] for role in Role]
    head = ["", *(f"{words.zh} {words.en}" for words in names), "令牌权限 scope"]
    rows = [head, ["---"] * len(head), *map(_row, Permission)]
    return "\n".join("| " + " | ".join(row).strip() + " |" for row in rows)


def _row(permission: Permission) -> list[str]:
    scope = SCOPES[permission]
    marks = ["✓" if permission in RIGHTS[role] else "" for role in Role]
    return [" · ".join(DEEDS[permission]), *marks, f"`{scope.value}`" if scope else "—"]
