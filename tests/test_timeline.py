"""What articles date, in order."""

from qa.pipeline import QA
from qa.schema import Article, Span
from qa.timeline import build_timeline
from qa.ui.timeline import timeline_html


def article(text: str, source: str = "a.txt", date: str | None = "2021-02") -> Article:
    return Article(source=source, text=text, body=Span(start=0, end=len(text)), title="", date=date)


def test_statements_come_in_order_with_their_spans() -> None:
    text = "Il 7 maggio 2017 vinse Ada Rossi. Giocò dal 1986 al 1991. Oggi riposa. Allenò da agosto 2014 a giugno 2016."
    found = build_timeline([article(text)])
    assert [(s.date, s.until) for s in found] == [("1986", "1991"), ("2014-08", "2016-06"), ("2017-05-07", None)]
    assert all(text[s.start : s.end] == s.text for s in found)
    assert [s.about_subject for s in found] == [False, False, True]


def test_season_is_a_period() -> None:
    assert [(s.date, s.until) for s in build_timeline([article("Vinse nella stagione 2016/17.")])] == [("2016", "2017")]


def test_what_lies_after_the_article_is_planned() -> None:
    found = build_timeline([article("Il contratto scade nel giugno 2022. Arrivò nel febbraio 2021.")])
    assert [(s.date, s.planned) for s in found] == [("2021-02", False), ("2022-06", True)]


def test_articles_that_date_the_same_event_differently_are_shown_so() -> None:
    one = article("Ada Rossi vinse la Coppa Ticino contro il Varese nel 2018.", "a.txt")
    two = article("Ada Rossi vinse la Coppa Ticino contro il Varese nel maggio 2019.", "b.txt")
    other = article("Nel 2017 Lucia Bianchi andò al Lugano.", "c.txt")
    found = {s.source: s.differs for s in build_timeline([one, two, other])}
    assert found == {"a.txt": ("2019-05",), "b.txt": ("2018",), "c.txt": ()}


def test_what_only_names_the_same_people_is_another_event() -> None:
    one = article("Ada Rossi allena il Pavia dal 3 marzo 2019.", "a.txt")
    two = article("Nel Pavia Ada Rossi vinse la Coppa Aurora il 6 maggio 2020.", "b.txt")
    assert all(s.differs == () for s in build_timeline([one, two]))


def test_a_year_and_a_day_in_it_do_not_differ() -> None:
    one = article("Ada Rossi vinse la Coppa Ticino contro il Varese nel 2018.", "a.txt")
    two = article("Ada Rossi vinse la Coppa Ticino contro il Varese il 3 maggio 2018.", "b.txt")
    assert all(s.differs == () for s in build_timeline([one, two]))


def test_seed_articles_give_a_career(bot: QA) -> None:
    found = build_timeline([bot.article(info.source) for info in bot.articles()])
    dates = [s.date for s in found]
    assert dates == sorted(dates)
    assert {"1986", "2014-08", "2016", "2017-05-07", "2018", "2020-12", "2021-01-24", "2022-06"} <= set(dates)


def test_empty_timeline_says_so() -> None:
    assert build_timeline([]) == ()
    assert 'class="empty"' in timeline_html((), "it")


def test_axis_holds_every_point_within_its_ends(bot: QA) -> None:
    import re

    found = build_timeline([bot.article(info.source) for info in bot.articles()])
    shown = timeline_html(found, "en")
    lefts = [float(left) for left in re.findall(r'class="point[^"]*"[^>]*style="left:([\d.]+)%', shown)]
    assert len(lefts) == len(found)
    assert all(0 <= left <= 100 for left in lefts)
