"""The plain functions behind the check: words, dates and facts that are the same, and text without markup."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.atoms import find_atoms
from qa.schema import Span
from qa.text import fold
from qa.verification import Window, counts_alike, date_within, plain_text, same_word, stands_in


def window(text: str, language: str = "it", reference: str | None = None) -> Window:
    return Window("a.txt", Span(start=0, end=len(text)), text, language, 1, find_atoms(text, language, reference), 0)


def all_stand_in(statement: str, text: str, language: str = "it", reference: str | None = None) -> bool:
    atoms = find_atoms(statement, language)
    assert atoms, "a statement without facts proves nothing"
    return all(stands_in(atom, window(text, "it", reference)) for atom in atoms)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("alenicev", "alenichev"),
        ("olympiacos", "olympiakos"),
        ("spartak", "spartak"),
        ("spartak", "sparatk"),
        ("laurentiis", "laurentis"),
        ("bari", "bari"),
        ("180", "180"),
        ("", ""),
    ],
)
def test_spellings_of_one_word(left, right):
    assert same_word(left, right)
    assert same_word(right, left)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("conte", "conti"),
        ("bari", "baro"),
        ("juventus", "ventus"),
        ("20162", "20163"),
        ("2016", "2017"),
        ("alessio", "allegri"),
        ("spartak", "lokomotiv"),
        ("carrera", ""),
    ],
)
def test_words_that_are_not_one(left, right):
    assert not same_word(left, right)
    assert not same_word(right, left)


@given(st.text(max_size=12).map(fold))
def test_a_word_is_itself(word):
    assert same_word(word, word)


@pytest.mark.parametrize(
    ("asked", "given_date"),
    [
        ("2017", "2017"),
        ("2017", "2017-05"),
        ("2017", "2017-05-07"),
        ("2017-05", "2017-05-07"),
        ("2017-05-07", "2017-05-07"),
        ("--05", "2017-05-07"),
        ("--05", "2017-05"),
        ("--05-07", "2017-05-07"),
        ("--05", "--05-07"),
        ("--05-07", "--05-07"),
        ("2016/2017", "2016/2017"),
        ("2016", "2016/2017"),
        ("2017", "2016/2017"),
        ("199x", "199x"),
    ],
)
def test_a_date_holds_what_it_is_a_part_of(asked, given_date):
    assert date_within(asked, given_date)


@pytest.mark.parametrize(
    ("asked", "given_date"),
    [
        ("2017-05-07", "2017-05"),
        ("2017-05", "2017"),
        ("2017-05-07", "--05-07"),
        ("2017-05-07", "2017-05-08"),
        ("201", "2017"),
        ("--05-07", "--05"),
        ("--05-07", "2017-05"),
        ("--05", "2017"),
        ("--07", "2017-05-07"),
        ("--01", "2017-11-01"),
        ("2015", "2016/2017"),
        ("2016/2017", "2016"),
        ("2016-05", "2016/2017"),
    ],
)
def test_a_date_does_not_hold_what_it_does_not_say(asked, given_date):
    assert not date_within(asked, given_date)


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("con 180 presenze", "ha totalizzato centottanta presenze"),
        ("dopo sedici anni", "dopo 16 anni"),
        ("nel 2017", "il 7 maggio 2017 riuscì a vincere"),
        ("a maggio", "il 7 maggio 2017 riuscì a vincere"),
        ("il 07-05-2017", "il 7 maggio 2017 riuscì a vincere"),
        ("di Alenichev", "le dimissioni di Dmitrij Aleničev"),
        ("con Dmitrij Alenicev", "le dimissioni di Dmitrij Aleničev"),
        ("contro l'Olympiakos", "contro l’Olympiacos"),
        ("finisce 2-1", "con il punteggio di 2–1"),
        ("nel 2016", "la stagione 2016-17"),
        ("500.000 euro", "500mila euro"),
        ("per il Saint-Germain", "al Paris Saint-Germain"),
        ("in Bari-Lecce", "il Bari ha battuto in casa per due a zero il Lecce"),
        ("di De Luca Giorgio", "il presidente Giorgio De Luca"),
        ("di Giorgio Luca", "il presidente Giorgio De Luca"),
    ],
)
def test_a_fact_stands_in_a_window_that_says_it_another_way(statement, text):
    assert all_stand_in(statement, text)


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("con 180 presenze", "ha totalizzato 156 presenze"),
        ("con 18 presenze", "ha totalizzato 180 presenze"),
        ("nel 2018", "il 7 maggio 2017 riuscì a vincere"),
        ("il 7 maggio 2017", "nel 2017 riuscì a vincere"),
        ("con Antonio Conte", "Conte va al Chelsea"),
        ("la Coppa Carrera", "Carrera perde in casa la finale di coppa"),
        ("di Conti", "Conte va al Chelsea"),
        ("finisce 2-1", "finisce 1-2"),
        ("finisce 18-18", "alle 18:18"),
        ("con 7 gol", "il 7 maggio 2017"),
        ("con 2 gol", "finisce 2-1"),
    ],
)
def test_a_fact_does_not_stand_in_a_window_that_does_not_say_it(statement, text):
    assert not all_stand_in(statement, text)


def test_a_relative_date_stands_for_itself_at_the_articles_date():
    text = "fino al prossimo giugno"
    assert all_stand_in("nel giugno 2021", text, reference="2021-02-09")
    assert not all_stand_in("nel giugno 2022", text, reference="2021-02-09")
    assert not all_stand_in("nel giugno 2021", text)


def test_an_english_statement_stands_in_an_italian_window():
    text = "Il 7 maggio 2017 Massimo Carrera vinse dopo sedici anni."
    assert all_stand_in("Massimo Carrera's team won on May 7, 2017 after sixteen years", text, "en")
    assert not all_stand_in("on May 8, 2017", text, "en")


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Ha vinto [1].", "Ha vinto."),
        ("Ha vinto [1][2], [3] e [4, 5].", "Ha vinto e."),
        ("Ha vinto [1], [2].", "Ha vinto."),
        ("**Carrera** ha _vinto_", "Carrera ha vinto"),
        ("`codice`", "codice"),
        ("[Carrera](https://x.it/a)", "Carrera"),
        ("![foto](https://x.it/a.png) qui", "foto qui"),
        ("vedi https://x.it/a?b=c ora", "vedi ora"),
        ("<b>Carrera</b> <img src=x onerror=alert(1)>", "Carrera"),
        ("3 * 4", "3 * 4"),
        ("3 < 4", "3 < 4"),
        ("a\n\n b\u00a0c", "a b c"),
        ("<img src=x onerror=alert(1) ora", "img src=x onerror=alert(1) ora"),
        (f"<svg a='{'x' * 300}'> ora", "ora"),
        ("</b", "/b"),
        ("&lt;script&gt;alert(1)&lt;/script&gt; &#60;b&#x3e; AT&amp;T e R&D", "alert(1) AT&T e R&D"),
        ("vedi HTTPS://x.it/a, ftp://x.it e file:///etc/passwd", "vedi e"),
        ("vedi //x.it/a o www.x.it/a, e/o niente", "vedi o e/o niente"),
        ("javascript:alert(1) data:text/html,x mailto:a@x.it data: 9 febbraio", "data: 9 febbraio"),
        ("[qui](javascript:alert(1)) [là](<https://x.it> 'titolo')", "qui là"),
        ("Ha vinto [1](https://x.it/1).", "Ha vinto."),
        ("![x][r] fine", "[x][r] fine"),
        ("Ro\u200bssi\u202e\u2066 a\u00adl Pavia\x00\ud800", "Rossi al Pavia"),
        ("Rossi\U000e0057\U000e0072\U000e0069", "Rossi"),
        ("👨‍👩‍👧 ❤️ می‌خواهم", "👨‍👩‍👧 ❤️ می‌خواهم"),
        ("[sic]", "[sic]"),
        ("nel [2017]", "nel [2017]"),
        ("", ""),
    ],
)
def test_plain_text_keeps_words_and_drops_markup(text, plain):
    assert plain_text(text) == plain


@given(st.text(alphabet=st.sampled_from("aB1 [](),<>!*_`#:/h.\n«»"), max_size=40))
def test_plain_text_has_no_marker_link_or_image_left(text):
    plain = plain_text(text)
    assert plain == " ".join(plain.split())
    assert not re.search(r"https?://\S", plain)
    assert len(plain) <= len(text)
    assert plain == plain_text(plain)


@pytest.mark.parametrize(
    "text",
    [
        " " * 50_000 + "x",
        "[" * 50_000,
        "![" * 25_000,
        "[1" * 25_000 + "]" * 25_000,
        "<" * 25_000 + "b>" * 25_000,
        "[1," * 20_000,
        "[a](" * 20_000,
        "&amp;" * 10_000,
        "&" + "amp;" * 20_000 + "lt;b>",
    ],
)
def test_markup_in_markup_is_taken_apart_in_bounded_work(text):
    plain = plain_text(text)
    assert plain == plain_text(plain)
    assert not re.search(r"<[a-z]", plain)


def all_count_alike(statement: str, language: str, text: str, spoken: str) -> bool:
    numbers = [atom for atom in find_atoms(statement, language) if atom.kind == "number"]
    assert numbers, "a statement without numbers proves nothing"
    return all(counts_alike(number, statement, window(text, spoken), language) for number in numbers)


@pytest.mark.parametrize(
    ("statement", "language", "text", "spoken"),
    [
        ("Ha giocato 151 partite.", "it", "Si ferma a 151 gare consecutive.", "it"),
        ("Ha segnato 12 reti.", "it", "Ha segnato 12 gol.", "it"),
        ("It is at -11 points.", "en", "Il Bari è a -11 dalla Ternana.", "it"),
        ("He made 180 appearances.", "en", "Ha totalizzato 180 presenze.", "it"),
        ("He is 42 years old.", "en", "Il tecnico ha 42 anni.", "it"),
        ("Ha vinto 12 trofei.", "it", "He has won 12 titles.", "en"),
        ("It cost 30 lire a head.", "en", "Costava 30 scudi a testa.", "it"),
    ],
)
def test_a_number_may_count_the_same_under_another_name(statement, language, text, spoken):
    assert all_count_alike(statement, language, text, spoken)


@pytest.mark.parametrize(
    ("statement", "language", "text", "spoken"),
    [
        ("Ha segnato 180 gol.", "it", "Ha totalizzato 180 presenze.", "it"),
        ("Costava 30 lire a testa.", "it", "Costava 30 scudi a testa.", "it"),
        ("He scored 180 goals.", "en", "Ha totalizzato 180 presenze.", "it"),
        ("Ha disputato 12 partite.", "it", "He has won 12 titles.", "en"),
    ],
)
def test_a_number_does_not_count_what_goes_by_another_name(statement, language, text, spoken):
    assert not all_count_alike(statement, language, text, spoken)
