"""The normaliser says when two strings state the same value."""

import datetime as dt
import re
import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from eval.cases import load_all
from eval.normalise import covers, matches, normalise, tokens
from qa.errors import QAError

ITALIAN_MONTHS = (
    "gennaio",
    "febbraio",
    "marzo",
    "aprile",
    "maggio",
    "giugno",
    "luglio",
    "agosto",
    "settembre",
    "ottobre",
    "novembre",
    "dicembre",
)
ENGLISH_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # numbers
        ("sedici anni", "16 anni"),
        ("Sedici", "16"),
        ("centottanta presenze", "180 presenze"),
        ("ventuno", "21"),
        ("ventitré", "23"),
        ("twenty-one goals", "21 goals"),
        ("one hundred eighty", "180"),
        ("trent'anni", "30 anni"),
        ("vent’anni, quarant'anni e cent'anni", "20 anni 40 anni e 100 anni"),
        ("duemiladiciassette", "2017"),
        ("tre milioni", "3000000"),
        ("3 milioni", "3000000"),
        ("2,5 milioni di euro", "2500000 di euro"),
        ("12mila spettatori", "12000 spettatori"),
        ("10.000 e 10,000", "10000 e 10000"),
        ("1.234.567,89", "1234567.89"),
        ("3,50 o 3.5", "3.5 o 3.5"),
        ("a -11 dalla Ternana", "a 11 da ternana"),
        ("un distacco di +11", "distacco di 11"),
        ("–11", "11"),
        ("cinquanta per cento, 50%, 50 percent", "50 % 50 % 50 %"),
        ("gli anni Ottanta", "anni 80"),
        ("ventunenne", "21 enne"),
        ("il 34enne, un quarantaquattrenne, due Ventenni", "34 enne 44 enne 2 20 enni"),
        ("un contratto biennale", "contratto 2 ennale"),
        ("la Biennale, maggiorenni, una solenne Penne", "biennale maggiorenni solenne penne"),
        # what looks like a number
        ("un gol", "gol"),
        ("Un’altra", "altra"),
        ("No one", "no one"),
        ("due to an injury", "due to injury"),
        ("due o tre", "2 o 3"),
        ("2 o 3", "2 o 3"),
        ("tens of fans", "tens of fans"),
        ("nell'Under 21 o U21", "in under 21 o u21"),
        # ordinals
        ("secondo posto", "2° posto"),
        ("il 2º posto, il 2° posto", "2° posto 2° posto"),
        ("second place, 2nd place", "2° place 2° place"),
        ("la terza volta", "3° volta"),
        ("il secondo Scudetto", "2° scudetto"),
        ("secondo il club", "secondo club"),
        ("Secondo Conte", "secondo conte"),
        ("prima del via", "prima di via"),
        ("quarti di finale", "quarti di finale"),
        # dates
        ("il 7 maggio 2017", "2017-05-07"),
        ("sette maggio duemiladiciassette", "2017-05-07"),
        ("primo maggio 2017, 1º maggio 2017", "2017-05-01 2017-05-01"),
        ("7 mag. 2017", "2017-05-07"),
        ("May 7, 2017", "2017-05-07"),
        ("May 7th, 2017", "2017-05-07"),
        ("the 7th of May 2017", "2017-05-07"),
        ("dicembre 2020", "2020-12"),
        ("dicembre del 2020", "2020-12"),
        ("December 2020", "2020-12"),
        ("giugno ’22, agosto '98", "2022-06 1998-08"),
        ("09-02-2021 18:18", "2021-02-09 18:18"),
        ("9/2/2021, 9.2.2021, 2021/02/09, 2021-02-09", "2021-02-09 2021-02-09 2021-02-09 2021-02-09"),
        ("12/25/2020", "2020-12-25"),
        ("31-02-2021", "31 02 2021"),
        ("Settimo Set, 28-04-2019", "7° set 2019-04-28"),
        ("02-2021, 12/2020", "2021-02 2020-12"),
        ("24 gennaio", "xxxx-01-24"),
        ("a maggio", "a xxxx-05"),
        ("in May he may play", "in xxxx-05 he may play"),
        ("vinse 6 set", "vinse 6 set"),
        ("da agosto 2014 a giugno 2016", "da 2014-08 a 2016-06"),
        # seasons, ranges, scores
        ("stagione 2016/17, 2016-17, 2016/2017, 2016-2017", "stagione 2016/17 2016/17 2016/17 2016/17"),
        ("1999-2000, 1999/00", "1999/00 1999/00"),
        ("2020-12", "2020-12"),
        ("2011-12", "2011/12"),
        ("1986-1991, 1986-91", "1986 1991 1986 1991"),
        ("2-1, 2 – 1, 2–1", "2-1 2-1 2-1"),
        ("4-3-3", "4-3-3"),
        # words
        ("L’accordo dell'AEK d'Italia all’andata", "accordo di aek di italia a andata"),
        (
            "degli Azzurri, nei quarti, sulle fasce, dalle squadre, ad Atene",
            "di azzurri in quarti su fasce da squadre a atene",
        ),
        ("Conte's Juventus", "conte juventus"),
        ("dall’ex difensore “Aleničev”", "da ex difensore alenicev"),
        ("PERCHÉ", "perche"),
        ("dalla Serie B alla A", "da serie b a a"),
        ("Prem'er-Liga", "prem er liga"),
        ("ﬁnale", "finale"),
        ("他在2017年", "他 在 2017 年"),
        ("Спартак Москва", "спартак москва"),
        ("", ""),
        ("… !?", ""),
    ],
)
def test_normal_form(text, expected):
    assert normalise(text) == expected


