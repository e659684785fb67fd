"""What a sentence speaks of, as far as prepositions tell."""

import pytest

from qa.atoms import find_atoms
from qa.values import is_governed


@pytest.mark.parametrize(
    ("sentence", "language", "governed"),
    [
        ("Nel 1996 giocava a Valsugola.", "it", True),
        ("Nata nel 1996 a Valsugola, gioca a tennis.", "it", True),
        ("Ha vinto con il Pontelago.", "it", True),
        ("Da allora il Pontelago ha sempre vinto.", "it", False),
        ("Then she played for a Valsugola that won.", "en", True),
        ("She called a Valsugola a city.", "en", False),
        ("Elle joue pour Valsugola.", "fr", False),
    ],
)
def test_a_preposition_governs_the_name_behind_it(sentence, language, governed):
    [name] = [atom for atom in find_atoms(sentence, language) if atom.kind == "name" and atom.certain]
    assert is_governed(sentence, name, language) is governed
