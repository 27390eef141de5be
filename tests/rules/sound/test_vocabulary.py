from callcoach.datapath import Speaker
from callcoach.rules.rulebook import load_rulebook
from callcoach.rules.sound.vocabulary import phrases_of, sentences_of


def test_the_agents_phrases_are_those_of_the_rulebook_without_gaps() -> None:
    phrases = phrases_of(load_rulebook("service-language"), Speaker.AGENT)
    assert {"但是", "我们不能", "这不关我的事"} <= set(phrases)
    assert len(phrases) == len(set(phrases))
    assert all(set(phrase).isdisjoint("()[]|…") for phrase in phrases)


def test_nothing_is_listened_for_in_the_customers_turns() -> None:
    assert phrases_of(load_rulebook("service-language"), Speaker.CUSTOMER) == ()


def test_the_agents_clauses_of_the_examples_are_expected_in_both_forms_of_you() -> None:
    rulebook = load_rulebook("service-language")
    sentences = sentences_of(rulebook, Speaker.AGENT)
    assert len(sentences) == len(set(sentences))
    assert {"这不关我的事", "你必须", "您必须"} <= set(sentences)
    assert not any("，" in one or "【" in one for one in sentences)
    customers = {
        turn.text
        for rule in rulebook.rules
        for example in rule.misses
        for turn in example.conversation.turns
        if turn.speaker is Speaker.CUSTOMER
    }
    assert customers
    assert len(customers & set(sentences)) < len(customers) / 2
