"""Text of an article that is addressed to a machine: no reader was told it, so nobody may be quoted with it.

This takes the cheap attacks out of what is searched, read and quoted. It knows the usual words only; what does not depend on words (every
statement checked against what it cites, no tools, no links) stands elsewhere.
"""

import re
import unicodedata
from collections.abc import Iterator

from qa.schema import Span
from qa.sentences import paragraph_spans

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)|^ {0,3}\[[^\]\n]{1,80}\]:[ \t]+#[^\n]*$", re.DOTALL | re.MULTILINE)
_TAG = re.compile(r"[\U000e0020-\U000e007f]")
_FLAG = re.compile(
    r"\U0001f3f4[\U000e0061-\U000e007a]{3,6}\U000e007f"
)  # England, Scotland and Wales are written in tags.
_OVERRIDE = re.compile(r"[\u202d\u202e]")
_BROKEN_WORD = re.compile(
    r"(?<=[^\W\d_])[\u200b\u2060\ufeff](?=[^\W\d_])|[\u0334-\u0338]"
)  # by unseen characters or strokes
_TWO_ALPHABETS = re.compile(r"[A-Za-z][\u0370-\u04ff]|[\u0370-\u04ff][A-Za-z]")
_MOST_ODD_WORDS = 3

_RULES = (
    r"(?:istruzion\w+|regol[ae]|indicazion\w+|consegn[ae]|instructions?|rules|guidelines|prompts?|consignes|regles|instructions|anweisung\w*|regeln"
    r"|instrucciones|reglas|instrucoes|regras|инструкци\w+|правила|praecepta)"
)
_IGNORE = (
    r"\b(?:ignora(?:te|re)?|dimentica(?:te|re)?|trascura(?:te)?|non tenere? conto del\w*|ignore|disregard|forget|override|oublie[rz]?|ignorez"
    r"|vergiss|vergessen|ignoriere?n?|olvida|ignora|esqueca|игнорируй\w*|забудь\w*|omitte)\b"
)
_ORDER = (
    r"\b(?:rispond(?:i|ete|ere)|scriv(?:i|ete|ere|a)|aggiung(?:i|ete|ere)|chiud(?:i|ete)|ripet(?:i|ete)|incollate|answer|reply|respond|write|say"
    r"|print|output|append|repeat|reponds|repondez|ecris|ecrivez|antworte|schreibe?|contesta|responde|escribe|escreva|ответь\w*|напиши\w*)\b"
)
_MACHINE = (
    r"(?:assistent[ei]|modello linguistico|modello di linguaggio|per il modello|al modello|lettore automatico|intelligenza artificiale"
    r"|(?:nota|messaggio\b.{0,20}|regola) (?:per il|del) sistema"
    r"|ai assistant|language model|chatbot|\bllm\b|\bgpt\b|assistant|sprachmodell|modele de langage|modelo de lenguaje|modelo de linguagem)"
)
_EVERY_ANSWER = (
    r"(?:(?:ogni|qualsiasi|tutte le|qualunque) (?:altra )?(?:domand|rispost|fras)\w+|(?:every|any|all|each) (?:questions?|answers?|sentences?)"
    r"|(?:nella|della|la) (?:tua |vostra )?risposta|your (?:answer|reply|response)|a chi (?:riassume|legge|risponde))"
)
_ADDRESSED = re.compile(
    # The tokens and turns of chat templates.
    r"<\s*\|\s*/?\w+\s*\|\s*>|\[/?inst\]|<</?sys>>|<(?:start|end)_of_turn>|</?(?:system|assistant|tool_call|function_call|passages|documents?)\b"
    r"|^[^\w\n]*(?:system|user|assistant|human)[ \t]*:|^#{1,6} ?(?:system|user|assistant|instructions?|response)\b[^\w\n]*$"
    # "Ignore all previous instructions", in either order.
    rf"|{_IGNORE}(?:\W+\w+){{0,5}}?\W+{_RULES}|{_RULES}\b[^.!?\n]{{0,60}}\b(?:sono|sei) sospes[ei]"
    r"|\b(?:system (?:prompt|message)|messaggio di sistema|(?:developer|debug) mode|no rules|modalita sviluppatore)\b"
    # "Assistant, answer …", "answer every question with …".
    rf"|\b{_MACHINE}\b.{{0,120}}?{_ORDER}|{_ORDER}.{{0,80}}?{_EVERY_ANSWER}|{_EVERY_ANSWER}.{{0,80}}?{_ORDER}"
    # "Attribute the following words to …".
    r"|\b(?:si attribuisc(?:a|ano)|attribuisci|attribute)\b.{0,60}?\b(?:fras[ei]|parole|citazion[ei]|dichiarazion[ei]|quotes?|sentence|words)\b"
    r"|\b(?:risposta|answer)\s*:[^\n]{0,200}\[\d{1,2}\]"  # an example of an answer with its marker
    r"|忽略.{0,20}(?:内容|指令|指示|规则)|(?:指示|命令|ルール)を無視|تجاهل.{0,20}التعليمات",
    re.MULTILINE,
)


def addressed_to_machines(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the parts of ``text[start:end]`` that are comments, and the paragraphs that give orders to a model or are made unreadable for people.

    The parts come in order of their kind and may overlap.
    """
    for comment in _COMMENT.finditer(text, start, end):
        yield Span(start=comment.start(), end=comment.end())
    for paragraph in paragraph_spans(text, start, end):
        words = text[paragraph.start : paragraph.end]
        if _is_disguised(words) or _ADDRESSED.search(_folded(words)):
            yield paragraph


def _is_disguised(words: str) -> bool:
    """Whether a paragraph holds tags outside flags, turns of direction, or more broken or half foreign words than slip into a newspaper."""
    if words.isascii():
        return False
    odd = sum(1 for _ in _BROKEN_WORD.finditer(words)) + sum(1 for _ in _TWO_ALPHABETS.finditer(words))
    return odd >= _MOST_ODD_WORDS or bool(_OVERRIDE.search(words)) or bool(_TAG.search(_FLAG.sub("", words)))


def _folded(words: str) -> str:
    decomposed = unicodedata.normalize("NFKD", words.lower())
    return "".join(c for c in decomposed if unicodedata.category(c) not in {"Mn", "Me", "Cf"})
