"""What trainers do with rules, by page and by API alike; each deed is noted in the audit log."""

from __future__ import annotations

import re
from dataclasses import replace

from callcoach.errors import ConflictError, InputError, NotFoundError
from callcoach.principal import Principal
from callcoach.rules.rulebook import documents_of
from callcoach.rules.schema import RULE_ID
from callcoach.server.principal import Doer
from callcoach.server.rulebook.checking import check
from callcoach.server.rulebook.fields import RuleFields, as_version, document_of, read_document
from callcoach.server.rulebook.trying import Tried, try_on_past_calls
from callcoach.server.services import Services
from callcoach.store.audit import note
from callcoach.store.written_rules import (
    RuleDraft,
    RuleVersion,
    discard_draft,
    find_draft,
    get_draft,
    in_force,
    keep_trial,
    publish,
    put_draft,
    versions_of,
    withdraw,
)

OWN_PREFIX = "own.rule_"
"""Ids of rules that nobody gave an id."""


def document_in_force(services: Services, rule_id: str) -> str:
    """Return the document of a rule in force: what was published of it, or what the rulebook has.

    Raises:
        NotFoundError: there is no such rule.
    """
    with services.database.reading() as session:
        published = in_force(session).get(rule_id)
    if published is not None:
        return published.document
    data = documents_of(services.settings.rules.rulebook).get(rule_id)
    if data is None:
        raise NotFoundError(
            f"There is no rule {rule_id!r} in force. The page of rules lists them.",
            f"没有生效中的规则 {rule_id}。“规则”页列出了全部规则。",
        )
    return as_version(data, int(data["version"]))


def new_id(services: Services) -> str:
    """Return an id that no rule has."""
    with services.database.reading() as session:
        known = {rule.id for rule in services.desk.rules.rulebook.rules} | set(in_force(session))
        number = 1
        while (
            f"{OWN_PREFIX}{number}" in known
            or find_draft(session, f"{OWN_PREFIX}{number}")
            or versions_of(session, f"{OWN_PREFIX}{number}")
        ):
            number += 1
    return f"{OWN_PREFIX}{number}"


def begin(services: Services, rule_id: str, version_id: int | None, doer: Doer) -> RuleDraft:
    """Begin a draft of a rule from what is in force, or from one of its versions; one that was begun is kept.

    Raises:
        NotFoundError: there is no such rule or version.
        ConflictError: a version was named, and there is a draft already.
    """
    with services.database.reading() as session:
        there = find_draft(session, rule_id)
        versions = versions_of(session, rule_id)
    if there is not None and version_id is None:
        return there
    if there is not None:
        raise ConflictError(
            f"There is a draft of {rule_id} already, by {there.changed_by}. Discard or publish it first.",
            f"这条规则已有 {there.changed_by} 的草稿。请先发布或丢弃它。",
        )
    if version_id is None:
        document = document_in_force(services, rule_id)
    else:
        document = _version(versions, rule_id, version_id).document
    with services.database.writing() as session:
        made = put_draft(session, rule_id, document, number=0, person_id=doer["person_id"], now=services.now())
        note(session, "rule.draft", about=("rule", rule_id), **doer)
    return made


def save(services: Services, fields: RuleFields, number: int, doer: Doer) -> RuleDraft:
    """Keep a draft as the form has it.

    Raises:
        InputError: its id is none, or a field that holds YAML cannot be read.
        ConflictError: somebody else has changed it, or a new rule has an id that is taken.
    """
    given = replace(fields, id=fields.id.strip() or new_id(services))
    if not number and services.desk.rules.rulebook.rule(given.id) is not None:
        raise ConflictError(
            f"There is a rule {given.id!r} already. Open it and change it, or choose another id.",
            f"已经有规则 {given.id}。请打开它修改，或换一个编号。",
        )
    return _put(services, given.id, document_of(given, _next_version(services, given.id)), number, doer)


def save_document(services: Services, rule_id: str, document: str, number: int, doer: Doer) -> RuleDraft:
    """Keep a draft as a YAML document; its version is set by what was published.

    Raises:
        InputError: it cannot be read, or has another id.
        ConflictError: somebody else has changed it.
    """
    data = read_document(document)
    if data.get("id") != rule_id:
        raise InputError(
            f"The document has the id {data.get('id')!r}, expected {rule_id!r}.",
            f"文档里的 id 是 {data.get('id')}，应当是 {rule_id}。",
        )
    return _put(services, rule_id, as_version(data, _next_version(services, rule_id)), number, doer)


