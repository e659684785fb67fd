"""Answers put together: markers in order, one number a span, full stops where they belong."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.composition import Composer, Piece, quotation, shown_date
from qa.retrieval import ScoredSentence
from qa.schema import Article, Chunk, Span
from qa.verification import Window

TEXT = "Carrera allena il Bari. Ha giocato\nper 16 anni. Conte va al Chelsea!"


def article(source: str = "a.txt", text: str = TEXT, **about) -> Article:
    return Article(source=source, text=text, body=Span(start=0, end=len(text)), title="Titolo", **about)


def window(start: int, end: int, source: str = "a.txt") -> Window:
    return Window(source, Span(start=start, end=end), TEXT[start:end], "it", 1, (), 0)


def sentence(text: str) -> ScoredSentence:
    span = Span(start=0, end=len(text))
    chunk = Chunk(id="1", source="a.txt", text=text, start=0, end=len(text), sentences=(span,))
    return ScoredSentence(chunk, 0, similarity=0.9, lexical=1.0, fits=True, score=1.0)


@pytest.fixture
def composer() -> Composer:
    articles = {
        "a.txt": article(date="2021-02-09", publisher="OMNISPORT", url="https://x.it"),
        "b.txt": article("b.txt"),
    }
    return Composer(articles.__getitem__)


FIRST, SECOND, THIRD = window(0, 23), window(24, 47), window(48, 68)


def test_a_publisher_is_no_markup():
    about = article(publisher="<img src=x> [1](https://x.it) OMNISPORT\u202e")
    assert quotation(sentence("Uno."), about, "it").text == "OMNISPORT: «Uno.»"


@pytest.mark.parametrize(
    ("text", "day", "language", "meant"),
    [
        ("Resta fino al prossimo giugno.", "2021-02-09", "it", " (prossimo giugno = giugno 2021)"),
        ("Resta fino al prossimo giugno.", "2021-02-09", "en", " (prossimo giugno = June 2021)"),
        ("Perse lo scorso 24 gennaio.", "2021-02", "it", " (scorso 24 gennaio = 24 gennaio 2021)"),
        (
            "Dal giugno dello scorso anno al prossimo maggio.",
            "2021-02-09",
            "de",
            " (giugno dello scorso anno = Juni 2020, prossimo maggio = Mai 2021)",
        ),
        ("Partì nel 2018, un anno dopo tornò.", "2021-02-09", "en", " (un anno dopo = 2019)"),
        ("Resta fino al giugno 2022.", "2021-02-09", "it", ""),
        ("Era giugno.", "2021-02-09", "it", ""),
        ("Perse lo scorso 31 giugno.", "2021-02-09", "it", ""),
    ],
)
def test_what_is_dated_from_the_day_of_the_article_is_told_in_full(text, day, language, meant):
    shown = quotation(sentence(text), article(date=day), language, dated=True).text
    assert shown.startswith(f"{shown_date(day)}{meant}: ")
    assert text in shown
    assert quotation(sentence(text), article(date=day), language).text.startswith(f"{shown_date(day)}: ")


def test_an_article_without_a_date_dates_nothing():
    assert (
        quotation(sentence("Fino al prossimo giugno."), article(), "it", dated=True).text
        == "«Fino al prossimo giugno.»"
    )


def test_nothing_added_is_an_empty_answer(composer):
    assert (composer.text, composer.citations) == ("", ())


def test_markers_are_numbered_in_the_order_of_the_text(composer):
    composer.add(Piece("Uno.", (THIRD,)))
    composer.add(Piece("Due.", (FIRST, SECOND)))
    assert composer.text == "Uno [1]. Due [2][3]."
    assert [(c.marker, c.start) for c in composer.citations] == [(1, 48), (2, 0), (3, 24)]


def test_the_same_span_has_the_same_number_wherever_it_is_cited(composer):
    composer.add(Piece("Uno.", (FIRST,)))
    composer.add(Piece("Due.", (SECOND,)))
    composer.add(Piece("Tre.", (SECOND, FIRST, FIRST)))
    assert composer.text == "Uno [1]. Due [2]. Tre [1][2]."
    assert len(composer.citations) == 2


def test_equal_places_of_two_articles_are_two_citations(composer):
    composer.add(Piece("Uno.", (FIRST, window(0, 23, "b.txt"))))
    assert [c.source for c in composer.citations] == ["a.txt", "b.txt"]


def test_a_citation_is_the_articles_text_to_the_letter(composer):
    composer.add(Piece("Ha giocato per 16 anni.", (SECOND,)))
    (citation,) = composer.citations
    assert citation.model_dump() == {
        "marker": 1,
        "source": "a.txt",
        "title": "Titolo",
        "date": "2021-02-09",
        "publisher": "OMNISPORT",
        "quote": "Ha giocato\nper 16 anni.",
        "start": 24,
        "end": 47,
        "url": "https://x.it",
    }


def test_the_products_own_phrases_carry_no_marker(composer):
    composer.add(Piece("Gli articoli non concordano:"))
    composer.add(Piece("Uno.", (FIRST,)))
    assert composer.text == "Gli articoli non concordano: Uno [1]."


def test_what_add_returns_is_the_text_piece_by_piece(composer):
    added = [composer.add(piece) for piece in (Piece("Uno.", (FIRST,)), Piece("Due"), Piece("Tre.", (FIRST,)))]
    assert "".join(added) == composer.text


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("Ha vinto.", "Ha vinto [1]."),
        ("Ha vinto", "Ha vinto [1]."),
        ("Ha vinto!", "Ha vinto [1]!"),
        ("Ha vinto?!", "Ha vinto [1]?!"),
        ("Ha vinto…", "Ha vinto… [1]"),
        ("Ha vinto...", "Ha vinto... [1]"),
        ("«Ha 16 anni.»", "«Ha 16 anni.» [1]"),
        ("«Ha 16 anni»", "«Ha 16 anni» [1]."),
        ("“Ha 16 anni.”", "“Ha 16 anni.” [1]"),
        ("„Er ist 16.“", "„Er ist 16.“ [1]"),
        ("« Il a 16 ans. »", "« Il a 16 ans. » [1]"),
        ("« Il a 16 ans »", "« Il a 16 ans » [1]."),
        ("Dice: «Vinco!»", "Dice: «Vinco!» [1]"),
        ("«Dice: “Vinco.”»", "«Dice: “Vinco.”» [1]"),
        ("Ha vinto (due volte).", "Ha vinto (due volte) [1]."),
        ("(Ha vinto.)", "(Ha vinto.) [1]"),
        ("«Vinco».", "«Vinco» [1]."),
        ("Segna al 90'", "Segna al 90' [1]."),
        ("A:\n«B.»", "A:\n«B.» [1]"),
    ],
)
def test_a_full_stop_is_never_one_too_many_nor_missing(composer, text, marked):
    composer.add(Piece(text, (FIRST,)))
    assert composer.text == marked


@given(st.text(min_size=1).filter(lambda text: "[" not in text))
def test_any_text_gets_its_marker_once_and_loses_nothing(text):
    composer = Composer(lambda _: article())
    composer.add(Piece(text, (FIRST,)))
    assert composer.text.count("[1]") == 1
    assert composer.text.replace(" [1]", "", 1) in {text, f"{text}."}


@pytest.mark.parametrize(
    ("about", "shown"),
    [
        ({"publisher": "OMNISPORT", "date": "2021-02-09T18:18"}, "OMNISPORT, 09-02-2021: «Ha giocato per 16 anni.»"),
        ({"date": "2021-02"}, "02-2021: «Ha giocato per 16 anni.»"),
        ({"publisher": "OMNISPORT"}, "OMNISPORT: «Ha giocato per 16 anni.»"),
        ({}, "«Ha giocato per 16 anni.»"),
    ],
)
def test_a_quotation_says_who_published_it_and_when(about, shown):
    piece = quotation(sentence("Ha giocato\nper  16 anni."), article(**about), "it")
    assert piece.text == shown


@pytest.mark.parametrize(
    ("language", "shown"), [("en", "“Vince.”"), ("de", "„Vince.“"), ("fr", "« Vince. »"), ("ja", "“Vince.”")]
)
def test_a_quotation_has_the_marks_of_the_language_of_the_answer(language, shown):
    assert quotation(sentence("Vince."), article(), language).text == shown


def test_a_quotation_cites_the_whole_sentence_of_its_article(composer):
    composer.add(quotation(sentence(TEXT[:23]), article(), "it"))
    assert composer.text == "«Carrera allena il Bari.» [1]"
    assert composer.citations[0].quote == TEXT[:23]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ha vinto [1] due volte.", "Ha vinto due volte."),
        ("Vedi [qui](https://x.it/a).", "Vedi qui."),
        ("Vedi https://x.it ora.", "Vedi ora."),
        ("Ha <b>vinto</b> {quote} {0}.", "Ha vinto {quote} {0}."),
    ],
)
def test_an_articles_own_markers_links_and_markup_are_not_shown(text, shown):
    assert quotation(sentence(text), article(), "it").text == f"«{shown}»"


@pytest.mark.parametrize(
    ("date", "shown"),
    [
        ("2021-02-09T18:18", "09-02-2021"),
        ("2021-02-09", "09-02-2021"),
        ("2021-02", "02-2021"),
        ("2021", "2021"),
        (None, None),
    ],
)
def test_a_date_is_shown_the_european_way(date, shown):
    assert shown_date(date) == shown


def test_every_marker_of_an_answer_has_its_citation(composer):
    for piece in (Piece("A.", (SECOND, FIRST)), Piece("B"), Piece("«C.»", (THIRD,)), Piece("D.", (FIRST,))):
        composer.add(piece)
    used = [int(number) for number in re.findall(r"\[(\d+)\]", composer.text)]
    assert list(dict.fromkeys(used)) == [c.marker for c in composer.citations] == [1, 2, 3]
