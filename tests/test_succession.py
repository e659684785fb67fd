"""Who came before or after somebody in a post: told by the articles' sentences, without the language model."""

import pytest
from fakes import surely_answered

ARTICLE = """Ada Neri torna al Lecco

Ada Neri torna in panchina. A volerla è stato il presidente, che l'ha chiamata al Lecco in sostituzione di Ugo Verdi.

Nel 2016 era entrata nello staff della Dinamo Varna e ne divenne allenatrice a seguito delle dimissioni di Ivan Petrov.
Dopo due anni lasciò la Bulgaria. Al suo posto la Dinamo chiamò Boris Kolev.

Lo scorso anno il Como ha esonerato Carlo Bruni. Gino Sala ha preso il posto di Bruni.
"""


@pytest.fixture
def asked(bot_on):
    """Ask one question of the article."""
    return bot_on(ARTICLE).ask


def quotes(answer) -> list[str]:
    return [" ".join(citation.quote.split()) for citation in answer.citations]


@pytest.mark.parametrize(
    ("question", "told"),
    [
        (
            "Chi allenava il Lecco prima di Neri?",
            ["A volerla è stato il presidente, che l'ha chiamata al Lecco in sostituzione di Ugo Verdi."],
        ),
        (
            "Who coached Lecco before Neri?",
            ["A volerla è stato il presidente, che l'ha chiamata al Lecco in sostituzione di Ugo Verdi."],
        ),
        (
            "A chi è subentrata Neri alla Dinamo Varna?",
            [
                "Nel 2016 era entrata nello staff della Dinamo Varna e ne divenne allenatrice a seguito delle dimissioni di Ivan Petrov."
            ],
        ),
        (
            "Chi ha sostituito Verdi sulla panchina del Lecco?",
            [
                "Ada Neri torna in panchina.",
                "A volerla è stato il presidente, che l'ha chiamata al Lecco in sostituzione di Ugo Verdi.",
            ],
        ),
        ("Chi ha preso il posto di Bruni al Como?", ["Gino Sala ha preso il posto di Bruni."]),
        (
            "Chi ha preso il posto di Neri alla Dinamo?",
            ["Al suo posto la Dinamo chiamò Boris Kolev."],
        ),
    ],
)
def test_a_sentence_that_tells_answers_without_the_model(asked, scripted_chat, question, told):
    answer = asked(question)
    assert answer.status == "answered"
    assert quotes(answer) == told
    assert scripted_chat.llm.asked() == []


def test_who_came_before_another_is_not_told(bot_on, scripted_chat):
    scripted_chat.llm.otherwise = "Prima di Neri c'era Carlo Bruni."
    bot = bot_on("Neri al Lecco\n\nAda Neri allena il Lecco. Gino Sala ha preso il posto di Carlo Bruni al Como.\n")
    assert bot.ask("Chi allenava il Lecco prima di Neri?").status == "abstained"


def test_whom_the_article_is_about_left_before_nobody_else(bot_on, scripted_chat):
    scripted_chat.llm.otherwise = "Prima di Gallo il Como era allenato da Ada Neri."
    bot = bot_on("Ada Neri torna al Lecco\n\nLa lite tra Gallo e il Como provocò l'allontanamento di Neri.\n")
    assert bot.ask("Chi allenava il Como prima di Gallo?").status == "abstained"


def test_another_side_is_another_post(bot_on, scripted_chat):
    scripted_chat.llm.otherwise = "Non lo so."
    bot = bot_on("Ada Neri torna al Lecco\n\nIvo Sala prese il posto di Ada Neri sulla panchina del Como.\n")
    assert bot.ask("Chi ha preso il posto di Neri?").status == "answered"
    assert bot.ask("Chi ha preso il posto di Neri in nazionale?").status == "abstained"


def test_two_that_may_be_meant_leave_it_to_the_model(bot_on, scripted_chat):
    scripted_chat.llm.otherwise = "Non lo so."
    bot = bot_on(
        "Neri\n\nAda Neri prese il posto di Ugo Verdi nel 2016. Poi la stessa Neri prese il posto di Carlo Bruni nel 2018.\n"
    )
    assert bot.ask("Di chi prese il posto Neri?").status == "abstained"
    assert scripted_chat.llm.asked()


def test_neither_statement_nor_quotation_answers_where_no_post_passes_on(bot_on, scripted_chat):
    scripted_chat.llm.otherwise = "L'allenatore del Lecco prima di Neri era Carlo Bruni."
    bot = bot_on("Neri al Lecco\n\nAda Neri, allenatrice del Lecco, fu assistente di Carlo Bruni.\n")
    assert surely_answered(bot, "Chi era l'allenatore del Lecco prima di Neri?").status == "abstained"