@pytest.mark.parametrize(
    ("needle", "haystack"),
    [
        ("180", "ha totalizzato centottanta presenze"),
        ("16 anni", "dopo sedici anni"),
        ("11", "un distacco di +11 sui pugliesi"),
        ("11", "a -11 dalla Ternana"),
        ("11", "con 11 punti"),
        ("2-1", "vincendo per 2–1."),
        ("De Laurentiis", "la famiglia «De Laurentiis»"),
        ("Juventus", "nell'ex squadra dell’allora Juventus"),
        ("Super Cup", "He won the Super-Cup"),
        ("AEK Atene", "sulla panchina dell’AEK Atene"),
        ("2020-12", "il 7 dicembre 2020"),
        ("2020-12", "nel dicembre 2020"),
        ("dicembre 2020", "on December 7, 2020"),
        ("2020", "nel dicembre 2020"),
        ("7 dicembre", "07-12-2020"),
        ("dicembre", "il 7 dicembre 2020"),
        ("secondo posto", "chiude al 2° posto"),
    ],
)
def test_stated(needle, haystack):
    assert matches(needle, haystack)


@pytest.mark.parametrize(
    ("needle", "haystack"),
    [
        ("18", "180 presenze"),
        ("1", "un solo gol"),
        ("1", "vinse 2-1"),
        ("2", "vinse 2-1"),
        ("3", "arrivò terzo"),
        ("terzo", "segnò 3 gol"),
        ("7 dicembre 2020", "nel dicembre 2020"),
        ("2020-12", "nel 2020"),
        ("2020-12", "a dicembre"),
        ("12", "nel dicembre 2020"),
        ("7 maggio 2017", "il 17 maggio 2017"),
        ("2017", "nella stagione 2016/17"),
        ("Bari", "i baresi"),
        ("Serie A", "in Serie B"),
        ("Serie A", "in serie"),
        ("Antonio Conte", "Conte Antonio"),
        ("Antonio Conte", "Antonio e poi Conte"),
        ("abc", ""),
    ],
)
def test_not_stated(needle, haystack):
    assert not matches(needle, haystack)


