from callcoach.datapath import Speaker
from callcoach.rules.rulebook import load_rulebook
from callcoach.rules.sound.vocabulary import phrases_of


def test_the_agents_phrases_are_those_of_the_rulebook_without_gaps() -> None:
    phrases = phrases_of(load_rulebook("service-language"), Speaker.AGENT)
    assert {"但是", "我们不能", "这不关我的事"} <= set(phrases)
    assert len(phrases) == len(set(phrases))
    assert all(set(phrase).isdisjoint("()[]|…") for phrase in phrases)


def test_nothing_is_listened_for_in_the_customers_turns() -> None:
    assert phrases_of(load_rulebook("service-language"), Speaker.CUSTOMER) == ()
