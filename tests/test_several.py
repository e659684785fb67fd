"""Questions that several sentences answer together are told from those that one has to answer."""

import pytest

from qa.several import about_subject, wanted_of_several


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Chi è Ada Neri?", "it"),
        ("Chi era Ada Neri?", "it"),
        ("Who is Ada Neri?", "en"),
        ("Sai chi è Ada Neri?", "it"),
        ("Dimmi chi sarebbe Neri", "it"),
        ("Tell me who Ada Neri is", "en"),
        ("who Ada Neri was?", "en"),
        ("Parlami di Ada Neri.", "it"),
    ],
)
def test_who_somebody_is(question, language):
    assert wanted_of_several(question, language).who


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Raccontami la carriera di Ada Neri", "it"),
        ("Puoi riassumere la carriera da allenatrice di Ada Neri?", "it"),
        ("Cosa dicono gli articoli su Neri?", "it"),
        ("Ada Neri", "it"),
        ("Tell me about Ada Neri's career.", "en"),
        ("What do you know about Neri?", "en"),
    ],
)
def test_a_summary(question, language):
    assert wanted_of_several(question, language).career


@pytest.mark.parametrize(
    ("question", "language", "activity"),
    [
        ("Quali squadre ha allenato Neri?", "it", "coaching"),
        ("Elencami i club guidati da Ada Neri.", "it", "coaching"),
        ("In quali Paesi ha allenato Neri?", "it", "coaching"),
        ("Which teams has Neri coached?", "en", "coaching"),
        ("In quali squadre ha giocato Neri?", "it", "playing"),
        ("Which clubs did Neri play for as a footballer?", "en", "playing"),
        ("Quali trofei ha vinto Neri da allenatore?", "it", "winning"),
        ("Quali sono i titoli vinti da Neri con il Lecco?", "it", "winning"),
        ("What trophies did Neri win?", "en", "winning"),
        ("Dove ha allenato Neri?", "it", "coaching"),
        ("Where did Neri play?", "en", "playing"),
        ("Che cosa ha vinto Neri da allenatore?", "it", "winning"),
        ("E cosa ha vinto Neri?", "it", "winning"),
        ("What has Neri won?", "en", "winning"),
        ("I trofei di Neri", "it", "winning"),
    ],
)
def test_a_list(question, language, activity):
    wanted = wanted_of_several(question, language)
    assert (wanted.activity, wanted.counted) == (activity, False)


@pytest.mark.parametrize(
    ("question", "language", "activity"),
    [
        ("Quanti trofei ha vinto Neri da allenatore?", "it", "winning"),
        ("How many trophies has Neri won?", "en", "winning"),
        ("Quante squadre ha allenato Neri?", "it", "coaching"),
        ("In quanti Paesi ha giocato Neri?", "it", "playing"),
    ],
)
def test_how_many_a_list_would_have(question, language, activity):
    wanted = wanted_of_several(question, language)
    assert (wanted.activity, wanted.counted) == (activity, True)


@pytest.mark.parametrize(
    ("question", "language"),
    [
        pytest.param("Quali squadre ha allenato?", "it", id="names nobody"),
        pytest.param("Quale squadra ha allenato Neri?", "it", id="asks for one"),
        pytest.param("Quali squadre ha allenato Neri prima del Lecco?", "it", id="leaves some out"),
        pytest.param("Fuori dall'Italia in quali paesi ha allenato?", "it", id="leaves one out"),
        pytest.param("Quali squadre ha allenato Neri nel 2018?", "it", id="of one year only"),
        pytest.param("Quali squadre ha battuto Neri?", "it", id="asks for opponents"),
        pytest.param("Quali squadre straniere ha allenato Neri?", "it", id="a word that is not known"),
        pytest.param("Quali trofei ha vinto Neri da giocatore?", "it", id="what was won as a player"),
        pytest.param("Quali giocatori ha allenato Neri?", "it", id="asks for people"),
        pytest.param("Chi è l'allenatore del Lecco?", "it", id="asks for a name"),
        pytest.param("Chi allenava il Lecco prima di Neri?", "it", id="asks for another name"),
        pytest.param("Neri è un allenatore?", "it", id="asks whether it is so"),
        pytest.param("Perché Neri ha lasciato la carriera?", "it", id="asks why"),
        pytest.param("Quando è finita la carriera di Neri?", "it", id="asks when"),
        pytest.param("Come sta Neri?", "it", id="asks for something else"),
        pytest.param("Quali squadre hanno esonerato Neri?", "it", id="done to somebody"),
        pytest.param("Dove allena Neri?", "it", id="asks for one place"),
        pytest.param("Dove ha vinto Neri?", "it", id="asks where it was won"),
        pytest.param("Neri ha vinto trofei?", "it", id="asks whether any was won"),
        pytest.param("Quale trofeo ha vinto Neri?", "it", id="asks for one trophy"),
        pytest.param("Cosa ha detto Neri?", "it", id="asks what was said"),
        pytest.param("Cosa ha vinto Neri da giocatore?", "it", id="what was won as a player, in other words"),
        pytest.param("Quante partite ha vinto Neri?", "it", id="counts what no list is made of"),
        pytest.param("Chi sa chi è Neri?", "it", id="asks who knows"),
    ],
)
def test_one_sentence_has_to_answer(question, language):
    wanted = wanted_of_several(question, language)
    assert (wanted.who, wanted.career, wanted.activity) == (False, False, None)


@pytest.mark.parametrize(
    ("question", "language", "asked"),
    [
        ("Che cosa ha vinto?", "it", "Su Ada Neri: Che cosa ha vinto?"),
        ("Quali squadre ha allenato?", "it", "Su Ada Neri: Quali squadre ha allenato?"),
        ("Riassumi la sua carriera", "it", "Su Ada Neri: Riassumi la sua carriera"),
        ("Quanti trofei ha vinto?", "it", "Su Ada Neri: Quanti trofei ha vinto?"),
        ("Which teams has she coached?", "en", "On Ada Neri: Which teams has she coached?"),
        ("In quali Paesi ha allenato?", "it", "Su Ada Neri: In quali Paesi ha allenato?"),
        ("Quali squadre ha allenato Ugo Verdi?", "it", None),
        ("Quanti anni ha?", "it", None),
        ("Chi ha vinto il campionato?", "it", None),
        ("Che tempo fa?", "it", None),
        ("Cosa sai fare?", "it", None),
        ("Ciao!", "it", None),
    ],
)
def test_what_names_nobody_is_about_whom_the_articles_are_about(question, language, asked):
    assert about_subject(question, language, lambda: "Ada Neri") == (asked or question)
    assert about_subject(question, language, str) == question


def test_who_the_articles_are_about_is_not_looked_for_where_somebody_is_named():
    assert (
        about_subject("Che cosa ha vinto Neri?", "it", lambda: pytest.fail("looked for")) == "Che cosa ha vinto Neri?"
    )
