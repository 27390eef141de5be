"""Kind `dead_air`: both sides silent without a reason the other side knows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass as checked_dataclass

from callcoach.datapath import Severity, Speaker
from callcoach.rules.backchannels import is_backchannel
from callcoach.rules.kinds.base import CONFIG, Condition, Phrase, Seconds, register
from callcoach.rules.match import Match, Need, Note, SetAside
from callcoach.rules.quiet import (
    Quiet,
    QuietCause,
    Sounds,
    held_spans,
    lost_by_line,
    lost_share,
    overlap_s,
    quiet_stretches,
    typing_heard,
    wordless_spans,
)
from callcoach.rules.sounding import SoundKind
from callcoach.rules.view import ConversationView, TurnView

DEFAULT_WARN_S = 5.0
"""Silence that a caller takes for a dropped line (guidelines D, silence.dead_air)."""

DEFAULT_SERIOUS_S = 10.0
"""Silence that counts as no service at all (guidelines D, silence.dead_air)."""

DEFAULT_NOTICE_HOLDS_S = 60.0
"""How long an announced wait excuses silence: the longest single hold of guidelines D (hold.long)."""

MENTIONED_LOSS = 0.1
"""Share of a silence that the line lost, from which the finding mentions it."""

HELD_SHARE = 0.5
"""Share of a quiet stretch that must lie in a hold for the hold to explain it: events and audio
differ by some tenths of a second at both ends."""


CAUSES = {
    QuietCause.UNEXPLAINED: Note(
        "没有原因，是坐席让客户等", "nothing explains it: the agent kept the customer waiting"
    ),
    QuietCause.HOLD: Note("呼叫保持中", "the call was on hold"),
    QuietCause.ANNOUNCED: Note("坐席事先说了要等", "the agent had announced the wait"),
    QuietCause.TYPING: Note("坐席说了要等，正在打字", "the agent had announced the wait and is heard typing"),
    QuietCause.LOST: Note("线路丢包，声音断了", "the line lost the sound"),
    QuietCause.CUSTOMER_BUSY: Note("客户在想或在照着做", "the customer was thinking or busy"),
    QuietCause.ENDED: Note("道别以后的录音尾巴", "after the farewell"),
}
"""What is said of a silence that a rule leaves out."""

SOUNDS = {
    SoundKind.MUSIC: Note("有音乐", "music was heard"),
    SoundKind.TONE: Note("有提示音", "a tone was heard"),
    SoundKind.VOICE: Note("有没认出的说话声", "a voice was heard that was not recognised"),
    SoundKind.UNKNOWN: Note("有音乐、提示音或别的声音", "music, a tone or another sound was heard"),
}
"""What is said of a sound that explains why nobody spoke."""

TYPED_UNANNOUNCED = Note("听得到打字，但没有先请客户稍等", "typing is heard, but the wait was not announced")
PARTLY_LOST = Note("线路丢了其中 {share:.0%}，不足以解释", "the line lost {share:.0%} of it, too little to explain it")
LOSS_OF_CALL = Note("（全程丢包 {loss:.1%}）", " (packets lost over the call: {loss:.1%})")


@register("dead_air")
@checked_dataclass(frozen=True, kw_only=True, config=CONFIG)
class DeadAirCondition(Condition):
    """双方沉默而没有原因 · Both sides silent for no cause (hold, announced wait, music, lost packets)."""

    cause: Annotated[
        QuietCause,
        Field(description="which silences: `unexplained`, or `customer_busy` (the customer kept the agent waiting)"),
    ] = QuietCause.UNEXPLAINED
    warn_s: Annotated[Seconds, Field(description="shortest silence reported, s")] = DEFAULT_WARN_S
    serious_s: Annotated[Seconds | None, Field(description="silence from which it is serious, s; null: never")] = (
        DEFAULT_SERIOUS_S
    )
    notice: Annotated[tuple[Phrase, ...], Field(description="wordings with which the agent announces a wait")] = ()
    notice_holds_s: Annotated[Seconds, Field(description="longest silence an announcement excuses, s")] = (
        DEFAULT_NOTICE_HOLDS_S
    )
    prods: Annotated[
        tuple[Phrase, ...], Field(description="wordings with which a customer breaks a silence that was the agent's")
    ] = ()
    farewells: Annotated[
        tuple[Phrase, ...], Field(description="wordings after which silence up to the end of the recording is no fault")
    ] = ()

    def patterns(self) -> Iterator[str]:
        """Yield every wording that tells one cause from another."""
        yield from (*self.notice, *self.prods, *self.farewells)

    def needs(self) -> frozenset[Need]:
        """Nothing beyond turns or segments: on a mono mix both sides are silent together."""
        return frozenset()

    def find(self, view: ConversationView) -> Iterator[Match]:
        """Yield the silences of the asked cause."""
        for quiet, cause in self._judged(view):
            if cause is self.cause:
                grave = self.serious_s is not None and quiet.duration_s >= self.serious_s
                yield Match(
                    speaker=Speaker.CUSTOMER
                    if self.cause is QuietCause.CUSTOMER_BUSY
                    else quiet.before or Speaker.UNKNOWN,
                    start_s=quiet.start_s,
                    end_s=quiet.end_s,
                    value=round(quiet.duration_s, 2),
                    threshold=self.serious_s if grave else self.warn_s,
                    unit="s",
                    severity=Severity.SERIOUS if grave else None,
                    note=self._note(view, quiet, cause),
                )

    def set_aside(self, view: ConversationView) -> Iterator[SetAside]:
        """Yield the silences that have another cause."""
        for quiet, cause in self._judged(view):
            if cause is not self.cause:
                note = self._note(view, quiet, cause)
                yield SetAside(quiet.start_s, quiet.end_s, round(quiet.duration_s, 2), "s", note)
        sounds = view.once(Sounds)
        for wordless in wordless_spans(view, self.warn_s):
            for (start_s, end_s), kind in sorted(sounds.kinds(wordless)):
                if end_s - start_s >= self.warn_s and kind is not SoundKind.NOISE:
                    yield SetAside(start_s, end_s, round(end_s - start_s, 2), "s", SOUNDS[kind])

    def _note(self, view: ConversationView, quiet: Quiet, cause: QuietCause) -> Note:
        """The cause in words, with what else was heard."""
        said = [CAUSES[cause]]
        quality = view.conversation.call.quality
        if cause is QuietCause.LOST and quality is not None and quality.packets_lost:
            said.append(Note(*(text.format(loss=quality.loss_ratio) for text in (LOSS_OF_CALL.zh, LOSS_OF_CALL.en))))
        if cause is QuietCause.UNEXPLAINED:
            if typing_heard(view.conversation, quiet):
                said.append(TYPED_UNANNOUNCED)
            if (share := lost_share(view.conversation, quiet)) >= MENTIONED_LOSS:
                said.append(Note(*(text.format(share=share) for text in (PARTLY_LOST.zh, PARTLY_LOST.en))))
        return Note("；".join(one.zh for one in said).replace("；（", "（"), "; ".join(one.en for one in said))

    def _judged(self, view: ConversationView) -> Iterator[tuple[Quiet, QuietCause]]:
        """Yield each silence with its cause."""
        holds = held_spans(view.conversation)
        for quiet in quiet_stretches(view, self.warn_s):
            yield quiet, self._cause(view, quiet, holds)

    def _cause(self, view: ConversationView, quiet: Quiet, holds: list[tuple[float, float]]) -> QuietCause:
        before, after = _turns_around(view, quiet)
        if overlap_s((quiet.start_s, quiet.end_s), holds) >= HELD_SHARE * quiet.duration_s:
            return QuietCause.HOLD
        if quiet.duration_s <= self.notice_holds_s and _agent_said(view, _left_with(view, quiet), self.notice):
            return QuietCause.TYPING if typing_heard(view.conversation, quiet) else QuietCause.ANNOUNCED
        if lost_by_line(view, quiet):
            return QuietCause.LOST
        if after is None and before is not None and view.hits(before, self.farewells):
            return QuietCause.ENDED
        if quiet.after is Speaker.AGENT and quiet.before is Speaker.CUSTOMER:
            prodded = after is not None and bool(view.hits(after, self.prods))
            return QuietCause.UNEXPLAINED if prodded else QuietCause.CUSTOMER_BUSY
        return QuietCause.UNEXPLAINED


def _turns_around(view: ConversationView, quiet: Quiet) -> tuple[TurnView | None, TurnView | None]:
    """The last turn that began before the silence and the first that begins towards its end."""
    middle_s = (quiet.start_s + quiet.end_s) / 2
    before = [one for one in view.turns if one.turn.start_s < middle_s]
    after = [one for one in view.turns if one.turn.start_s >= middle_s]
    return (before[-1] if before else None), (after[0] if after else None)


def _left_with(view: ConversationView, quiet: Quiet) -> TurnView | None:
    """The turn after which the silence began, but for the customer's assent to it (请稍等 — 好的)."""
    before = [one for one in view.turns if one.turn.start_s < (quiet.start_s + quiet.end_s) / 2]
    while before and before[-1].turn.speaker is Speaker.CUSTOMER and is_backchannel(before[-1].text):
        before.pop()
    return before[-1] if before else None


def _agent_said(view: ConversationView, turn: TurnView | None, wordings: tuple[Phrase, ...]) -> bool:
    """Whether the turn holds a wording and is the agent's, or of nobody known."""
    return turn is not None and turn.turn.speaker is not Speaker.CUSTOMER and bool(view.hits(turn, wordings))
