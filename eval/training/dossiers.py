"""What the reader is trained on: dossiers of two invented articles, with questions and the sentences that answer them."""

import json
import random
from pathlib import Path

from qa.schema import Record, Span

DOSSIERS = Path(__file__).with_name("dossiers.jsonl")
_PARAGRAPH_ENDS = 0.3  # Share of sentences behind which a new paragraph begins.


class AnsweringSentence(Record):
    """A sentence that answers a question.

    Attributes:
        article: Number of its article in the dossier.
        sentence: Its number in the article.
        span: Words of it that are the answer.
    """

    article: int
    sentence: int
    span: str


class DossierQuestion(Record):
    """A question, and every sentence that answers it; none where the articles do not."""

    text: str
    language: str
    answers: tuple[AnsweringSentence, ...]


class DossierArticle(Record):
    """An article, sentence by sentence."""

    title: str
    date: str
    language: str
    sentences: tuple[str, ...]


class Dossier(Record):
    """Articles about the same person or club by different hands, and questions of people who have not read them."""

    id: str
    articles: tuple[DossierArticle, ...]
    questions: tuple[DossierQuestion, ...]

    def write(self, folder: Path) -> None:
        """Write each article as a file, named by its number, into an existing folder."""
        for number, article in enumerate(self.articles):
            drawn = random.Random(f"{self.id}{number}")  # noqa: S311 - where a paragraph ends is no secret
            ends = ("\n\n" if drawn.random() < _PARAGRAPH_ENDS else " " for _ in article.sentences)
            body = "".join(sentence + end for sentence, end in zip(article.sentences, ends, strict=True))
            title = json.dumps(article.title, ensure_ascii=False)
            head = f"---\ntitle: {title}\ndate: {article.date}\n---\n\n"
            (folder / file_name(number)).write_text(head + body, encoding="utf-8")

    def answering(self, question: DossierQuestion, number: int, text: str) -> list[Span]:
        """Return where the answers to a question stand in the text of an article, as it was read from its file."""
        spans = []
        for answer in question.answers:
            if answer.article == number:
                sentence = self.articles[number].sentences[answer.sentence]
                start = text.index(sentence) + sentence.index(answer.span)
                spans.append(Span(start=start, end=start + len(answer.span)))
        return spans


def file_name(number: int) -> str:
    """Return the name of the file of an article."""
    return f"{number}.md"


def read_dossiers(path: Path = DOSSIERS) -> list[Dossier]:
    """Return the dossiers of a file of JSON lines."""
    return [Dossier.model_validate_json(line) for line in path.read_text(encoding="utf-8").splitlines()]
