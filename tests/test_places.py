"""Places that languages call by different names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.places import other_names
from qa.verification import same_name, same_word, share_a_word


@pytest.mark.parametrize(
    ("left", "right"),
    [("greece", "grecia"), ("moscow", "mosca"), ("athen", "atene"), ("deutschland", "germania"), ("egypte", "egitto")],
)
def test_a_place_is_one_under_all_its_names(left, right):
    assert right in other_names(left)
    assert same_name(left, right)
    assert same_name(right, left)
    assert share_a_word(["aek", left], ["carrera", right])
    # What is shown stands in the article as it is written.
    assert not same_word(left, right)


@pytest.mark.parametrize(("left", "right"), [("greece", "russia"), ("grecia", "gracia"), ("carrera", "italia")])
def test_other_places_and_other_words_are_not(left, right):
    assert right not in other_names(left)
    assert not same_name(left, right)


@given(
    st.sampled_from(["greece", "grecia", "mosca", "atene", "athens", "niger", "osterreich", "cile"])
    | st.text(max_size=12)
)
def test_a_word_is_none_of_its_other_names(word):
    others = other_names(word)
    assert word not in others
    assert all(word in other_names(other) for other in others)


def test_an_english_question_finds_its_place_in_an_italian_article(bot):
    question = "Which club did Carrera coach in Greece?"
    [best, *_] = bot.retrieve(question)
    assert "Grecia" in best.text
