"""What a customer answered, for their card and for the page of the call it was about."""

from __future__ import annotations

from callcoach.around.follow_ups import FollowUpState
from callcoach.around.surveys import QuestionKind
from callcoach.principal import Principal
from callcoach.reports.wording import Words
from callcoach.server.customers.history import HistoryItem, history_provider
from callcoach.server.pages.messages import catalogue
from callcoach.server.services import Services
from callcoach.store.around.follow_ups import FollowUpFilter, Response, list_follow_ups, responses_of
from callcoach.store.customers.model import Customer

YES, NO = "是", "否"


def said_in(response: Response) -> str:
    """Return the answers in a line: each question with what was said to it."""
    found: list[str] = []
    for one in response.answers:
        question = response.version.questions[one.question].text
        value = one.text if one.value is None else str(one.value)
        if one.kind is QuestionKind.YES_NO:
            value = YES if one.value else NO
        found.append(f"{question} {value}")
    return "；".join(found)


@history_provider
def follow_ups_of(services: Services, principal: Principal, customer: Customer, limit: int) -> list[HistoryItem]:
    """Tell what the customer was asked and answered, as far as the principal may know of it."""
    wanted = FollowUpFilter(number_keys=customer.number_keys)
    with services.database.reading() as session:
        found = list_follow_ups(session, principal, wanted, limit=limit).follow_ups
        answers = responses_of(session, [one.id for one in found]) if found else {}
    items: list[HistoryItem] = []
    for one in found:
        kept = next(iter(answers.get(one.id, ())), None)
        items.append(
            HistoryItem(
                at=kept.at if kept else one.due_at,
                kind=Words("回访", "Follow-up"),
                text=said_in(kept) if kept else "",
                words=catalogue()[f"follow_up_state.{one.state.value}"],
                person=one.asker,
                address=f"/follow-ups/{one.id}",
                is_open=one.state is FollowUpState.OPEN,
            )
        )
    return items
