from callcoach.asr.spelling import MAX_SPELLINGS, spell

VOCABULARY = {"这", "不", "关", "我", "的", "事", "不关", "我的", "这不"}


def test_every_way_the_words_allow_longest_first():
    assert spell("我的事", VOCABULARY.__contains__) == ["我的 事", "我 的 事"]


def test_punctuation_is_left_out():
    assert spell("我，的！", VOCABULARY.__contains__) == ["我的", "我 的"]


def test_each_spelling_spells_the_phrase():
    for spelling in spell("这不关我的事", VOCABULARY.__contains__):
        assert spelling.replace(" ", "") == "这不关我的事"
        assert set(spelling.split()) <= VOCABULARY


def test_a_character_outside_the_vocabulary_has_no_spelling():
    assert spell("我的犇", VOCABULARY.__contains__) == []
    assert spell("", VOCABULARY.__contains__) == []


def test_many_ways_are_bounded():
    assert len(spell("一" * 30, lambda word: set(word) == {"一"})) == MAX_SPELLINGS
