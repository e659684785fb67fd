"""Several people at once: what a crowd does to a page, and what is made of it."""

import os
from collections.abc import Iterator

import pytest
from fakes import SmallEmbeddings, SmallReader

from eval.load import canned, figures, full_line, watched
from eval.people import Asked, ask, crowd
from qa.config import Settings
from qa.errors import QAError
from qa.pipeline import QA
from qa.ui.loading import Loading
from qa.ui.server import serving

# Gradio itself counts every event with pandas functions that pandas is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")

QUESTIONS = ("Contro chi festeggiò la Supercoppa Italiana?", "Chi allenava il Bari prima di Carrera?", "Dove è nato?")


@pytest.fixture
def page(settings: Settings, small_embeddings: SmallEmbeddings) -> Iterator[str]:
    """A page that answers one question at a time, and lets one wait."""
    short = settings.replace(questions_at_once=1, queue_size=1)
    with QA(short, chat=canned(), embeddings=small_embeddings, reader=SmallReader()) as bot:
        bot.retrieve("Ciao")
        with serving(bot, Loading()) as url:
            yield url


def test_everybody_is_answered_in_turn(page):
    asked = crowd(page, 2, 60, QUESTIONS, each=2)
    assert [one.person for one in asked] == [0, 0, 1, 1]
    assert {one.outcome for one in asked} == {"answered"}, asked
    assert {one.said for one in asked} <= {"answered", "abstained", "conflict"}
    assert all(one.seconds > 0 for one in asked)
    assert asked[0].began + asked[0].seconds <= asked[1].began


def test_whom_the_line_does_not_hold_is_told_so(page):
    asked = crowd(page, 6, 60, QUESTIONS, each=1)
    outcomes = [one.outcome for one in asked]
    assert outcomes.count("failed") == 0, asked
    assert outcomes.count("answered") >= 2
    assert outcomes.count("refused") >= 1
    assert all("1" in one.said for one in asked if one.outcome == "refused")


def test_what_is_no_question_fails_and_is_told(page):
    import httpx

    with httpx.Client(base_url=page, timeout=60, headers={"Accept-Language": "en"}) as client:
        outcome, said = ask(client, " ")
    assert (outcome, "characters" in said) == ("failed", True)
    with httpx.Client(base_url="http://127.0.0.1:1") as client:
        assert ask(client, "Chi?")[0] == "failed"


@pytest.mark.parametrize(
    ("url", "people", "seconds"),
    [("http://example.org", 1, 1), ("http://127.0.0.1:1", 65, 1), ("http://127.0.0.1:1", 1, 3601)],
)
def test_a_crowd_is_bounded_and_stays_on_this_computer(url, people, seconds):
    with pytest.raises(ValueError, match="bounded"):
        crowd(url, people, seconds, QUESTIONS)


def asked(person: int, began: float, seconds: float, outcome: str = "answered") -> Asked:
    return Asked(person=person, began=began, seconds=seconds, outcome=outcome, said="")


def test_throughput_waits_and_fairness_are_told():
    met = [*(asked(0, n, 1) for n in range(10)), *(asked(1, 2 * n, 2) for n in range(5)), asked(1, 9, 3, "failed")]
    rows = {
        row.what.removeprefix("2 at once: "): row for row in figures(2, met, [100, 200, 10**9, 2 * 10**9, 3 * 10**9])
    }
    assert rows["answers"].value == 60 * 15 / 12
    assert rows["whole answer, median"].value == 1
    assert rows["whole answer, 95th percentile"].value == 2
    assert (rows["fewest answers a person / most"].value, rows["fewest answers a person / most"].met) == (0.5, True)
    assert (rows["questions that failed"].value, rows["questions that failed"].met) == (1, False)
    assert rows["memory of the page, most"].value == 3000
    assert rows["memory, growth over the last four fifths"].value == pytest.approx(3000, abs=1)


def test_somebody_who_is_never_answered_shows():
    rows = figures(2, [asked(0, 0, 1)], [1, 1, 1, 1, 1])
    assert next(row for row in rows if "fewest" in row.what).value == 0
    with pytest.raises(QAError, match="Nobody of 1"):
        figures(1, [], [1])


def test_a_full_line_is_honest_only_where_all_others_are_answered():
    met = [asked(n, 0, 1, "refused") for n in range(3)] + [asked(n, 0, 9) for n in range(3, 6)]
    assert all(row.met for row in full_line(met))
    lost = [*met[:-1], asked(5, 0, 1, "failed")]
    assert [row.met for row in full_line(lost)] == [True, False, True]


def test_memory_is_watched_while_something_runs():
    with watched(os.getpid()) as resident:
        pass
    assert resident[0] > 1_000_000
