import re

import pytest
from fakes import SmallReader

from qa.config import Settings
from qa.conflicts import conflicting
from qa.language import detect_language
from qa.pipeline import QA
from qa.retrieval import rank_sentences


def values(tmp_path, small_embeddings, scripted_chat, question, **texts):
    """Write one article a text, ask, and return how they disagree."""
    folder = tmp_path / "articles"
    folder.mkdir()
    for name, text in texts.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    settings = Settings(data_dir=tmp_path / "data", sources=(folder,))
    with QA(settings, chat=scripted_chat, embeddings=small_embeddings, reader=SmallReader()) as bot:
        index = bot.retriever.index
        language = detect_language(question, "it")
        ranked = rank_sentences(question, language, bot.retriever.ranked(question), index)
        return conflicting(question, language, ranked, index)


QUESTION = "Quante presenze ha Mario Bianchi con il Pontelago?"


@pytest.fixture
def disagreeing(tmp_path, small_embeddings, scripted_chat):
    def ask(question=QUESTION, **texts):
        found = values(tmp_path, small_embeddings, scripted_chat, question, **texts)
        return sorted(sentence.text for sentence in found.sentences) if found else []

    return ask


@pytest.fixture
def dated(tmp_path, small_embeddings, scripted_chat):
    def ask(question, *texts):
        """Return the sentences in the order in which they are told, or None where none is an update of another."""
        articles = {f"a{year}": f"---\ndate: {year}-05-01\n---\n\n{text}" for year, text in texts}
        found = values(tmp_path, small_embeddings, scripted_chat, question, **articles)
        return [sentence.text for sentence in found.sentences] if found and found.updated else None

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


TWICE = "Mario Bianchi lasciò il Pontelago nel 2015. Tornato a casa, lasciò di nuovo il Pontelago nel 2018."


@pytest.mark.parametrize(("text", "repeated"), [(TWICE, True), (TWICE.replace("2018", "autunno"), False)])
def test_an_article_that_gives_both_dates_tells_of_two_events(
    tmp_path, small_embeddings, scripted_chat, text, repeated
):
    found = values(
        tmp_path,
        small_embeddings,
        scripted_chat,
        "Quando Mario Bianchi lasciò il Pontelago?",
        a=text,
        b="Fu nel maggio 2018 che Mario Bianchi lasciò il Pontelago.",
    )
    assert found is not None
    assert found.repeated is repeated


def test_one_article_alone_tells_of_two_events(tmp_path, small_embeddings, scripted_chat):
    found = values(
        tmp_path, small_embeddings, scripted_chat, "Quando Mario Bianchi lasciò il Pontelago?", a=TWICE, b="Piove."
    )
    assert found is not None
    assert found.repeated
    assert not found.updated
    assert [sentence.text[-5:] for sentence in found.sentences] == ["2015.", "2018."]


@pytest.mark.parametrize(
    "question", ["Quando è stato esonerato Mario Bianchi?", "In che anno Mario Bianchi fu esonerato?"]
)
def test_who_is_left_out_is_the_one_before_not_a_name_behind_a_preposition(
    tmp_path, small_embeddings, scripted_chat, question
):
    text = (
        "Mario Bianchi guidò il Pontelago. Esonerato nel 2018, un anno dopo riparte dal Montelupara."
        " La Coppa sfuma. Nel dicembre 2020 viene esonerato, e ora c'è una nuova occasione con la Virtus Roccamare."
    )
    found = values(tmp_path, small_embeddings, scripted_chat, question, a=text)
    assert found is not None
    assert found.repeated
    assert [sentence.text.split(",")[0] for sentence in found.sentences] == [
        "Esonerato nel 2018",
        "Nel dicembre 2020 viene esonerato",
    ]


@pytest.mark.parametrize(
    ("question", "text"),
    [
        (
            "In quale anno Livia Sartori è stata operata?",
            "Livia Sartori nuota. Fu operata nel 2011 al Centro Aurora. Riposò. Operata nel 2019, tornò con la Nazionale.",
        ),
        (
            "When was Livia Sartori injured?",
            "Livia Sartori swims. She was injured in 2011 against the Sharks. Rest helped. In 2019 she was injured with the Herons.",
        ),
    ],
)
def test_two_dates_of_anybody_are_told_in_italian_and_in_english(
    tmp_path, small_embeddings, scripted_chat, question, text
):
    found = values(tmp_path, small_embeddings, scripted_chat, question, a=text)
    assert found is not None
    assert found.repeated
    assert sorted(year for sentence in found.sentences for year in ("2011", "2019") if year in sentence.text) == [
        "2011",
        "2019",
    ]


