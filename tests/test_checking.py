"""Which sentences of a draft are shown, on articles of the tests' own."""

import pytest
from fakes import surely_answered

ARTICLE = """Neri al Lecco, la carica del nuovo tecnico

Mario Neri ha parlato ai tifosi del Lecco. Il tecnico di Pavia ha firmato un contratto fino al 30 giugno 2024 e prende il posto di Ugo Bianchi.
È il terzo allenatore della stagione, dopo Carlo Verdi e lo stesso Bianchi. Il suo vice si chiama Piero Gallo.
"""


@pytest.fixture
def lecco(bot_on):
    return bot_on(ARTICLE)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        pytest.param("Il tecnico ha firmato fino al 30 giugno 2024.", True, id="one sentence says it"),
        pytest.param("Carlo Verdi ha firmato fino al 30 giugno 2024.", False, id="a name of the next sentence"),
        pytest.param("Neri ha firmato fino al 30 giugno 2024.", True, id="whom the title names is left out"),
    ],
)
def test_what_is_new_stands_in_one_sentence(lecco, scripted_chat, said, kept):
    scripted_chat.llm.otherwise = said
    answer = lecco.ask("Fino a quando ha firmato il tecnico con il Lecco?")
    assert (said.removesuffix(".") in answer.text) is kept
    assert "30 giugno 2024" in answer.text  # quoted at least


@pytest.mark.parametrize(
    ("question", "said", "kept"),
    [
        (
            "In che anno Neri ha vinto lo scudetto con il Gallarate?",
            "Neri ha vinto lo scudetto con il Gallarate nel 2016.",
            False,
        ),
        ("In che anno il Gallarate esonerò Neri?", "Il Gallarate ha esonerato Neri nel 2016.", True),
        ("When did Gallarate abruptly sack Neri?", "Gallarate sacked Neri in 2016.", True),
    ],
)
def test_a_sentence_with_the_names_of_a_question_does_not_bear_out_its_premise(
    bot_on, scripted_chat, question, said, kept
):
    scripted_chat.llm.otherwise = said
    answer = bot_on(
        "Neri al Gallarate\n\nEsonerato nel 2016, Neri lascia il Gallarate e la panchina. Ora fa il commentatore."
    ).ask(question)
    assert (said.removesuffix(".") in answer.text) is kept


@pytest.mark.parametrize(
    ("question", "said", "kept"),
    [
        ("Quanto guadagna Neri al Gallarate?", "Neri guadagna 180 presenze al Gallarate.", False),
        ("Quante gare ha totalizzato Neri con il Gallarate?", "Neri ha totalizzato 180 gare con il Gallarate.", True),
        ("How much does Neri earn at Gallarate?", "Neri earns 180 appearances at Gallarate.", False),
        ("Quanto guadagna Neri al Lecco?", "Neri guadagna 40 mila euro al Lecco.", True),
    ],
)
def test_what_somebody_earns_is_not_told_by_a_number_of_matches(bot_on, scripted_chat, question, said, kept):
    scripted_chat.llm.otherwise = said
    answer = bot_on(
        "Neri al Lecco\n\nNeri ha totalizzato 180 presenze con il Gallarate. Al Lecco Neri guadagna 40 mila euro l'anno."
    ).ask(question)
    assert (said.removesuffix(".") in answer.text) is kept


@pytest.mark.parametrize(("said", "kept"), [("Piero Gallo.", True), ("Ugo Bianchi.", False)])
def test_a_mere_name_comes_from_a_sentence_about_what_is_asked(lecco, scripted_chat, said, kept):
    scripted_chat.llm.otherwise = said
    answer = lecco.ask("Come si chiama il vice del Lecco?")
    assert answer.citations
    assert answer.text.startswith(said.removesuffix(".")) is kept


CAREER = """La carriera di Neri

Nel 2011 Neri passò al Lecco. Vinse subito il campionato. L'anno dopo arrivò la coppa. Poi tornò in Italia per allenare il Gallarate.
Perse la finale. Nel 2016 Neri viene esonerato anche lì. Ora fa il commentatore.
"""


