"""What a question asks of an answer besides its kind."""

import pytest
from fakes import surely_answered

from qa.circumstances import gives_a_reason, stands_as_asked, tells_a_rank, tells_of_the_event
from qa.questions import new_names

HIRED = "Il Pontelago ha scelto Neri al posto di Verdi."
BEATEN = "Neri ha vinto la finale con il Lecco."
MOVED = "Poi Conte va al Chelsea, mentre Neri resta in Italia."


@pytest.mark.parametrize(
    ("question", "sentence", "stands"),
    [
        ("Contro chi esordirà Neri al Pontelago?", HIRED, False),
        ("Contro quale squadra ha vinto Neri?", BEATEN, True),
        ("Against whom did Neri win?", BEATEN, True),
        ("Against which club will Neri start?", HIRED, False),
        ("Chi ha scelto Neri?", HIRED, True),
        ("Chi allenava il Pontelago prima di Neri?", HIRED, True),
        ("Chi allenava il Chelsea prima di Neri?", MOVED, False),
        ("Chi allenava il Pontelago prima di Neri?", "Rossi, del Pontelago, spiega l'esonero di Neri.", False),
        ("Chi ha preso il posto di Verdi?", HIRED, True),
        ("Chi ha preso il posto di Neri?", "Rossi spiega l'esonero di Neri.", False),
        ("Dove va Conte?", MOVED, True),
        ("Dove va Neri?", "Conte e Verdi partono.", False),
        ("Where does Conte go?", MOVED, True),
        ("Il club dove va Neri chi lo allena?", "Conte e Verdi partono.", True),
    ],
)
def test_a_name_answers_only_where_it_stands_as_it_is_asked_for(question, sentence, stands):
    language = "en" if question[0] in "AW" else "it"
    names = new_names(sentence, "it", question, language)
    assert stands_as_asked(question, language, names, sentence, "it") is stands


def test_a_language_whose_words_are_not_known_is_believed():
    sentence = "Neri remplace Verdi."
    for question in ("Contro chi gioca Neri?", "Di chi prende il posto Neri?"):
        assert stands_as_asked(question, "it", new_names(sentence, "fr", question, "it"), sentence, "fr")


@pytest.mark.parametrize(
    ("asked", "said", "written"),
    [
        ("Contro chi esordirà Neri con il Pontelago?", "Neri esordirà con il Pontelago contro Verdi.", HIRED),
        (
            "Dove ha mandato Neri il Pontelago?",
            "Il Pontelago ha mandato Neri e Verdi.",
            "Il Pontelago ha mandato Neri e Verdi.",
        ),
    ],
)
def test_neither_statement_nor_quotation_answers_where_the_name_stands_otherwise(
    bot_on, scripted_chat, asked, said, written
):
    scripted_chat.llm.otherwise = said
    bot = bot_on(f"Il nuovo allenatore\n\n{written}\n")
    assert surely_answered(bot, asked).status == "abstained"


@pytest.mark.parametrize(
    ("text", "language", "reason"),
    [
        ("È stato esonerato per gli scarsi risultati.", "it", True),
        ("La rottura provoca l'addio.", "it", True),
        ("L'addio arriva dopo quattro sconfitte.", "it", True),
        ("Esonerato, un anno dopo riparte dal Lecco.", "it", False),
        ("È stato esonerato.", "it", False),
        ("He was sacked because they lost.", "en", True),
        ("He left after a defeat.", "en", True),
        ("Sacked in June, he returned two years after.", "en", False),
        ("Il est parti.", "fr", True),
    ],
)
def test_what_introduces_a_reason(text, language, reason):
    assert gives_a_reason(text, language) is reason


@pytest.mark.parametrize(
    ("question", "language", "text", "tells"),
    [
        ("In che anno Neri ha vinto lo scudetto?", "it", "Esonerato nel 2018, Neri riparte dal Lecco.", False),
        ("In che anno Neri ha vinto lo scudetto?", "it", "Neri trionfa: il trionfo è del 2018.", True),
        ("In che anno Neri ha vinto lo scudetto?", "it", "Lo scudetto arriva nel 2018.", True),
        ("Quando è stato cacciato Neri?", "it", "Esonerato nel 2018, Neri riparte dal Lecco.", True),
        ("Quando è nato Neri?", "it", "Neri torna nel 2018.", False),
        ("Quando ha firmato Neri?", "it", "Neri torna nel 2018.", True),
        ("When was Neri sacked?", "en", "Esonerato nel 2018, Neri riparte dal Lecco.", True),
        ("When was Neri born?", "en", "Neri torna nel 2018.", False),
        ("Wann wurde Neri geboren?", "de", "Neri torna nel 2018.", True),
    ],
)
def test_of_an_event_whose_words_are_known_one_of_them_speaks(question, language, text, tells):
    assert tells_of_the_event(question, language, text, "it") is tells


ENDED = "Il Lecco ha battuto in casa il Gallarate per 2-1.\n\nIl Varese è sceso in campo a Pavia con il Sondrio il 3 maggio.\n"


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("Quanto è finita Lecco-Gallarate?", "answered"),
        ("Con che risultato è finita Lecco-Varese?", "abstained"),
        ("Con che punteggio è finita Varese-Sondrio?", "abstained"),
        ("What was the score of Lecco-Gallarate?", "answered"),
    ],
)
def test_how_a_match_ended_is_told_by_its_own_score(bot_on, scripted_chat, asked, status):
    scripted_chat.llm.otherwise = "Non saprei."
    assert surely_answered(bot_on(f"I risultati\n\n{ENDED}"), asked).status == status


@pytest.mark.parametrize("said", ["Perché riparte dal Gallarate.", "Perché i risultati erano scarsi."])
def test_a_sentence_without_a_reason_does_not_tell_why(bot_on, scripted_chat, said):
    scripted_chat.llm.otherwise = said
    bot = bot_on("La carriera di Neri\n\nEsonerato dal Lecco nel 2018, un anno dopo Neri riparte dal Gallarate.\n")
    assert surely_answered(bot, "Perché il Lecco ha esonerato Neri?").status == "abstained"


def test_a_sentence_with_a_reason_tells_why(bot_on, scripted_chat):
    scripted_chat.llm.otherwise = "Non saprei."
    bot = bot_on("La carriera di Neri\n\nIl Lecco ha esonerato Neri per gli scarsi risultati.\n")
    answer = surely_answered(bot, "Perché il Lecco ha esonerato Neri?")
    assert (answer.status, "scarsi risultati" in answer.text) == ("answered", True)


@pytest.mark.parametrize(
    ("text", "language", "told"),
    [
        ("Occupa il secondo posto del girone.", "it", True),
        ("Ha chiuso terzultima.", "it", True),
        ("È a -11 dalla capolista.", "it", True),
        ("Il Lecco era in campionato.", "it", False),
        ("They finished third.", "en", True),
        ("They played in the league.", "en", False),
        ("Sie wurden Dritter.", "de", True),  # Its words are not known.
    ],
)
def test_a_place_in_a_table_is_told(text, language, told):
    assert tells_a_rank(text, language) is told


def test_a_place_in_a_table_is_answered_with_one(bot_on, scripted_chat):
    scripted_chat.llm.otherwise = "Il Lecco era in campionato quando Neri fu esonerata."
    bot = bot_on("Neri e il Lecco\n\nAda Neri fu esonerata dal Lecco a campionato in corso.\n")
    assert surely_answered(bot, "A che posto era il Lecco quando Neri fu esonerata?").status == "abstained"
