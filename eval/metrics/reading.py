"""Reading an answer: its markers, its sentences, its own words, and the article text behind its citations."""

import re
from collections.abc import Iterable, Mapping

from qa.prompts import load_phrases
from qa.schema import Answer, Article, Citation
from qa.sentences import sentence_spans

_MARKER = re.compile(r"\[(\d+)\]")
_MARKERS_AFTER_END = re.compile(r"([.!?…]+[»”“\"')]*)\s*((?:\[\d+\]\s*)+)")
_QUOTATION = re.compile(r"«([^»]*)»|“([^”]*)”|„([^“”]*)[“”]|\"([^\"]*)\"")
_OPENING = frozenset('«“„"')


def markers(text: str) -> list[int]:
    """Return the numbers of the ``[n]`` markers of ``text`` in order, repeated ones included."""
    return [int(number) for number in _MARKER.findall(text)]


def without_markers(text: str) -> str:
    """Return ``text`` without its ``[n]`` markers."""
    return " ".join(_MARKER.sub(" ", text).split())


def sentences(text: str, language: str) -> list[str]:
    """Return the sentences of an answer, each with the markers that belong to it.

    A marker after the full stop belongs to the sentence before it. A quotation is not cut: its marker stands for all.
    """
    text = _MARKERS_AFTER_END.sub(lambda match: f" {match[2].strip()}{match[1]} ", text)
    whole: list[str] = []
    for span in sentence_spans(text, language=language):
        piece = text[span.start : span.end]
        if whole and _ends_in_quotation(whole[-1]):
            whole[-1] = f"{whole[-1]} {piece}"
        else:
            whole.append(piece)
    return [sentence for sentence in whole if re.search(r"\w", without_markers(sentence))]


def _ends_in_quotation(text: str) -> bool:
    return not _OPENING.isdisjoint(_QUOTATION.sub("", text))


def evidence(citation: Citation, articles: Mapping[str, Article]) -> str:
    """Return what a citation points at, as the article has it: title, day, publisher and the text between its offsets.

    Title and text are what ALCE shows its judge, too (``_format_document``); empty for an article that does not exist.
    """
    article = articles.get(citation.source)
    if article is None:
        return ""
    day = (article.date or "").partition("T")[0]
    return "\n".join((article.title, day, article.publisher or "", article.text[citation.start : citation.end]))


def is_verbatim(citation: Citation, articles: Mapping[str, Article]) -> bool:
    """Whether the quote is the article's text between its offsets, to the letter, and not empty."""
    article = articles.get(citation.source)
    return (
        article is not None and bool(citation.quote) and article.text[citation.start : citation.end] == citation.quote
    )


def own_words(answer: Answer, articles: Mapping[str, Article]) -> str:
    """Return the answer's text without markers, and without quotations that stand to the letter in a text it cites and their attributions."""
    cited = [_flat(evidence(citation, articles)) for citation in answer.citations]

    def keep(match: re.Match[str]) -> str:
        quoted = _flat(next(group for group in match.groups() if group is not None))
        return " " if any(quoted in text for text in cited) else match.group()

    text = without_attributions(without_markers(answer.text), answer.citations)
    return " ".join(_QUOTATION.sub(keep, text).split())


def without_phrases(text: str, language: str) -> str:
    """Return ``text`` without what the product says of itself ("Gli articoli dicono:"): it states nothing that articles could."""
    for phrase in load_phrases(language).values():
        text = text.replace(phrase, " ")
    return " ".join(text.split())


def without_attributions(text: str, citations: Iterable[Citation]) -> str:
    """Return ``text`` without what introduces a quotation and only says who published a cited article, and when ("ANSA, 09-02-2021:")."""
    for citation in citations:
        day = "-".join(reversed((citation.date or "").partition("T")[0].split("-")))
        origin = ", ".join(part for part in (citation.publisher, day) if part)
        if origin:
            text = re.sub(rf"(?<![\w-]){re.escape(origin)}:\s*(?=[{''.join(_OPENING)}])", "", text)
    return text


def _flat(text: str) -> str:
    return " ".join(text.split())
