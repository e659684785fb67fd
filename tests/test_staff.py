"""Posts other than a coach's, as they stand beside a name."""

import pytest

from qa.atoms import find_atoms
from qa.staff import posts_of


@pytest.mark.parametrize(
    ("text", "name", "posts"),
    [
        ("Lo segue il vice Ugo Sala.", "ugo sala", {"assistant"}),
        ("Il nuovo preparatore atletico sarà Ivo Bo.", "ivo bo", {"fitness coach"}),
        ("Lo ha detto Ivo Bo, presidente del Lecco.", "ivo bo", {"president"}),
        ("Arrivano il vice Ugo Sala, il preparatore atletico Ivo Bo.", "ugo sala", {"assistant"}),
        ("Lo ha detto il vice presidente Ivo Bo.", "ivo bo", set()),
        ("Parla l'ex presidente Ivo Bo.", "ivo bo", set()),
        ("Il presidente ha chiamato Ivo Bo.", "ivo bo", set()),
        ("Il secondo posto è di Ivo Bo.", "ivo bo", set()),
    ],
)
def test_a_post_stands_beside_its_holder(text, name, posts):
    (atom,) = (atom for atom in find_atoms(text, "it") if atom.value == name)
    assert posts_of(atom, text, "it") == posts


def test_of_languages_without_names_for_posts_none_is_known():
    text = "Voici le président Ivo Bo."
    (atom,) = (atom for atom in find_atoms(text, "fr") if atom.value == "ivo bo")
    assert posts_of(atom, text, "fr") == set()