@pytest.mark.parametrize(
    ("club", "said", "kept"),
    [
        ("Gallarate", "Neri è stato esonerato dal Gallarate nel 2016.", True),
        ("Lecco", "Neri è stato esonerato dal Lecco nel 2016.", False),
        ("Lecco", "È stato esonerato nel 2016.", False),
    ],
)
def test_what_is_new_stands_near_the_names_of_the_question(bot_on, scripted_chat, club, said, kept):
    scripted_chat.llm.otherwise = said
    answer = bot_on(CAREER, sentences=10).ask(f"Quando è stato bruscamente esonerato Neri dal {club}?")
    assert answer.status == "answered"
    assert (said.removesuffix(".") in answer.text) is kept


@pytest.mark.parametrize(
    ("question", "said", "kept"),
    [
        pytest.param(
            "Quando fu bruscamente esonerato Neri?", "Neri fu esonerato nel 2011.", False, id="a time of something else"
        ),
        pytest.param("Quando fu bruscamente esonerato Neri?", "Neri fu esonerato nel 2014.", True, id="its own time"),
        pytest.param(
            "Quando firmò Neri?", "Neri firmò e passò al Lecco nel 2011.", True, id="nothing nearer to what is asked"
        ),
    ],
)
def test_a_time_is_that_of_what_is_asked_if_the_articles_tell_it(bot_on, scripted_chat, question, said, kept):
    scripted_chat.llm.otherwise = said
    bot = bot_on("La carriera di Neri\n\nNel 2011 Neri passò al Lecco. Neri fu esonerato nel 2014. Ora riposa.")
    dropped = [note for note in bot.ask(question).notes if said in note]
    assert bool(dropped) is not kept


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Neri resta al Lecco fino al prossimo giugno 2022.", False),
        ("Neri resta al Lecco fino al prossimo giugno 2021.", True),
        ("Neri resta al Lecco fino al prossimo giugno.", True),
        ("Neri resta al Lecco, se promosso, fino al giugno 2022.", True),
    ],
)
def test_next_june_is_that_of_the_article(bot_on, scripted_chat, said, kept):
    scripted_chat.llm.otherwise = said
    bot = bot_on(
        "Neri resta\n\nLecco, 9 febbraio 2021\n\nNeri resta al Lecco fino al prossimo giugno, se promosso fino al giugno 2022."
    )
    assert bot.article("article.txt").date == "2021-02-09"
    dropped = [note for note in bot.ask("Fino a quando resta Neri al Lecco?").notes if said in note]
    assert bool(dropped) is not kept


def test_of_the_sentences_that_were_read_one_with_what_is_asked_is_quoted(bot_on, scripted_chat):
    bot = bot_on(
        "Il titolo di Neri\n\nNeri vince il titolo con il Lecco. Il titolo di Neri con il Lecco è il primo. Quel titolo arrivò nel 2011.",
    )
    scripted_chat.llm.otherwise = "Non lo so."
    answer = bot.ask("Quando Neri vince il titolo con il Lecco?")
    assert [citation.quote for citation in answer.citations][1:] == ["Quel titolo arrivò nel 2011."]


def test_a_name_that_a_sentence_leaves_out_is_cited_from_the_nearest_one(bot_on, scripted_chat):
    bot = bot_on(
        "La festa di Neri.\n\nNeri ha vinto molto in carriera. Piove da ore sullo stadio. La gente canta lo stesso. Neri ringrazia il presidente. "
        "Poi si fa silenzio. Una banda suona. Si ricordano i tempi belli. Nel 2019 il titolo fu vinto con Gallo in porta.",
        sentences=10,
    )
    scripted_chat.llm.otherwise = "Neri ha vinto il titolo con Gallo."
    answer = bot.ask("Con chi in porta Neri ha vinto il titolo?")
    assert answer.text.startswith("Neri ha vinto il titolo con Gallo [1][2].")
    assert {citation.quote for citation in answer.citations[:2]} == {
        "Neri ringrazia il presidente.",
        "Nel 2019 il titolo fu vinto con Gallo in porta.",
    }


def test_a_refused_question_in_another_language_gets_the_nearest_passages(lecco, scripted_chat):
    scripted_chat.llm.otherwise = "His wife is called Antonia Serri."
    answer = lecco.ask("What is the name of Neri's wife?")
    assert answer.status == "abstained"
    assert answer.language == "en"
    assert answer.citations


@pytest.mark.parametrize(
    ("question", "nearest"),
    [
        (
            "Quanto guadagna al mese il tecnico che ha firmato un contratto con il Lecco, tra stipendio e altri premi?",
            True,
        ),
        ("Quanto guadagna al mese un insegnante, tra stipendio e altri premi, in una scuola di Pavia?", False),
    ],
)
def test_a_long_question_about_what_the_articles_tell_gets_the_nearest_passages(
    lecco, scripted_chat, question, nearest
):
    scripted_chat.llm.otherwise = "Guadagna molto."
    answer = lecco.ask(question)
    assert answer.status == "abstained"
    assert bool(answer.citations) is nearest


