"""Who somebody is, a career, a list of clubs or trophies: the articles' sentences together, without the language model."""

import pytest
from fakes import SmallReader

from qa.confidence import load_calibration
from qa.config import Settings
from qa.pipeline import QA

CAREER = """Ada Neri torna al Lecco

Il Lecco ha scelto l'allenatrice Ada Neri, che prende il posto di Ugo Verdi.

Da giocatrice Neri ha militato per cinque stagioni nel Varese. Poi passò al Como.

La sua carriera in panchina è cominciata altrove. Neri ha allenato per due anni il Pontelago. Fu assistente di Bruno
Gallo alla guida della Virtus Roccamare. Non segue Gallo al Sangervasio.

Ugo Verdi ha allenato il Montesilvano. Vinse la Coppa dei Laghi.

Nel 2019 Neri vince il campionato di Serie D. L'anno dopo alzò la Supercoppa dei Monti. Perse la finale della Coppa
Adriatica. Chi vincerà ora la Coppa Italia con Neri?
"""


@pytest.fixture
def asked(bot_on):
    """Ask one question of the article; what is said of the sentences is looked up in the quotations."""
    bot = bot_on(CAREER)
    return bot.ask


def quotes(answer) -> list[str]:
    return [citation.quote for citation in answer.citations]


def test_who_somebody_is_needs_no_model(asked, scripted_chat):
    answer = asked("Chi è Ada Neri?")
    assert answer.status == "answered"
    assert answer.text.startswith("Gli articoli dicono: «Il Lecco ha scelto l'allenatrice Ada Neri")
    assert scripted_chat.llm.asked() == []
    assert answer.usage.model_calls == 0
    assert answer.confidence == load_calibration().gathered


def test_who_somebody_else_is_tells_of_them(asked):
    assert any("Ugo Verdi" in quote for quote in quotes(asked("Who is Ugo Verdi?")))


@pytest.mark.parametrize(
    "question", ["Chi è Marta Neri?", "Chi è Carlo Bruni?", "Raccontami la carriera di Carlo Bruni"]
)
def test_of_whom_the_articles_do_not_name_nothing_is_gathered(asked, scripted_chat, question):
    scripted_chat.llm.otherwise = "Non lo so."
    assert asked(question).status == "abstained"


def test_a_list_of_clubs(asked, scripted_chat):
    told = quotes(asked("Quali squadre ha allenato Neri?"))
    assert told == [
        "Il Lecco ha scelto l'allenatrice Ada Neri, che prende il posto di Ugo Verdi.",
        "Neri ha allenato per due anni il Pontelago.",
        "Fu assistente di Bruno\nGallo alla guida della Virtus Roccamare.",
    ]
    assert scripted_chat.llm.asked() == []


def test_a_list_asked_for_in_english(asked):
    answer = asked("Which teams has Neri coached?")
    assert answer.text.startswith("The articles say: ")
    assert quotes(answer) == quotes(asked("Quali squadre ha allenato Neri?"))


def test_clubs_that_somebody_played_for(asked):
    told = quotes(asked("In quali squadre ha giocato Neri?"))
    assert told == ["Da giocatrice Neri ha militato per cinque stagioni nel Varese.", "Poi passò al Como."]


def test_a_list_of_trophies_leaves_out_what_was_lost_what_others_won_and_what_is_asked(asked):
    told = quotes(asked("Quali trofei ha vinto Neri?"))
    assert told == ["Nel 2019 Neri vince il campionato di Serie D.", "L'anno dopo alzò la Supercoppa dei Monti."]


def test_what_somebody_has_won_and_where_is_a_list_too(asked):
    assert quotes(asked("Che cosa ha vinto Neri?")) == quotes(asked("Quali trofei ha vinto Neri?"))
    assert quotes(asked("Dove ha allenato Neri?")) == quotes(asked("Quali squadre ha allenato Neri?"))


def test_how_many_trophies_were_won_is_not_told_but_they_are_shown(asked, scripted_chat):
    scripted_chat.llm.otherwise = "Non lo so."
    answer = asked("Quanti trofei ha vinto Neri?")
    assert answer.status == "abstained"
    assert quotes(answer) == quotes(asked("Quali trofei ha vinto Neri?"))
    assert len(quotes(answer)) == 2


def test_a_list_of_nobody_s_is_that_of_whom_the_titles_name(asked):
    answer = asked("Quali trofei ha vinto?")
    assert answer.question == "Su Ada Neri: Quali trofei ha vinto?"
    assert quotes(answer) == quotes(asked("Quali trofei ha vinto Ada Neri?"))


@pytest.mark.parametrize(
    ("other", "subject"),
    [
        ("Ugo Verdi lascia il Lecco", "Ugo Verdi"),
        ("Il ritorno di Ada Neri e Ugo Verdi", ""),
        ("Torna il campionato", ""),
    ],
)
def test_the_subject_is_the_one_name_that_most_titles_hold(tmp_path, small_embeddings, other, subject):
    sources = tmp_path / "articles"
    sources.mkdir()
    for number, title in enumerate(["Ada Neri e Ugo Verdi si salutano", other]):
        (sources / f"{number}.txt").write_text(f"{title}\n\nNel 2019 vinse il campionato.\n", encoding="utf-8")
    settings = Settings(data_dir=tmp_path / "data", sources=(sources,))
    with QA(settings, embeddings=small_embeddings, reader=SmallReader()) as bot:
        assert bot.retriever.index.subject == subject


def test_a_summary_tells_of_each_station_in_order(asked):
    told = quotes(asked("Raccontami la carriera di Ada Neri"))
    for station in ("Varese", "Pontelago", "Roccamare", "Serie D", "Supercoppa"):
        assert any(station in quote for quote in told), station
    assert told == sorted(told, key=CAREER.index)
    assert not any("Montesilvano" in quote or "Laghi" in quote for quote in told)


def test_what_is_not_understood_is_left_to_the_model(asked, scripted_chat):
    scripted_chat.llm.otherwise = "Neri ha allenato il Pontelago."
    asked("Quali squadre ha allenato Neri prima del Lecco?")
    assert scripted_chat.llm.asked()


def test_every_quote_is_verbatim(asked):
    for question in ("Chi è Ada Neri?", "Quali trofei ha vinto Neri?", "Raccontami la carriera di Ada Neri"):
        for citation in asked(question).citations:
            assert CAREER[citation.start : citation.end] == citation.quote


def test_what_a_conjunction_parts_from_a_negation_is_not_denied(bot_on, scripted_chat):
    bot = bot_on(
        "Ada Neri\n\nMai scelta fu più felice dato che Neri vinse il campionato con il Lecco.\n\n"
        "L'anno successivo, sempre sulla panchina del Lecco, Neri vinse la Supercoppa dei Monti.\n"
    )
    assert [quote.partition(" ")[0] for quote in quotes(bot.ask("Che cosa ha vinto Neri con il Lecco?"))] == [
        "Mai",
        "L'anno",
    ]
    assert scripted_chat.llm.asked() == []
