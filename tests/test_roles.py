import pytest

from qa.roles import exchanges_roles

BEATEN = "Chi ha battuto il Pontelago in coppa?"


@pytest.mark.parametrize(
    ("question", "statement"),
    [
        (BEATEN, "Il Pontelago ha battuto la Virtus Roccamare in coppa."),
        ("Chi allena il Pontelago?", "Il Pontelago allena Mario Bianchi."),
        ("Chi ha preso il posto di Rossi?", "Carlo Rossi ha preso il posto di Mario Bianchi."),
        ("Chi è stato esonerato dal Pontelago?", "Il Pontelago è stato esonerato a marzo."),
        ("Di chi era il vice?", "Mario Bianchi era il vice."),
        ("Contro chi ha vinto la coppa il Pontelago?", "Mario Bianchi ha vinto la coppa con il Pontelago."),
    ],
)
def test_whoever_the_question_gives_another_part_does_not_answer_it(question, statement):
    assert exchanges_roles(statement, question, "it")


@pytest.mark.parametrize(
    ("question", "statement"),
    [
        (BEATEN, "La Virtus Roccamare ha battuto il Pontelago in coppa."),
        (BEATEN, "Il Pontelago è stato battuto dalla Virtus Roccamare."),
        (BEATEN, "La Virtus Roccamare."),
        ("Chi allena il Pontelago?", "Il Pontelago è allenato da Mario Bianchi."),
        ("Chi ha preso il posto di Rossi?", "Mario Bianchi ha preso il posto di Carlo Rossi."),
        ("Di chi era il vice Bianchi?", "Mario Bianchi era il vice di Carlo Rossi."),
        ("Di chi era il vice?", "Mario Bianchi era il vice di Carlo Rossi, uno dei due."),
        ("Di chi era il vice Bianchi?", "Di Carlo Rossi."),
        ("Di chi era il vice Bianchi?", "Carlo Rossi."),
        ("Di chi è il gol decisivo?", "Mario Bianchi ha segnato il gol decisivo."),
        ("Da chi è allenato il Pontelago?", "Mario Bianchi allena il Pontelago."),
        ("A chi è stata affidata la panchina?", "Mario Bianchi è il nuovo allenatore."),
        ("Quando ha vinto il Pontelago?", "Il Pontelago ha vinto nel 2017."),
        ("Chi è Mario Bianchi?", "Mario Bianchi è l'allenatore del Pontelago."),
        ("Chi ha battuto il Pontelago?", "È stata una sconfitta."),
    ],
)
def test_every_other_statement_is_left_to_the_other_checks(question, statement):
    assert not exchanges_roles(statement, question, "it")


@pytest.mark.parametrize(
    ("question", "statement", "exchanged"),
    [
        ("Who beat Pontelago?", "Pontelago beat Roccamare.", True),
        ("Who beat Pontelago?", "Roccamare beat Pontelago.", False),
        ("Who beat Pontelago?", "Pontelago was beaten by Roccamare.", False),
        ("Who did Pontelago beat?", "Pontelago beat Roccamare.", False),
        ("Who was sacked by Pontelago?", "Pontelago sacked Bianchi.", False),
        ("By whom was Pontelago beaten?", "Pontelago was beaten by Roccamare.", False),
    ],
)
def test_english_says_by_its_order_who_did_it(question, statement, exchanged):
    assert exchanges_roles(statement, question, "en") is exchanged
