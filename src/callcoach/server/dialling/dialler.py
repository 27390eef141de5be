"""Has telephones call numbers of lists and learns from them what came of it.

Lives in the server's event loop beside the telephones; the database is asked in worker threads. Whatever it must not
forget is written before the telephone is asked, so that it may be killed at any moment: see `store.campaigns.taking`.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any, TypeVar

from starlette.concurrency import run_in_threadpool

from callcoach.campaigns.outcomes import LeadState, Outcome, outcome_of
from callcoach.customers.numbers import dial_string, number_key
from callcoach.errors import CallCoachError, LineError
from callcoach.server.dialling.calls import Event, PlacedCall, PlacedCalls
from callcoach.server.dialling.hours import hours_of
from callcoach.server.dialling.readiness import AgentState, Readiness
from callcoach.server.phones.news import News
from callcoach.server.services import Services
from callcoach.store.campaigns.attempts import OpenAttempt, end_attempt, note_answer, note_call, open_attempts
from callcoach.store.campaigns.beginning import Begun, begin_call
from callcoach.store.campaigns.keeping import progressive_agents
from callcoach.store.campaigns.model import Lead, Refusal
from callcoach.store.campaigns.taking import free_expired, held_lead, take_next

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
"""How often is looked for agents who are ready; an agent waits half of it in the mean."""
SWEEP_EVERY_S = 10.0
Value = TypeVar("Value")


class Dialler:
    """Works from `start` to `stop`.

    Args:
        services: the running server's.
        readiness: who is ready.
    """

    def __init__(self, services: Services, readiness: Readiness) -> None:
        self._services = services
        self._readiness = readiness
        self._calls = PlacedCalls()
        self._busy: set[int] = set()
        """People a number is being taken or dialled for."""
        self._next_dial = 0.0
        self._swept_at = 0.0
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self) -> None:
        """Begin; to be called in the event loop."""
        self._run(self._read())
        self._run(self._work())

    async def stop(self) -> None:
        """End. Calls go on at the telephones."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # -- placing a call ------------------------------------------------------------------------

    async def dial(self, person_id: int, lead_id: int) -> Refusal | str:
        """Have an agent's telephone call the number they have taken; return the call's id, or why it may not be.

        Raises:
            LineError: the telephone is not there, is in a call, or could not; the number waits again.
            CallCoachError: the number is not the agent's now.
        """
        phone = self._services.exchange.phone_of(person_id)
        if phone.standing.calls or self._calls.is_asking(person_id):
            raise LineError("The phone is in a call. End it first.", "话机正在通话，请先结束。")
        if not self._may_dial():
            return Refusal("本服务器的拨号数已满，请稍候", "this server dials no more calls now: wait a little")
        self._calls.asking(person_id)
        try:
            begun = await self._begin(person_id, lead_id)
            if isinstance(begun, Refusal):
                self._calls.refused(person_id)
                return begun
            target = self._services.settings.dialling.prefix + dial_string(begun.number)
            try:
                call_id = str(await phone.ask("dial", {"target": target}))
            except LineError as error:
                await self._in_store(
                    end_attempt, begun.attempt_id, Outcome.FAULT, self._services.now(), detail=str(error)
                )
                raise
            await self._in_store(note_call, begun.attempt_id, call_id)
        except BaseException:
            self._calls.refused(person_id)
            raise
        call = PlacedCall(begun.attempt_id, person_id, call_id)
        for event in self._calls.placed(call):
            await self._happened(call, event)
        self._run(self._give_up(call))
        return call_id

    async def _begin(self, person_id: int, lead_id: int) -> Begun | Refusal:
        settings = self._services.settings

        def begin() -> Begun | Refusal:
            with self._services.database.writing() as session:
                now = self._services.now()
                return begin_call(
                    session, lead_id, person_id, now=now, hours=hours_of(settings), ring_s=settings.dialling.ring_s
                )

        return await run_in_threadpool(begin)

    def _may_dial(self) -> bool:
        """Whether the server's rate admits a call now; if so, the next one waits until its time."""
        now = time.monotonic()
        if now < self._next_dial:
            return False
        self._next_dial = now + 60 / self._services.settings.dialling.calls_per_min
        return True

    async def _give_up(self, call: PlacedCall) -> None:
        """Hang up when nobody answers."""
        await asyncio.sleep(self._services.settings.dialling.ring_s)
        phone = self._services.exchange.find(call.person_id)
        if call.answered or call.call_id not in self._calls.by_id or phone is None:
            return
        call.given_up = True
        try:
            await phone.ask("hang_up", {"call_id": call.call_id})
        except LineError as error:
            log.warning("call %s that nobody answers could not be ended: %s", call.call_id, error)

    # -- what telephones tell ------------------------------------------------------------------

    async def _read(self) -> None:
        with self._services.exchange.newsroom.reading(lambda _: True) as reader:
            while True:
                news = await reader.queue.get()
                if not isinstance(news, News):
                    continue
                try:
                    await self._heard(news)
                except CallCoachError as error:  # the database is away: what was told is found out by the hold's end
                    log.warning("the dialler missed news of person %d: %s", news.person_id, error)

    async def _heard(self, news: News) -> None:
        if news.kind == "event":
            call = self._calls.of_event(news.person_id, news.data)
            if call is not None:
                await self._happened(call, news.data)
        elif news.kind == "connected" and not self._calls.is_asking(news.person_id):
            await self._find_again(news.person_id)

    async def _happened(self, call: PlacedCall, event: Event) -> None:
        now = self._services.now()
        if event["event"] == "StateChanged" and event["state"]["phase"] == "talking" and not call.answered:
            call.answered = True
            await self._in_store(note_answer, call.attempt_id, now)
        elif event["event"] == "CallEnded":
            self._calls.ended(call)
            by_agent = event["ended_by"] == "agent" and not call.given_up
            code = 487 if call.given_up else int(event["code"])
            outcome = outcome_of(code, answered=call.answered, by_agent=by_agent)
            detail = f"{event['code']} {event['reason']}".strip()
            await self._in_store(end_attempt, call.attempt_id, outcome, now, code=int(event["code"]), detail=detail)

    async def _find_again(self, person_id: int) -> None:
        """Compare what is written with how things stand at a telephone whose line was down, or whose server is new."""
        phone = self._services.exchange.find(person_id)
        if phone is None:
            return
        for known in self._calls.of_person(person_id):
            self._calls.ended(known)
        for attempt in await self._in_store(open_attempts, person_id):
            standing = next((one for one in phone.standing.calls if _is_of(attempt, one.call_id, one.number)), None)
            if standing is None:
                await self._in_store(
                    end_attempt, attempt.id, Outcome.LOST, self._services.now(), detail="ended while the line was down"
                )
                continue
            call = PlacedCall(attempt.id, person_id, standing.call_id)
            self._calls.placed(call)
            await self._in_store(note_call, attempt.id, standing.call_id)
            if standing.talking_since is not None:
                call.answered = True
                await self._in_store(note_answer, attempt.id, self._services.now())
            else:
                self._run(self._give_up(call))

    # -- progressive ---------------------------------------------------------------------------

    async def _work(self) -> None:
        while True:
            try:
                if time.monotonic() - self._swept_at > SWEEP_EVERY_S:
                    self._swept_at = time.monotonic()
                    await self._in_store(free_expired, self._services.now())
                if self._services.exchange.phones() and hours_of(self._services.settings).allow(self._services.now()):
                    await self._look()
            except CallCoachError as error:  # the database is away for a while
                log.warning("the dialler waits: %s", error)
            await asyncio.sleep(LOOK_EVERY_S)

    async def _look(self) -> None:
        today = self._services.now().astimezone(hours_of(self._services.settings).zone).date()
        for person_id, campaign_id in await self._in_store(progressive_agents, today):
            if await self._is_free(person_id):
                self._busy.add(person_id)
                self._run(self._serve(person_id, campaign_id))

    async def _is_free(self, person_id: int) -> bool:
        phone = self._services.exchange.find(person_id)
        if phone is None or phone.standing.calls or person_id in self._busy or self._calls.of_person(person_id):
            return False
        return await run_in_threadpool(self._readiness.state, person_id) is AgentState.READY

    async def _serve(self, person_id: int, campaign_id: int) -> None:
        """Call the next number for an agent who is free."""
        try:
            lead = await self._next(person_id, campaign_id)
            if lead is not None:
                refusal = await self.dial(person_id, lead.id)
                if isinstance(refusal, Refusal):
                    log.info("number %d waits: %s", lead.id, refusal.en)
        except CallCoachError as error:
            log.warning("no call for person %d: %s", person_id, error)
        finally:
            self._busy.discard(person_id)

    async def _next(self, person_id: int, campaign_id: int) -> Lead | None:
        """Return the number an agent calls now: one taken before that waits for its turn, or the next."""
        now = self._services.now()
        held = await self._in_store(held_lead, person_id, now)
        if held is not None:
            # One that was answered waits for its result first, one of another campaign for its agent.
            return held if held.state is LeadState.RESERVED and held.campaign_id == campaign_id else None
        hold_s = self._services.settings.dialling.reservation_s
        today = now.astimezone(hours_of(self._services.settings).zone).date()
        return await self._in_store(take_next, campaign_id, person_id, now=now, hold_s=hold_s, today=today)

    # -- both ----------------------------------------------------------------------------------

    async def _in_store(self, deed: Callable[..., Value], *arguments: Any, **named: Any) -> Value:
        """Do something with the database in a transaction, in a worker thread."""

        def do() -> Value:
            with self._services.database.writing() as session:
                return deed(session, *arguments, **named)

        return await run_in_threadpool(do)

    def _run(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("the dialler failed", exc_info=task.exception())


def _is_of(attempt: OpenAttempt, call_id: str, number: str) -> bool:
    """Whether a call at a telephone is an attempt: by its id, or by the number where the id was not written yet."""
    if attempt.call_id:
        return attempt.call_id == call_id
    return number_key(number).endswith(attempt.number_key)  # a prefix for an outside line may stand before it