@pytest.mark.parametrize("needle", ["", "  ", "la", "un", "…"])
def test_a_needle_of_which_nothing_is_left_is_an_error(needle):
    with pytest.raises(QAError, match="Nothing is left"):
        matches(needle, "la squadra")


def test_every_gold_value_can_be_looked_for():
    for case_set in load_all():
        for case in case_set.cases:
            values = [form for nugget in case.nuggets for form in (nugget.text, *nugget.aliases)]
            assert all(tokens(value) for value in (*values, *case.forbidden)), case.id


@given(st.dates(min_value=dt.date(1000, 1, 1), max_value=dt.date(2099, 12, 31)))
def test_every_way_to_write_a_date_is_one_token_that_covers_its_parts(date):
    italian, english = ITALIAN_MONTHS[date.month - 1], ENGLISH_MONTHS[date.month - 1]
    iso = date.isoformat()
    written = (
        f"{date.day} {italian} {date.year}",
        f"{date.day} {english} {date.year}",
        f"{english} {date.day}, {date.year}",
        f"{date:%d-%m-%Y}",
        f"{date.day}/{date.month}/{date.year}",
        iso,
    )
    assert {tokens(form) for form in written} == {(iso,)}
    for part in (f"{italian} {date.year}", f"{date.day} {italian}", italian, str(date.year)):
        assert matches(part, iso)
        assert not matches(iso, part)


@given(st.integers(min_value=0, max_value=10**7))
def test_a_number_is_one_token_however_it_is_grouped_or_signed(number):
    grouped = f"{number:,}"
    assert {
        normalise(form) for form in (str(number), grouped, grouped.replace(",", "."), f"-{number}", f"+{number}")
    } == {str(number)}


@given(st.text(max_size=60))
@example("1º maggio '22")
@example("’s 's")
@example("XXXX-99-99")
@example("1-1-1-1-2021-13-45")
def test_any_text_has_a_normal_form_that_matches_itself(text):
    present = tokens(text)
    assert all(present)
    assert not present or matches(text, text)


@given(st.sampled_from(["180", "7 maggio 2017", "2-1", "AEK Atene", "secondo posto"]), st.booleans())
def test_a_value_is_found_between_words_and_never_inside_one(value, glued):
    haystack = f"allora{value}dunque" if glued else f"(allora, «{value}»; dunque…)"
    assert matches(value, haystack) is not glued


def squad_normalize_answer(s: str) -> str:
    """The published definition (SQuAD evaluate-v1.1.py and evaluate-v2.0.py), to the letter."""

    def remove_articles(text):
        return re.sub(r"\b(a|an|the)\b", " ", text)

    def white_space_fix(text):
        return " ".join(text.split())

    def remove_punc(text):
        exclude = set(string.punctuation)
        return "".join(ch for ch in text if ch not in exclude)

    def lower(text):
        return text.lower()

    return white_space_fix(remove_articles(remove_punc(lower(s))))


ENGLISH_WORDS = st.sampled_from(
    ["The", "the", "an", "club", "Coach", "Juventus", "won", "Cup", "2017", "180", "of", "in", "Italian", "title", "He"]
)


@given(st.lists(st.tuples(ENGLISH_WORDS, st.sampled_from(["", ",", ".", "!", ";", ":", '"', ")"])), max_size=12))
def test_plain_english_is_normalised_as_squad_does(words):
    text = " ".join(word + mark for word, mark in words)
    assert normalise(text) == squad_normalize_answer(text)


DATES = ["2020-12-07", "2020-12", "xxxx-12-07", "xxxx-12", "2020", "2021", "2020-11", "word", "12"]


@given(st.sampled_from(DATES), st.sampled_from(DATES), st.sampled_from(DATES))
def test_covering_is_an_order(a, b, c):
    assert covers(a, a)
    assert not (covers(a, b) and covers(b, a)) or a == b
    assert not (covers(a, b) and covers(b, c)) or covers(a, c)