def try_draft(services: Services, principal: Principal, rule_id: str, count: int, doer: Doer, *, sound: bool) -> Tried:
    """Try a draft on past calls, and keep what came of it with the draft.

    Raises:
        NotFoundError: there is no draft.
        InputError: the draft has faults.
    """
    with services.database.reading() as session:
        draft = get_draft(session, rule_id)
    checked = check(services, rule_id, draft.document)
    if checked.rule is None:
        raise InputError(
            f"The draft has {len(checked.faults)} faults, so that it cannot be tried. Its page lists them.",
            f"草稿有 {len(checked.faults)} 处错误，还不能试。草稿页列出了每一处。",
        )
    tried = try_on_past_calls(services, principal, checked, rule_id, count, sound=sound)
    with services.database.writing() as session:
        keep_trial(session, rule_id, draft.number, {**tried.summary(), "at": services.now().isoformat()})
        note(session, "rule.try", about=("rule", rule_id), detail={"calls": tried.calls}, **doer)
    return tried


def publish_draft(services: Services, rule_id: str, reason: str, doer: Doer) -> None:
    """Have a draft in force from the next call on.

    Raises:
        NotFoundError: there is no draft.
        InputError: it has faults, an example comes out wrong, nobody has tried it as it stands, or no reason is given.
        ConflictError: it was changed meanwhile.
    """
    with services.database.reading() as session:
        draft = get_draft(session, rule_id)
    if not reason.strip():
        raise InputError("Say why: the reason stands in the history.", "请写明发布的理由，它会留在版本历史里。")
    checked = check(services, rule_id, draft.document)
    if not checked.is_good:
        raise InputError(
            "The draft has faults, or an example comes out otherwise than it must. Its page lists them.",
            "草稿还有错误，或有例句的结果不对。草稿页列出了每一处，改好再发布。",
        )
    if draft.trial is None:
        raise InputError(
            "Nobody has tried the draft on past calls as it stands. Try it first, and look at what it finds.",
            "草稿改过以后还没有在过去的通话上试过。请先试一次，看看会命中什么。",
        )
    version = _next_version(services, rule_id)
    document, now = as_version(read_document(draft.document), version), services.now()
    with services.database.writing() as session:
        publish(session, draft, document, version, reason=reason.strip(), person_id=doer["person_id"], now=now)
        note(session, "rule.publish", about=("rule", rule_id), detail={"version": version}, **doer)
    _tell(services)


def withdraw_rule(services: Services, rule_id: str, reason: str, doer: Doer) -> None:
    """End what was published of a rule.

    Raises:
        ConflictError: nothing of it is published.
        InputError: no reason is given.
    """
    if not reason.strip():
        raise InputError("Say why: the reason stands in the history.", "请写明撤回的理由，它会留在版本历史里。")
    with services.database.writing() as session:
        withdraw(session, rule_id, reason=reason.strip(), person_id=doer["person_id"], now=services.now())
        note(session, "rule.withdraw", about=("rule", rule_id), **doer)
    _tell(services)


def discard(services: Services, rule_id: str, doer: Doer) -> None:
    """Discard a draft."""
    with services.database.writing() as session:
        discard_draft(session, rule_id)
        note(session, "rule.discard", about=("rule", rule_id), **doer)


def _put(services: Services, rule_id: str, document: str, number: int, doer: Doer) -> RuleDraft:
    if not re.fullmatch(RULE_ID, rule_id) or len(rule_id) > 120:
        raise InputError(
            f"The id {rule_id!r} is none; expected small letters, digits and _ with a dot between, such as own.late.",
            f"编号“{rule_id}”不合要求：小写字母、数字和下划线，中间有点，例如 own.late。",
        )
    with services.database.writing() as session:
        kept = put_draft(session, rule_id, document, number=number, person_id=doer["person_id"], now=services.now())
        note(session, "rule.draft", about=("rule", rule_id), **doer)
    return kept


def _next_version(services: Services, rule_id: str) -> int:
    """Return the version after all that there were of a rule."""
    in_book = services.desk.rules.rulebook.rule(rule_id)
    with services.database.reading() as session:
        published = max((one.version for one in versions_of(session, rule_id)), default=0)
    return max(published, in_book.version if in_book is not None else 0) + 1


def _version(versions: tuple[RuleVersion, ...], rule_id: str, version_id: int) -> RuleVersion:
    found = next((one for one in versions if one.id == version_id and one.document), None)
    if found is None:
        raise NotFoundError(
            f"The rule {rule_id!r} has no published version of this number.", f"规则 {rule_id} 没有这个版本。"
        )
    return found


def _tell(services: Services) -> None:
    """Have the work on calls and live calls judge by the rules in force now."""
    services.desk.rules.look_again()
    services.exchange.use_rules()
