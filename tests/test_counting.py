"""What numbers count, and which of them a sentence denies."""

import pytest

from qa.atoms import find_atoms
from qa.counting import counted_as, counts_another_thing, may_count, units_of
from qa.text import stems


def units(text: str, language: str = "it") -> dict[str, frozenset[str]]:
    numbers = [atom for atom in find_atoms(text, language) if atom.kind == "number"]
    return {number.value: unit for number, unit in units_of(text, numbers, language).items()}


def test_a_number_counts_what_stands_behind_it():
    assert units("Ha 120 presenze, 30 gol.") == {"120": frozenset({"presenz", "gol"}), "30": frozenset({"gol"})}


@pytest.mark.parametrize("text", ["Il ventunenne attaccante", "Due? No: il 21enne attaccante", "Ha firmato, 21enne."])
def test_an_age_counts_years_and_nothing_behind_it(text):
    assert units(text)["21"] == {"anni"}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Non ha 120 presenze.", set()),
        ("Non ha 120 presenze: ne ha 300.", {"300"}),
        ("Non 120 presenze, ma 300.", {"300"}),
        ("Non gioca più, ma ha 120 presenze.", {"120"}),
        ("Ha non solo 120 presenze, ma 30 gol.", {"120", "30"}),
        ("Ha non meno di 120 presenze.", {"120"}),
    ],
)
def test_what_is_denied_is_not_counted(text, left):
    assert set(units(text)) == left


def test_what_takes_the_place_of_a_denied_number_has_its_unit():
    [corrected] = units("Non ha 120 presenze con il Pontelago: ne ha 300.").values()
    assert "presenz" in corrected
    [corrected] = units("He did not make 120 appearances but, in truth, 300.", "en").values()
    assert "appear" in corrected


def test_a_number_with_a_unit_of_its_own_keeps_it():
    assert units("Non ha 120 presenze: ha 30 gol.") == {"30": frozenset({"gol"})}


def test_things_go_by_several_names():
    named = [units(f"Ha 120 {name}.")["120"] for name in ("presenze", "partite", "gare")]
    assert {counted_as(unit, "it") for unit in named} == {frozenset({"matches"})}


@pytest.mark.parametrize(
    ("text", "asked", "may"),
    [
        ("Ha 120 presenze.", "gol", False),
        ("Ha 120 presenze e 30 reti.", "gol", True),
        ("Ha giocato 120 gare.", "presenze", True),
        ("Ne ha 120.", "gol", True),
        ("Ha vinto 3-1.", "set", False),
        ("Ha 120 presenze in 5 stagioni.", "esoneri", False),
        ("Ha subito 2 esoneri.", "esoneri", True),
        ("Ha vinto dopo 16 anni.", "tempo", True),
        ("Ha vinto 16 partite.", "tempo", False),
        ("È costato 3 milioni.", "soldi", True),
        ("Non ha 30 gol.", "gol", False),
        ("Non ha perso.", "gol", False),
        ("È seconda a -11 dalla capolista.", "punti", True),
        ("Ha un distacco di +11 sui rivali.", "punti", True),
        ("È seconda a -11 dalla capolista.", "gol", False),
        ("Ha giocato nel 2019-20 con 11 dei titolari.", "punti", False),
    ],
)
def test_a_number_of_one_thing_is_none_of_another(text, asked, may):
    assert may_count(text, "it", frozenset(stems(asked, "it")), "it") is may


@pytest.mark.parametrize(
    ("asked", "may"), [("goals", False), ("appearances", True), ("dismissals", True), ("points", False)]
)
def test_things_of_two_languages_are_compared_where_both_names_are_known(asked, may):
    assert may_count("Ha 120 presenze.", "it", frozenset(stems(asked, "en")), "en") is may


EARNS = frozenset(stems("euro", "it"))


@pytest.mark.parametrize(
    ("text", "is_money"),
    [
        ("Firma per 1,1 milioni di euro a stagione.", True),
        ("Ceduto per 600 mila euro.", True),
        ("Guadagna 2,5 milioni più i premi.", True),
        ("Guadagna tre milioni più i premi.", True),
        ("Guadagna 200.000 netti.", True),
        ("Vale € 40.000 e non di più.", True),
        ("Prende 40.000 € l'anno.", True),
        ("Prende 40.000 a stagione.", True),
        ("Guadagna 180 presenze.", False),
        ("Guadagna un contratto di 5 anni.", False),
        ("Lo amano 3 milioni di tifosi.", False),
    ],
)
def test_what_somebody_earns_is_money(text, is_money):
    assert may_count(text, "it", EARNS, "it") is is_money
    assert counts_another_thing(text, EARNS, "it") is not is_money


def test_millions_that_name_no_currency_are_money_in_english_too():
    assert not counts_another_thing("She earns 1.1 million plus bonuses.", frozenset(stems("euros", "en")), "en")


@pytest.mark.parametrize(
    ("statement", "asked", "another"),
    [
        ("Neri ha 180 presenze.", "gol", True),
        ("Neri ha 180 gare.", "partite", False),
        ("Neri ne ha 180.", "gol", False),
        ("Il Lecco non vinceva da 16 anni.", "anni", False),
        ("Neri ha tanti gol.", "gol", False),
        ("Neri ha 180 presenze e 9 gol.", "gol", False),
    ],
)
def test_an_answer_counts_what_is_asked_for(statement, asked, another):
    assert counts_another_thing(statement, frozenset(stems(asked, "it")), "it") is another