@pytest.mark.parametrize(
    ("question", "quoted"),
    [("Fino a quando vale la firma dell'allenatore?", True), ("Fino a quando vale la firma?", False)],
)
def test_what_a_dropped_statement_rests_on_is_quoted_if_it_speaks_of_what_is_asked(
    bot_on, scripted_chat, question, quoted
):
    bot = bot_on(
        "La firma\n\nLa firma vale fino al 30 giugno 2024. La firma è arrivata ieri, e la firma vale fino in fondo. "
        "Resta il terzo allenatore, dopo Carlo Verdi.",
    )
    scripted_chat.llm.otherwise = "La firma di Carlo Verdi vale fino al 30 giugno 2024."
    answer = bot.ask(question)
    assert answer.status == "answered"
    assert "firma di Carlo Verdi" not in answer.text
    assert any(citation.quote.startswith("Resta il terzo") for citation in answer.citations) is quoted


@pytest.mark.parametrize(("asked", "quotes"), [("quale premio", 1), ("quali premi", 2)])
def test_beside_a_statement_only_what_tells_it_is_quoted_unless_several_things_are_asked_for(
    bot_on, scripted_chat, asked, quotes
):
    bot = bot_on(
        "I premi di Neri\n\nNeri ha avuto in premio la Coppa Adria. In premio Neri ebbe poi il Trofeo Lario. Ora riposa.",
    )
    scripted_chat.llm.otherwise = "Neri ha avuto in premio la Coppa Adria."
    answer = bot.ask(f"Che cosa ha avuto Neri, {asked}?")
    assert answer.text.startswith("Neri ha avuto in premio la Coppa Adria [1].")
    assert len(answer.citations) == quotes


def test_of_a_support_of_two_sentences_the_one_that_tells_is_quoted(bot_on, scripted_chat):
    bot = bot_on(
        "Una coppa per Neri\n\nNeri allenò poi il Gallarate. La coppa vinta da Neri fu quella del 2011. Ora riposa.",
    )
    scripted_chat.llm.otherwise = "La coppa fu vinta da Neri con il Gallarate nel 2011."
    answer = bot.ask("Quando fu meritatamente vinta da Neri la coppa, con il Gallarate?")
    stated, *quoted = answer.citations
    assert stated.quote.startswith("Neri allenò poi il Gallarate. La coppa")
    assert [citation.quote for citation in quoted] == ["La coppa vinta da Neri fu quella del 2011."]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("A volere e scegliere Neri come tecnico del Lecco è stato Ugo Verdi.", False),
        ("Neri è cresciuto nello staff tecnico di Ugo Verdi.", True),
    ],
)
def test_the_sentence_that_tells_what_is_new_bears_out_what_is_said_of_it(bot_on, scripted_chat, said, kept):
    scripted_chat.llm.otherwise = said
    bot = bot_on(
        "Neri al Lecco\n\nIl Lecco annuncia che Neri è il tecnico della Prima Squadra del Lecco. "
        "Neri è cresciuto nello staff tecnico di Ugo Verdi al Pavia.\n"
    )
    answer = surely_answered(bot, "Chi ha voluto e scelto Neri come tecnico del Lecco?")
    assert (said.removesuffix(".") in answer.text.partition("«")[0]) is kept


def test_of_several_sentences_that_hold_what_is_new_the_one_that_says_most_of_the_statement_is_quoted(
    bot_on, scripted_chat
):
    scripted_chat.llm.otherwise = "Neri fu assistente di Ugo Verdi nella Nazionale."
    bot = bot_on(
        "La carriera di Neri\n\nNeri entrò nello staff di Ugo Verdi al Pavia. Fu assistente di Ugo Verdi poi nella Nazionale. "
        "Ora Neri allena il Lecco.\n"
    )
    answer = surely_answered(bot, "Di chi fu assistente Neri nella Nazionale?")
    assert answer.text.startswith("Neri fu assistente di Ugo Verdi nella Nazionale [1].")
    assert "«Fu assistente di Ugo Verdi poi nella Nazionale.»" in answer.text
    assert "«Neri entrò nello staff" not in answer.text
