import pytest

from qa.config import Settings
from qa.conflicts import conflicting
from qa.pipeline import QA
from qa.retrieval import rank_sentences


def values(tmp_path, small_embeddings, scripted_chat, question, **texts):
    """Write one article a text, ask, and return the sentences that disagree."""
    folder = tmp_path / "articles"
    folder.mkdir()
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    settings = Settings(data_dir=tmp_path / "data", sources=(folder,))
    with QA(settings, chat=scripted_chat, embeddings=small_embeddings) as bot:
        index = bot.retriever.index
        ranked = rank_sentences(question, "it", bot.retriever.ranked(question), index)
        return sorted(sentence.text for sentence in conflicting(question, "it", ranked, index))


QUESTION = "Quante presenze ha Mario Bianchi con il Pontelago?"


@pytest.fixture
def disagreeing(tmp_path, small_embeddings, scripted_chat):
    def ask(question=QUESTION, **texts):
        return values(tmp_path, small_embeddings, scripted_chat, question, **texts)

    return ask


def test_two_numbers_of_the_same_thing_disagree(disagreeing):
    a = "Mario Bianchi ha totalizzato 120 presenze con il Pontelago."
    b = "Con il Pontelago Mario Bianchi arrivò a 140 presenze in sei stagioni."
    assert disagreeing(a=a, b=b) == sorted([a, b])


def test_the_same_number_in_other_words_agrees(disagreeing):
    assert (
        disagreeing(a="Mario Bianchi ha 16 presenze con il Pontelago.", b="Bianchi, sedici presenze al Pontelago.")
        == []
    )


def test_numbers_of_different_things_agree(disagreeing):
    assert (
        disagreeing(
            a="Mario Bianchi ha 120 presenze con il Pontelago.", b="Mario Bianchi ha segnato 14 gol con il Pontelago."
        )
        == []
    )


def test_scopes_that_are_stated_and_differ_do_not_disagree(disagreeing):
    a = "Mario Bianchi ha giocato 120 presenze in campionato con il Pontelago."
    b = "Mario Bianchi ha 140 presenze con il Pontelago in tutte le competizioni."
    assert disagreeing(a=a, b=b) == []


def test_one_stated_scope_alone_does_not_explain_a_difference(disagreeing):
    a = "Mario Bianchi ha 120 presenze con il Pontelago."
    b = "Mario Bianchi ha 140 presenze con il Pontelago in tutte le competizioni."
    assert disagreeing(a=a, b=b) == sorted([a, b])


def test_one_article_does_not_disagree_with_itself(disagreeing):
    assert (
        disagreeing(
            a="Mario Bianchi ha 120 presenze con il Pontelago. Mario Bianchi ebbe 140 presenze con il Pontelago."
        )
        == []
    )


def test_dates_of_birth_disagree(disagreeing):
    a, b = "Mario Bianchi è nato il 4 maggio 1969.", "Nato il 14 maggio 1969, Mario Bianchi vive a Roma."
    assert disagreeing("Quando è nato Mario Bianchi?", a=a, b=b) == sorted([a, b])


def test_a_more_precise_date_agrees(disagreeing):
    assert (
        disagreeing(
            "Quando è nato Mario Bianchi?",
            a="Mario Bianchi è nato nel 1969.",
            b="Mario Bianchi è nato il 4 maggio 1969.",
        )
        == []
    )


def test_a_question_without_a_unit_leaves_numbers_of_other_things_alone(disagreeing):
    a = "Mario Bianchi ha allenato per due stagioni il Pontelago."
    b = "Il vice seguirà Mario Bianchi per le prossime tre stagioni."
    assert disagreeing("Che numero di maglia aveva Mario Bianchi?", a=a, b=b) == []


def test_a_question_without_a_unit_finds_numbers_of_what_it_speaks_of(disagreeing):
    a, b = "Mario Bianchi è alto 190 centimetri.", "Alto 194 centimetri, Mario Bianchi vive a Roma."
    assert disagreeing("Quanto è alto Mario Bianchi?", a=a, b=b) == sorted([a, b])