def test_what_another_did_is_not_told_of_who_is_left_out(tmp_path, small_embeddings, scripted_chat):
    text = "Mario Bianchi guidò il Pontelago. Esonerato nel 2018, riposa. La Coppa sfuma. Nel 2020 Ruggero Verdi viene esonerato."
    question = "Quando è stato esonerato Mario Bianchi?"
    assert values(tmp_path, small_embeddings, scripted_chat, question, a=text) is None


def test_of_numbers_a_name_behind_a_preposition_may_be_what_is_counted(disagreeing):
    a = "Mario Bianchi ha segnato 22 gol. È tardi. Piove da ore. La squadra ha la miglior difesa del Girone: 28 gol subiti."
    b = "Mario Bianchi ha segnato 22 gol nella stagione."
    assert disagreeing("Quanti gol ha segnato Mario Bianchi?", a=a, b=b) == []


def test_two_plans_of_one_article_are_no_update(tmp_path, small_embeddings, scripted_chat):
    text = "---\ndate: 2021-02-09\n---\n\nMario Bianchi resta fino al giugno 2021. Se vince, Mario Bianchi resta fino al giugno 2022."
    found = values(tmp_path, small_embeddings, scripted_chat, "Fino a quando resta Mario Bianchi?", a=text)
    assert found is not None
    assert (found.repeated, found.updated) == (True, False)


@pytest.mark.parametrize(
    ("question", "disagree"),
    [
        ("Quante partite ha giocato Mario Bianchi con il Pontelago?", True),
        ("Quante partite ha vinto Mario Bianchi con il Pontelago?", False),
        ("Quante partite ha perso Mario Bianchi con il Pontelago?", False),
    ],
)
def test_matches_that_were_won_are_not_those_that_were_played(disagreeing, question, disagree):
    a = "Mario Bianchi ha totalizzato 120 presenze con il Pontelago."
    b = "Con il Pontelago Mario Bianchi arrivò a 140 presenze in sei stagioni."
    assert bool(disagreeing(question, a=a, b=b)) is disagree


def test_some_matches_are_not_all_of_them(disagreeing):
    a, b = "Mario Bianchi ha 120 presenze con il Pontelago.", "Con il Pontelago Mario Bianchi perse le ultime tre gare."
    assert disagreeing(a=a, b=b) == []


def test_matches_that_were_won_are_compared_with_each_other(disagreeing):
    a = "Mario Bianchi ha vinto 20 partite con il Pontelago."
    b = "Con il Pontelago Mario Bianchi vinse 24 partite."
    assert disagreeing("Quante partite ha vinto Mario Bianchi con il Pontelago?", a=a, b=b) == sorted([a, b])


def test_what_happened_twice_is_told_without_a_disagreement(tmp_path, small_embeddings, scripted_chat):
    (tmp_path / "a.txt").write_text(TWICE, encoding="utf-8")
    (tmp_path / "b.txt").write_text("Nel maggio 2018 Mario Bianchi lasciò la panchina del Pontelago.", encoding="utf-8")
    settings = Settings(data_dir=tmp_path / "data", sources=(tmp_path / "a.txt", tmp_path / "b.txt"))
    with QA(settings, chat=scripted_chat, embeddings=small_embeddings, reader=SmallReader()) as bot:
        answer = bot.ask("In che anno Mario Bianchi lasciò la panchina del Pontelago?")
    assert answer.status == "answered"
    assert answer.text.startswith("Gli articoli dicono:")
    assert {"2015", "2018"} <= set(re.findall(r"\d{4}", answer.text))
    assert answer.usage.model_calls == 0


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


def test_a_thing_of_two_names_is_counted_as_one(disagreeing):
    a, b = "Mario Bianchi ha segnato 12 gol con il Pontelago.", "Con il Pontelago Mario Bianchi ha realizzato 14 reti."
    assert disagreeing("Quanti gol ha segnato Mario Bianchi con il Pontelago?", a=a, b=b) == sorted([a, b])


def test_a_number_that_is_to_be_confirmed_is_compared(disagreeing):
    a = "Mario Bianchi ha totalizzato 120 presenze con il Pontelago."
    b = "Con il Pontelago Mario Bianchi arrivò a 140 presenze in sei stagioni."
    assert disagreeing("Mario Bianchi ha superato le 130 presenze con il Pontelago?", a=a, b=b) == sorted([a, b])


def test_a_question_about_the_league_is_not_answered_by_numbers_of_all_games(disagreeing):
    a = "Mario Bianchi ha 120 presenze in campionato con il Pontelago."
    b = "Mario Bianchi ha 140 presenze con il Pontelago."
    assert disagreeing("Quante presenze in campionato ha Mario Bianchi con il Pontelago?", a=a, b=b) == []


def test_two_that_did_something_alike_disagree_only_about_the_same_thing(disagreeing):
    a, b = "A Como il Pontelago ha vinto con Mario Bianchi.", "Il Pontelago ha perso con Ugo Serra."
    assert disagreeing("Chi ha vinto con il Pontelago?", a=a, b=b) == []


