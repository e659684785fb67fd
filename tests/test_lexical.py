"""Lexical search and the words it compares: typos, spellings, accents, other languages, any text at all."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.lexical import LexicalIndex
from qa.sentences import sentence_spans
from qa.text import fold, stems, stopwords, words

TEXTS = [
    "Massimo Carrera torna in Italia.",
    "Carrera accetta l’offerta dello Spartak Mosca prima come vice e poi da primo allenatore.",
    "Prende il posto di Dmitrij Aleničev dopo le dimissioni.",
    "Perde la finale della coppa nazionale contro l’Olympiacos di Łódź.",
    "La Ternana è solidissima al primo posto in città.",
    "Ha totalizzato in tutte le competizioni ben 180 presenze.",
]


@pytest.fixture(scope="module")
def index() -> LexicalIndex:
    return LexicalIndex(TEXTS, ["it"] * len(TEXTS))


def best(index: LexicalIndex, question: str, language: str = "it") -> int | None:
    """Place of the best text, None if nothing matches at all."""
    scores = index.scores(question, language)
    return int(scores.argmax()) if scores.any() else None


@pytest.mark.parametrize(
    ("question", "place"),
    [
        ("spartac", 1),
        ("spartak", 1),
        ("SPARTAK", 1),
        ("massimo carera", 0),
        ("allenatori", 1),
        ("Olympiakos", 3),
        ("Olympiacos", 3),
        ("olimpiacos", 3),
        ("Lodz", 3),
        ("Alenichev", 2),
        ("Alenicev", 2),
        ("Aleničev", 2),
        ("ALENIČEV", 2),
        ("ternanna", 4),
        ("citta", 4),
        ("citta'", 4),
        ("CITTÀ", 4),
        ("180", 5),
        ("presenza", 5),
    ],
)
def test_typos_spellings_and_accents_meet_the_word_that_is_meant(index, question, place):
    assert best(index, question) == place


@pytest.mark.parametrize(
    ("question", "place"),
    [
        ("Who coached Spartak?", 1),
        ("Did Alenichev resign?", 2),
        ("How often did he play: 180 times?", 5),
        ("Who is in Italy?", 0),
    ],
)
def test_names_and_numbers_of_an_english_question_meet_in_italian_texts(index, question, place):
    assert best(index, question, "en") == place


@pytest.mark.parametrize("question", ["", " ", "?!", "il la di che con", "the of and", "190", "Лозунг", "xy"])
def test_what_the_texts_do_not_say_scores_nothing(index, question):
    scores = index.scores(question, "it")
    assert scores.shape == (len(TEXTS),)
    assert not scores.any()


def test_numbers_are_never_guessed():
    index = LexicalIndex(["Nel 20162 ha vinto.", "Nel 20171 ha perso."], ["it", "it"])
    assert best(index, "20161") is None


def test_a_rare_word_counts_for_more_than_a_common_one():
    index = LexicalIndex(["Carrera allena.", "Carrera vince.", "Conte allena.", "Carrera gioca."], ["it"] * 4)
    assert best(index, "Carrera Conte") == 2


def test_a_known_word_finds_its_own_spelling_first(index):
    assert index.query_stems("Spartak", "it") == (["spartak"], [])
    assert index.query_stems("spartac spartac", "it") == (["spartak"], [])


def test_what_is_spelt_almost_like_a_known_word_counts_for_less():
    texts = ["La carriera comincia.", "Carrera comincia.", "Conte comincia.", "Finisce Alessio.", "Finisce Carrera."]
    index = LexicalIndex(texts, ["it"] * len(texts))
    assert index.query_stems("Carrera", "it") == (["carrer"], ["carrier"])
    scores = index.scores("Carrera", "it")
    assert min(scores[1], scores[4]) > scores[0] > 0
    assert scores[2] == scores[3] == 0


def test_each_text_is_stemmed_in_its_language():
    index = LexicalIndex(["Gli allenatori vincono.", "The coaches were winning."], ["it", "en"])
    assert best(index, "allenatore", "it") == 0
    assert best(index, "coached", "en") == 1
    assert best(index, "wins", "en") == 1


@pytest.mark.parametrize("texts", [[], [""], ["", "?!"], ["il la di che"]])
def test_a_corpus_without_words_scores_nothing(texts):
    scores = LexicalIndex(texts, ["it"] * len(texts)).scores("Carrera", "it")
    assert scores.shape == (len(texts),)
    assert not scores.any()


def test_among_thousands_of_texts_the_one_is_found():
    texts = [f"La partita numero {number} finisce in parità, parola{number}." for number in range(5000)]
    index = LexicalIndex(texts, ["it"] * len(texts))
    scores = index.scores("parola4321", "it")
    assert (scores.shape, scores.dtype, int(scores.argmax())) == ((5000,), np.float32, 4321)


def test_every_title_word_of_the_seeds_leads_back_to_its_sentence(seeds):
    texts = []
    for path in sorted(seeds.iterdir()):
        text = path.read_text(encoding="utf-8")
        texts += [text[s.start : s.end] for s in sentence_spans(text)]
    index = LexicalIndex(texts, ["it"] * len(texts))
    for name in ("Lokomotiv", "Viterbese", "Olympiacos", "Ternana", "Pechino", "Teramo"):
        assert name in texts[best(index, name)]


ANY_TEXT = st.text(alphabet=st.characters(), max_size=80)


@settings(max_examples=60, deadline=None)
@given(st.lists(ANY_TEXT, max_size=5), ANY_TEXT, st.sampled_from(["it", "en", "de", "ja", ""]))
def test_any_text_and_question_give_one_finite_score_a_text(texts, question, language):
    scores = LexicalIndex(texts, ["it"] * len(texts)).scores(question, language)
    assert scores.shape == (len(texts),)
    assert np.isfinite(scores).all()
    assert (scores >= 0).all()


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Aleničev", "alenicev"),
        ("È l’ora", "e l’ora"),
        ("STRAẞE", "strasse"),
        ("ﬁnale", "finale"),
        ("İstanbul", "istanbul"),
        ("Łódź", "lodz"),
        ("Sørensen", "sorensen"),
        ("Đoković", "dokovic"),
        ("Œuvre", "oeuvre"),
        ("a\u0300", "a"),
        ("①", "1"),
        ("dʼAnnunzio", "d'annunzio"),
        ("", ""),
    ],
)
def test_folding_leaves_plain_small_letters(text, folded):
    assert fold(text) == folded


@given(ANY_TEXT)
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


def test_elisions_and_hyphens_fall_apart():
    assert words("L’addio all'AEK, Prem'er-Liga 2-1_x") == [
        "l",
        "addio",
        "all",
        "aek",
        "prem",
        "er",
        "liga",
        "2",
        "1",
        "x",
    ]


def test_function_words_and_single_letters_have_no_stem():
    assert stems("Il Bari è a 11 punti: la C, il 7.", "it") == ["bar", "11", "punt", "7"]
    assert stems("The coaches of Bari", "en") == ["coach", "bari"]
    assert stems("Тренер Bari", "ru") == ["тренер", "bari"]


@pytest.mark.parametrize(
    ("language", "question", "asked"),
    [
        ("it", "Qual è l'obiettivo?", ["obiett"]),
        ("it", "Quando e cos'ha vinto?", ["vint"]),
        ("en", "Which title did he win, and when?", ["titl", "win"]),
        ("fr", "Quel titre et quand ?", ["titr"]),
        ("es", "¿Cuál es el título?", ["titul"]),
        ("de", "Welchen Titel, und wann?", ["titel"]),
        ("pt", "Quais títulos e onde?", ["titul"]),
    ],
)
def test_words_that_only_ask_are_not_searched_for(language, question, asked):
    assert stems(question, language) == asked


@pytest.mark.parametrize("language", ["it", "en", "fr", "es", "de", "pt"])
def test_every_language_that_is_answered_has_its_function_words(language):
    assert len(stopwords(language)) > 20
    assert all(word == fold(word) for word in stopwords(language))


def test_an_unknown_language_has_no_function_words():
    assert stopwords("xx") == frozenset()
