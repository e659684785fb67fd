"""Posts that pass from one to another: what is asked about them, and what sentences tell."""

import pytest

from qa.posts import asked_post, handovers
from qa.values import Asked


@pytest.mark.parametrize(
    ("question", "language", "post"),
    [
        ("Chi allenava il Lecco prima di Neri?", "it", "before"),
        ("Prima di Neri chi sedeva sulla panchina del Lecco?", "it", "before"),
        ("Chi era il tecnico del Lecco prima che arrivasse lui?", "it", "before"),
        ("A chi è subentrata Neri?", "it", "before"),
        ("Di chi ha preso il posto Neri?", "it", "before"),
        ("Al posto di chi arriva Neri?", "it", "before"),
        ("Chi ha perso la panchina per far posto a Neri?", "it", "before"),
        ("Who was the Lecco coach before Neri?", "en", "before"),
        ("Whom did Neri replace at Lecco?", "en", "before"),
        ("Chi è subentrato a Neri?", "it", "after"),
        ("Chi ha sostituito Neri sulla panchina del Lecco?", "it", "after"),
        ("Chi ha preso il posto di Neri?", "it", "after"),
        ("Chi fu il successore di Neri?", "it", "after"),
        ("Who replaced Neri as head coach?", "en", "after"),
        ("Chi ha battuto il Lecco prima di Neri?", "it", None),
        ("Chi deteneva il primato italiano dei cento metri prima di Neri?", "it", None),
        ("Chi era in panchina prima?", "it", None),  # Before whom?
        ("Quando è arrivata Neri al posto di Verdi?", "it", None),
        ("Quanti punti aveva il Lecco prima di Neri?", "it", None),
        ("Qui entraînait Lecco avant Neri?", "fr", None),
    ],
)
def test_what_is_asked_of_a_post(question, language, post):
    assert asked_post(Asked(question, language)) == post


@pytest.mark.parametrize(
    ("sentence", "before", "after"),
    [
        ("Ada Neri prende il posto del serbo Goran Verdi.", "Goran Verdi", None),
        ("Neri subentra con effetto immediato al portoghese Nuno Verdi.", "Nuno Verdi", None),
        ("Fu chiamata in sostizione di Ugo Verdi.", "Ugo Verdi", None),
        ("Fu chiamata in contrapposizione di Ugo Verdi.", None, None),
        ("È toccato a lei raccogliere l'eredità di Ugo Verdi.", "Ugo Verdi", None),
        ("Poi rileva Ugo Verdi, che resta al club.", "Ugo Verdi", None),
        ("Il Lecco sostituisce Ugo Verdi.", "Ugo Verdi", None),
        ("Dopo l'addio di Ugo Verdi è tutto da rifare.", "Ugo Verdi", None),
        ("Il club ha appena congedato il serbo Goran Verdi.", "Goran Verdi", None),
        ("Ugo Verdi, esonerato domenica, è partito.", "Ugo Verdi", None),
        ("Quando Verdi fu rimosso, cambiò tutto.", "Verdi", None),
        ("She replaced Ugo Verdi in May.", "Ugo Verdi", None),
        ("Following the sacking of Ugo Verdi the club waited.", "Ugo Verdi", None),
        ("Al suo posto, fino a giugno, siede Bruna Rossi.", None, "Bruna Rossi"),
        ("Fu poi sostituita da Bruna Rossi.", None, "Bruna Rossi"),
        ("La panchina passa adesso a Bruna Rossi.", None, "Bruna Rossi"),
        ("Neri was replaced by Bruna Rossi.", None, "Bruna Rossi"),
        ("Al suo posto hanno promosso dalla Primavera la vice Bruna Rossi.", None, "Bruna Rossi"),
        ("Fu rimossa dopo la disfatta di Bergamo.", None, None),
        ("Resta al suo posto, invece, l'allenatore dei portieri.", None, None),
        ("Ada Neri ha vinto il campionato con il Lecco.", None, None),
    ],
)
def test_what_a_sentence_tells_of_a_post(sentence, before, after):
    told = handovers(sentence, "en" if sentence.split()[0] in {"She", "Following"} or " was " in sentence else "it")
    assert {sentence[one.before.start : one.before.end] for one in told if one.before} == (
        {before} if before else set()
    )
    assert {sentence[one.after.start : one.after.end] for one in told if one.after} == ({after} if after else set())