TWO_CONTRACTS = (
    (2022, "Mario Bianchi resterà al Pontelago fino al giugno 2023."),
    (2023, "Mario Bianchi resterà al Pontelago fino al giugno 2026."),
)


def test_of_two_plans_the_newer_is_told_first(dated):
    newest_first = [text for _, text in reversed(TWO_CONTRACTS)]
    assert dated("Fino a quando resterà Mario Bianchi al Pontelago?", *TWO_CONTRACTS) == newest_first


def test_the_newest_article_tells_how_things_stand_today(dated):
    texts = (
        (2021, "Mario Bianchi ha 120 presenze con il Pontelago."),
        (2022, "Mario Bianchi ha 140 presenze con il Pontelago."),
    )
    question = "Quante presenze ha oggi Mario Bianchi con il Pontelago?"
    assert dated(question, *texts) == [text for _, text in reversed(texts)]


def test_a_question_about_a_time_is_left_to_the_articles_of_that_time(tmp_path, small_embeddings, scripted_chat):
    articles = {f"a{year}": f"---\ndate: {year}-05-01\n---\n\n{text}" for year, text in TWO_CONTRACTS}
    question = "Nel maggio 2022, fino a quando era destinato a restare al Pontelago Mario Bianchi?"
    assert values(tmp_path, small_embeddings, scripted_chat, question, **articles) is None


def test_years_of_different_things_agree(disagreeing):
    a, b = "Mario Bianchi ha vinto dopo 16 anni.", "Mario Bianchi ha giocato per 5 anni con il Pontelago."
    assert disagreeing("Quanti anni ha Mario Bianchi?", a=a, b=b) == []


def test_years_of_the_same_thing_disagree(disagreeing):
    a, b = (
        "Mario Bianchi ha giocato per 6 anni con il Pontelago.",
        "Mario Bianchi ha giocato per 5 anni con il Pontelago.",
    )
    assert disagreeing("Per quanti anni ha giocato Mario Bianchi con il Pontelago?", a=a, b=b) == sorted([a, b])


@pytest.mark.parametrize(
    "question",
    [
        "Qual è il numero delle presenze di Mario Bianchi con il Pontelago?",
        "Quante sono state le presenze di Mario Bianchi con il Pontelago?",
        "What is the number of Mario Bianchi's appearances for Pontelago?",
    ],
)
def test_a_number_may_be_asked_for_in_other_words(disagreeing, question):
    a = "Mario Bianchi ha totalizzato 120 presenze con il Pontelago."
    b = "Mario Bianchi ha collezionato 131 presenze con il Pontelago."
    assert disagreeing(question, a=a, b=b) == [b, a]


def test_how_long_something_lasts_is_compared(disagreeing):
    a = "Il contratto di Mario Bianchi dura tre anni."
    b = "Il contratto di Mario Bianchi dura due anni."
    assert disagreeing("Quanto dura il contratto di Mario Bianchi?", a=a, b=b) == [b, a]


def test_what_another_scored_for_the_club_is_no_number_of_his(disagreeing):
    a = "Mario Bianchi ha segnato 4 gol al Pontelago."
    b = "Carlo Neri ha segnato 30 gol. Con lui giocava Mario Bianchi al Pontelago."
    assert disagreeing("Quanti gol ha segnato Bianchi al Pontelago?", a=a, b=b) == []


@pytest.mark.parametrize(("score", "disagrees"), [("1-2", False), ("3-1", True)])
def test_a_score_told_from_two_sides_agrees(disagreeing, score, disagrees):
    a, b = (f"La finale tra Pontelago e Virtus è terminata {told}." for told in ("2-1", score))
    said = disagreeing("Con che risultato è terminata la finale tra Pontelago e Virtus?", a=a, b=b)
    assert said == ([a, b] if disagrees else [])


@pytest.mark.parametrize(
    ("denial", "disagree"),
    [
        ("Non c'è dubbio: Bianchi ha vinto il titolo con la Virtus.", False),
        ("Non c'è dubbio che Bianchi ha vinto il titolo con la Virtus.", False),
        ("Bianchi non solo ha vinto il titolo con la Virtus.", False),
        ("Bianchi non ha vinto il titolo con la Virtus.", True),
        ("Bianchi con la Virtus ha vinto ma non il titolo.", True),
    ],
)
def test_only_what_is_denied_is_a_no(disagreeing, denial, disagree):
    a = "Bianchi ha vinto il titolo con la Virtus."
    said = disagreeing("Bianchi ha vinto il titolo con la Virtus?", a=a, b=denial)
    assert said == (sorted((a, denial)) if disagree else [])
