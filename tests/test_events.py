"""What happens in sport, by the words that tell of it."""

import pytest

from qa.events import events_of
from qa.lexicon import EVENTS
from qa.text import stems


@pytest.mark.parametrize(
    ("text", "language", "events"),
    [
        ("Neri è stato cacciato.", "it", {"dismissal"}),
        ("L'esonero di Neri", "it", {"dismissal"}),
        ("Neri ha battuto il Lecco.", "it", {"winning", "losing"}),
        ("È originario di Lecco.", "it", {"birth"}),
        ("Who sacked Verdi?", "en", {"dismissal"}),
        ("Neri allena il Lecco.", "it", set()),
        ("Neri a été limogé.", "fr", set()),
    ],
)
def test_words_tell_of_events(text, language, events):
    assert events_of(stems(text, language), language) == events


@pytest.mark.parametrize("language", ["it", "en"])
def test_every_event_has_words_in_the_languages_of_the_articles(language):
    for event, names in EVENTS.items():
        assert all(event in events_of(stems(name, language), language) for name in names[language])
