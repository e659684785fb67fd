import pytest

from qa.atoms import find_atoms
from qa.questions import TIMES, answers_expectation, asks_for_rank, asks_for_several, expected_answer


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("In che giorno è nato?", "day"),
        ("On which date did they win the title?", "day"),
        ("In che mese è stato esonerato?", "month"),
        ("Em que mês foi demitido?", "month"),
        ("In welchem Monat wurde er entlassen?", "month"),
        ("Da quanti mesi allena?", "number"),
        ("In quali anni ha giocato lì?", "year"),
        ("Quando è stato esonerato?", "date"),
        ("Wann wurde er entlassen?", "date"),
        ("Quante presenze ha collezionato?", "number"),
        ("How many games did he play?", "number"),
        ("Con che risultato è finita?", "number"),
        ("Qual è il numero delle presenze?", "number"),
        ("Che somma ha pagato il club?", "number"),
        ("What was the final score?", "number"),
        ("Com'è finita Bari-Foggia?", "number"),
        ("Com'è finita la stagione?", "other"),
        ("Chi allenava la squadra?", "person"),
        ("Who replaced him?", "person"),
        ("Contro quale squadra ha perso?", "name"),
        ("Where did he go?", "name"),
        ("Come si chiama il suo vice?", "name"),
        ("What is the name of his wife?", "name"),
        ("Come ci si prepara?", "other"),
        ("Quale allenatore trovò al suo arrivo?", "person"),
        ("Which player did they sell?", "person"),
        ("Con che tecnica gioca?", "other"),
        ("Di che nazionalità è?", "other"),
        ("Con quale nazionale ha giocato?", "name"),
        ("Quale presidente lo ha scelto?", "person"),
        ("Perché se n'è andato?", "other"),
        ("Chi è Mario Bianchi?", "other"),
        ("Who was Mario Bianchi?", "other"),
        ("Chi è il nuovo allenatore?", "person"),
        ("Chi era Bianchi per il club?", "person"),
        ("Quando ha vinto Bianchi? Con quale squadra?", "name"),
        ("Quando giocava, in che squadra finì?", "name"),
        ("A quanti punti era quando arrivò, e chi era in testa?", "number"),
        ("Di chi prese il posto quando arrivò?", "person"),
        ("Che cosa vinse quando allenava lì?", "other"),
        ("When he left, which club did he join?", "name"),
        ("Quando arrivò, e al posto di chi?", "date"),
        ("Chi ha vinto e quando?", "date"),
        ("Da quando chi è stato esonerato non allena?", "date"),
        ("Sai quando arriva?", "date"),
        ("Chi allenava la squadra? E dopo?", "person"),
        ("Chi allenava la squadra? Perché?", "other"),
        ("Chi allenava la squadra? È vero che è stato esonerato?", "other"),
    ],
)
def test_the_question_word_tells_what_is_asked_for(question, expected):
    assert expected_answer(question) == expected


def test_only_something_new_answers():
    atoms = find_atoms("Mario Bianchi ha battuto Verdi il 3 maggio 2019.", "it")
    assert answers_expectation("person", atoms, "Chi ha battuto Verdi?", "it")
    assert not answers_expectation("person", atoms, "Verdi contro Mario Bianchi?", "it")
    assert answers_expectation("day", atoms, "In che giorno?", "it")
    assert not answers_expectation("number", atoms, "Quanti gol?", "it")


def test_a_name_spelt_out_tells_nothing_new():
    atoms = find_atoms("Ha vinto la Dinamo Karvelia.", "it")
    assert not answers_expectation("person", atoms, "Chi allenava la Dinamo?", "it")
    assert answers_expectation("person", atoms, "Chi ha vinto a Karvelia?", "it")
    sister = find_atoms("È arrivata Costanza Bianchi.", "it")
    assert answers_expectation("person", sister, "Chi ha preso il posto di Ilaria Bianchi?", "it")


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("il 3 maggio 2019", {"day", "month", "year", "date"}),
        ("il 3 maggio", {"day", "month", "date"}),
        ("nel maggio 2019", {"month", "year", "date"}),
        ("a maggio", {"month", "date"}),
        ("nel 2019", {"year", "date"}),
        ("nella stagione 2018-19", {"year", "date"}),
        ("un giorno", set()),
    ],
)
def test_a_time_answers_only_if_it_is_as_precise_as_is_asked(told, expected):
    atoms = find_atoms(f"È successo {told}.", "it")
    assert {time for time in TIMES if answers_expectation(time, atoms, "Quando?", "it")} == expected


@pytest.mark.parametrize(
    ("question", "several"),
    [
        ("Quali trofei ha vinto?", True),
        ("Elencami le sue squadre.", True),
        ("Which clubs did he coach?", True),
        ("Quale trofeo ha vinto?", False),
        ("What is his role?", False),
        ("Which club did he coach?", False),
        ("Tell me all his clubs.", True),
        ("Mi fai l'elenco delle squadre?", True),
        ("In che squadre ha giocato?", True),
        ("Che titoli ha vinto?", True),
        ("Che titolo ha vinto?", False),
        ("Dove andò, dopo che lui era partito?", False),
        ("Chi ha preso il suo posto all'Aurelia?", False),
        ("Ha vinto prima in Italia o all’estero?", False),
    ],
)
def test_questions_for_several_things(question, several):
    assert asks_for_several(question) is several


@pytest.mark.parametrize(
    ("question", "rank"),
    [
        ("A che posto è in classifica il Lecco?", True),
        ("In quale posizione ha chiuso?", True),
        ("What place did they finish in?", True),
        ("In che posizione gioca Neri?", False),
        ("What position did she play?", False),
        ("Chi è arrivato al suo posto?", False),
    ],
)
def test_questions_for_a_place_in_a_table(question, rank):
    assert asks_for_rank(question) is rank
