"""How long a thousand rules take over a transcript of half an hour, on one core and without the second pass.

And how long the built-in rules take at each turn while such a call, with its sound, goes on.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path

import numpy as np

from callcoach.audio.levels import HOP_S
from callcoach.datapath import Call, Conversation, LevelTrack, Speaker, Turn, Word
from callcoach.rules.definition import Rulebook
from callcoach.rules.examples import Example
from callcoach.rules.kinds.phrase import PhraseCondition
from callcoach.rules.live import LiveRules
from callcoach.rules.rulebook import load_rulebook
from callcoach.rules.runner import apply_rules

RULES, PHRASES_EACH = 1000, 3
MINUTES = 30.0
CHARACTERS_PER_S = 4.0
RUNS = 15
LIVE_TURNS = 100
ONSETS = """
不能 不会 不想 不管 没有 必须 应该 可能 从来 一定
绝对 马上 自己 别人 公司 规定 系统 网点 客户 投诉
""".split()  # noqa: SIM905 - a list a line long reads worse
MIDDLES = """
退货 换货 处理 解决 负责 赔偿 登记 查询 通知 发货
派送 签收 开票 充值 转账 维修 安装 预约 取消 修改
""".split()  # noqa: SIM905 - a list a line long reads worse
ENDINGS = """
了 的 吗 吧 呢 这个 那个 一下 一次 两天
三天 明天
""".split()  # noqa: SIM905 - a list a line long reads worse
EXCEPTIONS = "double_negation, reassurance, quoting, reading_aloud, denied, hypothetical, word_boundary"


def rule_document(number: int, said: list[str]) -> str:
    """One rule of three phrases with alternatives and gaps, and the exceptions most built-in rules have.

    Every tenth rule has a phrase of `said`, so that some rules find something.
    """
    words = [
        f"{ONSETS[(number + n) % 20]}[给你]{MIDDLES[number // 20 % 20]}…4{ENDINGS[(number // 400 + 4 * n) % 12]}"
        for n in range(PHRASES_EACH)
    ]
    if number % 10 == 0:
        words[0] = said[number // 10 % len(said)]
    return f"""\
id: bench.rule_{number}
version: 1
name: {{zh: 规则{number}, en: Rule {number}}}
category: negative
severity: warning
applies_to: agent
condition: {{kind: phrase, any: [{", ".join(f"'{word}'" for word in words)}]}}
exceptions: [{EXCEPTIONS}]
advice: {{zh: 换一种说法, en: Say it otherwise}}
source: {{document: benchmark, phrase: benchmark}}
hits: [【一】, 【二】, 【三】]
misses: [一, 二, 三]
"""


def found_wordings(builtin: Rulebook) -> list[str]:
    """What the examples of the built-in phrase rules mark as found."""
    return [
        example.conversation.turns[span.turn_index or 0].text[int(span.start) : int(span.end)]
        for rule in builtin.rules
        if isinstance(rule.condition, PhraseCondition)
        for example in rule.hits
        for span in example.spans
    ]


def thousand_rules(said: list[str]) -> Rulebook:
    """Rules as a trainer would have written them, loaded the usual way."""
    with tempfile.TemporaryDirectory() as folder:
        documents = "---\n".join(rule_document(number, said) for number in range(RULES))
        (Path(folder) / "rules.yaml").write_text(documents, encoding="utf-8")
        return load_rulebook(folder)


def half_an_hour(examples: list[Example]) -> Conversation:
    """Turns of both sides, word by word, made of the built-in rules' own examples: dense in what rules look for."""
    turns: list[Turn] = []
    now_s = 0.0
    texts = cycle(turn.text for example in examples for turn in example.conversation.turns if len(turn.text) > 3)
    for index, text in enumerate(islice(texts, 5000)):
        words = tuple(
            Word(one, now_s + at / CHARACTERS_PER_S, now_s + (at + 1) / CHARACTERS_PER_S, 0.9)
            for at, one in enumerate(text)
        )
        speaker = (Speaker.AGENT, Speaker.CUSTOMER)[index % 2]
        turns.append(Turn(index, speaker, now_s, words[-1].end_s, text, words))
        now_s = words[-1].end_s + 0.5
        if now_s > MINUTES * 60:
            break
    return Conversation(Call("benchmark"), now_s, tuple(turns))


def run_ms(book: Rulebook, talk: Conversation) -> list[float]:
    """CPU times of each run in ms; the first is the one with nothing remembered yet."""
    times: list[float] = []
    for _ in range(RUNS):
        start = time.process_time()
        apply_rules(book, talk)
        times.append((time.process_time() - start) * 1000)
    return times


def live_ms(book: Rulebook, talk: Conversation) -> list[float]:
    """CPU time at each turn in ms, levels of both sides coming along."""
    dice = np.random.default_rng(0)
    hops = int(talk.duration_s / HOP_S)
    levels = {side: (-30 + 3 * dice.standard_normal(hops)).tolist() for side in (Speaker.AGENT, Speaker.CUSTOMER)}
    rules, times = LiveRules(book, talk.call), list[float]()
    for turn in talk.turns:
        heard = round(turn.end_s / HOP_S)
        rules.hear_sound({side: LevelTrack(HOP_S, dbfs[:heard], [True] * heard) for side, dbfs in levels.items()})
        start = time.process_time()
        rules.hear(turn)
        times.append((time.process_time() - start) * 1000)
    return times


def main() -> None:
    """Print the section."""
    builtin = load_rulebook("service-language")
    talk = half_an_hour([one for rule in builtin.rules for one in (*rule.hits, *rule.misses)])
    characters = sum(len(turn.text) for turn in talk.turns)
    print("## Rules over a transcript\n")
    print(f"`python -m benchmarks.rules`; {MINUTES:g} minutes, {len(talk.turns)} turns, {characters} characters,")
    print(f"words one by one; CPU time on one core, {RUNS} runs. No second pass. Every turn is an example sentence of")
    print("the built-in rules, so finds and exceptions are far denser than in a call.\n")
    print("| rulebook | rules | findings | first run | median | slowest |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for name, book in (
        ("made up, 3 phrases a rule", thousand_rules(found_wordings(builtin))),
        ("`service-language`", builtin),
    ):
        findings = len(apply_rules(book, talk).findings)
        times = run_ms(book, talk)
        shown = " | ".join(f"{value:.0f} ms" for value in (times[0], statistics.median(times), max(times)))
        print(f"| {name} | {len(book.rules)} | {findings} | {shown} |")
    times = live_ms(builtin, talk)
    ends = [statistics.median(times[:LIVE_TURNS]), statistics.median(times[-LIVE_TURNS:])]
    print(f"\n`service-language` as the call goes on, median of the first {LIVE_TURNS} turns and of the last:")
    print(f"{ends[0]:.1f} and {ends[1]:.1f} ms.")


if __name__ == "__main__":
    main()
