"""Turns with words, as a recogniser gives them: every character takes `CHARACTER_S`."""

from callcoach.datapath import Speaker, Turn, Word

CHARACTER_S = 0.2


def heard(
    text: str, *, index: int = 0, start_s: float = 0.0, sure: float = 1.0, speaker: Speaker = Speaker.AGENT
) -> Turn:
    """A turn of the words in `text`, which are separated by spaces."""
    words: list[Word] = []
    at_s = start_s
    for word in text.split():
        end_s = at_s + CHARACTER_S * len(word)
        words.append(Word(word, at_s, end_s, sure))
        at_s = end_s
    return Turn(index, speaker, start_s, at_s, text.replace(" ", ""), tuple(words))
