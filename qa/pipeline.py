"""``QA``: the way a question takes, readable from top to bottom."""

import logging
import threading
import time
from collections.abc import Generator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import cache

from qa.asking import Asking
from qa.checking import check_draft
from qa.composition import Composer, Piece, quotation
from qa.confidence import Calibration, Signs, load_calibration
from qa.conflicts import Disagreement, conflicting
from qa.conversation import standalone
from qa.errors import ModelError
from qa.evidence import excerpts
from qa.gathering import counted_out, gathered
from qa.generation import Draft, draft_answer, redraft, spent
from qa.language import detect_language
from qa.observation import agreement, heard, observe, related
from qa.prompts import load_phrases
from qa.questions import asks_when
from qa.quoting import answer_by_themselves, best_two, nearest, quoted_beside, quoted_instead
from qa.recounting import recounted
from qa.resources import Resources
from qa.retrieval import ScoredSentence, Sentence, rank_sentences
from qa.schema import Answer, Article, Event, Final, History, Passage, Retrieved, Status, Token, Working
from qa.several import about_subject
from qa.spelling import respelt
from qa.succession import succeeded
from qa.tracing import Trace, recorded
from qa.verification import plain_text

log = logging.getLogger(__name__)

COMPARED = 8  # Sentences that are compared for conflicting values.


class QA(Resources, Asking):
    """Answers questions from articles; a context manager, safe to share between threads.

    Models and index are loaded when first needed, and once. The arguments are those of ``Resources``.
    """

    def retrieve(self, question: str, k: int = 5) -> list[Passage]:
        """Return the ``k`` passages that fit a question best, best first."""
        retriever = self.retriever
        return [retriever.index.passage(found) for found in retriever.ranked(question)[:k]]

    def stream(self, question: str, *, history: History = ()) -> Generator[Event]:
        """Answer a question step by step: what will be read, how it goes, each checked sentence, the whole answer.

        Closing the generator gives the question up: the model stops too.
        """
        self.load_ahead()
        inquiry = Inquiry(self, question, history, load_calibration())
        return recorded(inquiry.events(), inquiry.trace, self.settings)


class Inquiry:
    """One question on its way to an answer.

    Args:
        bot: Whose articles and models answer.
        question: As it was asked.
        history: Earlier turns.
        calibration: How confidence is estimated, and below which nothing is answered.
    """

    def __init__(self, bot: Resources, question: str, history: History, calibration: Calibration) -> None:
        self.bot = bot
        self.calibration = calibration
        self.language = detect_language(question, "it")
        self.history = history
        self.question = question.strip()
        self.trace = Trace(question, history, self.question, self.language, calibration)
        self.notes: list[str] = []
        self.draft = Draft()
        self.redrafts: list[Draft] = []
        self.signs: Signs | None = None
        self.gathered: list[Sentence] = []
        self.status: Status = "abstained"

    def events(self) -> Generator[Event]:
        """Yield what happens, the answer last."""
        start = time.perf_counter()
        with self.trace.step("retrieve"):
            retriever = self.bot.retriever
            self.index = retriever.index
            self.question = self.trace.question = self._meant()
            found = retriever.ranked(self.question)
            ranked = rank_sentences(self.question, self.language, found, self.index)
            read = excerpts(ranked, self.index, self.bot.settings.sentences)
            self.trace.chunks, self.trace.sentences = found, ranked
        yield Retrieved(passages=read)
        composer = Composer(self._article)
        for piece in (yield from self._answer(ranked, read)):
            yield Token(text=composer.add(piece))
            self.trace.timings.setdefault("first_token", time.perf_counter() - start)
        self.trace.timings["total"] = time.perf_counter() - start
        yield Final(answer=self._finished(composer, read))

    def _meant(self) -> str:
        """Return the question as it is meant, made to stand by itself."""
        spelt = respelt(self.question, self.language, self.index.vocabulary(self.language), self.index.vocabulary())
        question = standalone(spelt, self.history, self.language)
        return about_subject(question, self.language, lambda: self.index.subject)

    def _answer(self, ranked: list[ScoredSentence], read: tuple[Passage, ...]) -> Generator[Working, None, list[Piece]]:
        """Return what will be said: both values of a conflict, or what the model says and holds, beside the sentences it comes from."""
        if not ranked:
            return self._refusal(ranked, read)
        with self.trace.step("compare"):
            different = conflicting(self.question, self.language, ranked[:COMPARED], self.index)
            asked = (self.question, self.language, ranked, self.index)
            self.gathered = gathered(*asked) or ([] if different else succeeded(*asked))
            if not (self.gathered or different):
                self.gathered, different = recounted(*asked)
            self.signs = observe(self.question, self.language, ranked, conflict=different is not None)
        if self.gathered:
            return self._together(self.gathered)
        if different:
            return self._compared(different)
        if self.calibration.withholds(self.signs.at_best()):
            return self._refusal(ranked, read)  # Whatever the model may say: it need not be asked.
        with ExitStack() as turn:
            with self.trace.step("generate"):
                failed = yield from self._read(read, turn)
            yield Working(doing="checking", words=len(self.draft.text.split()))
            with self.trace.step("verify"):
                statements = self._statements(read, ranked)
                self.signs = heard(
                    self.signs,
                    plain_text(self.draft.answer),
                    self.question,
                    self.language,
                    ranked=ranked,
                    index=self.index,
                    embeddings=self.bot.embeddings,
                )
            quoted = self._to_quote(statements, ranked)
            # A model that failed has not spoken against the sentences that were found.
            trusted = failed or (yield from self._trusted(self.signs, statements, quoted, read))
        if not trusted:
            return self._refusal(ranked, read)  # After the turn: others need not wait for what the reader reads.
        self.status = "answered"
        introduced = [] if statements else [Piece(load_phrases(self.language)["failed" if failed else "quoting"])]
        return [*statements, *introduced, *map(self._quoted, quoted)]

    def _compared(self, different: Disagreement) -> list[Piece]:
        """Return each value as the articles state it: side by side, or the newest first where it has replaced the others.

        What happened more than once is no disagreement about when.
        """
        if different.repeated:
            return self._together(different.sentences)
        phrases = load_phrases(self.language)
        first, *others = map(self._quoted, different.sentences)
        if different.updated:
            self.status = "answered"
            return [Piece(phrases["newest"]), first, Piece(phrases["earlier"]), *others]
        self.status = "conflict"
        return [Piece(phrases["conflict"]), first, *others]

    def _together(self, sentences: Sequence[Sentence]) -> list[Piece]:
        """Return sentences that answer together."""
        self.status = "answered"
        return [Piece(load_phrases(self.language)["quoting"]), *map(self._quoted, sentences)]

    def _refusal(self, ranked: list[ScoredSentence], read: tuple[Passage, ...]) -> list[Piece]:
        """Return that the articles do not answer; or, where they are about the same thing, that no answer is certain, and what comes nearest."""
        phrases = load_phrases(self.language)
        if not ranked or not related(self.question, self.language, ranked, read, self.index):
            return [Piece(phrases["abstain"])]
        nearest = counted_out(self.question, self.language, ranked, self.index) or self._nearest(ranked)
        return [Piece(phrases["unsure"]), Piece(phrases["nearest"]), *map(self._quoted, nearest)]

    def _nearest(self, ranked: list[ScoredSentence]) -> list[ScoredSentence]:
        """Return what comes nearest to an answer to the reader; if it cannot be loaded, what was ranked best, and a note."""
        with self.trace.step("reread"):
            try:
                return nearest(self.question, ranked, self.bot.reader, self.bot.settings.sentences)
            except ModelError as error:
                self._failed("The nearest sentences were not read again", error)
                return best_two(self._best(ranked))

    def _trusted(
        self, signs: Signs, statements: list[Piece], quoted: list[ScoredSentence], read: tuple[Passage, ...]
    ) -> Generator[Working, None, bool]:
        """Whether the draft answers and is likely to be right; where that is in doubt, the model is asked again."""
        asked = (self.question, self.language)
        if not statements and not answer_by_themselves(quoted, self.trace.checks, *asked, read=read, index=self.index):
            return False
        if self.calibration.in_doubt(signs):
            signs = self.signs = yield from self._heard_again(signs, read)
        return not self.calibration.withholds(signs)

    def _to_quote(self, statements: list[Piece], ranked: list[ScoredSentence]) -> list[ScoredSentence]:
        """Return the articles' own sentences that are shown beside the statements, or instead of those that do not hold."""
        checks, read = self.trace.checks, self._best(ranked)
        if statements:
            return quoted_beside([check for check in checks if check.kept], self.question, ranked, read)
        return quoted_instead(checks, self.question, self.language, ranked=ranked, read=read, index=self.index)

    def _best(self, ranked: list[ScoredSentence]) -> list[ScoredSentence]:
        """Return the sentences that are read, with their neighbours."""
        return ranked[: self.bot.settings.sentences]

    def _read(self, read: tuple[Passage, ...], turn: ExitStack) -> Generator[Working, None, bool]:
        """Let the model read, for as long as ``turn`` lasts, and return whether it failed: then the articles' own sentences must do."""
        try:
            turn.enter_context(self.bot.chat.turn())
            self.draft = yield from draft_answer(self.bot.chat, self.question, read, self.language, [self.trace.model])
        except ModelError as error:
            self._failed("The model did not answer", error)
            return True
        return False

    def _heard_again(self, signs: Signs, read: tuple[Passage, ...]) -> Generator[Working, None, Signs]:
        """Return the signs with how far the model says the same when it is asked again, until that decides; as they were, and a note, if it fails."""
        heard, callbacks = signs, [self.trace.model]
        try:
            times = self.bot.resamples
            if not times:
                return signs
            with self.trace.step("redraft"):
                for number in range(1, times + 1):
                    again = yield from redraft(
                        self.bot.chat, self.question, read, self.language, number=number, callbacks=callbacks
                    )
                    self.redrafts.append(again)
                    others = [one.answer for one in self.redrafts]
                    same = agreement(self.draft.answer, others, self.question, self.language)
                    heard = replace(signs, agreement=same)
                    if not self.calibration.in_doubt(heard, heard=number, of=times):
                        break
        except ModelError as error:
            self._failed("The model did not answer again", error)
            return signs
        return heard

    def _failed(self, what: str, error: ModelError) -> None:
        # A provider's own words can hold the question.
        log.warning("%s: %s", what, error if self.bot.settings.log_questions else error.hint)
        self.notes.append(f"{what}: {error}")

    def _statements(self, read: tuple[Passage, ...], ranked: list[ScoredSentence]) -> list[Piece]:
        """Return the draft's sentences that hold, and leave a note of each that does not."""
        self.trace.checks = check_draft(
            self.draft.answer, self.question, self.language, read=read, best=self._best(ranked), index=self.index
        )
        for check in self.trace.checks:
            if not check.kept:
                self.notes.append(
                    f"Dropped: the best evidence does not say it, or it does not answer: {check.statement}"
                )
        return [Piece(check.statement, check.support) for check in self.trace.checks if check.kept]

    def _quoted(self, sentence: Sentence) -> Piece:
        article = self._article(sentence.chunk.source)
        return quotation(sentence, article, self.language, dated=asks_when(self.question))

    def _article(self, source: str) -> Article:
        return self.index.snapshot.articles[source].article

    def _confidence(self) -> float:
        if self.gathered:
            return self.calibration.gathered
        return self.calibration.probability(self.signs) if self.signs else 0.0

    def _finished(self, composer: Composer, read: tuple[Passage, ...]) -> Answer:
        self.trace.signs = self.signs
        return Answer(
            text=composer.text,
            status=self.status,
            citations=composer.citations,
            passages=read,
            confidence=self._confidence(),
            language=self.language,
            question=self.question,
            model=self.bot.chat_identity.name,
            usage=spent([self.draft, *self.redrafts]),
            timings=self.trace.timings,
            raw_text=self.draft.text,
            notes=tuple(self.notes),
            fingerprint=self.bot.fingerprint(),
        )


@cache
def _shared() -> QA:
    return QA()


_sharing = threading.Lock()


def ask(question: str, *, history: History = ()) -> Answer:
    """Answer a question with default settings; one ``QA`` is shared by all callers in the process."""
    with _sharing:
        bot = _shared()
    return bot.ask(question, history=history)


__all__ = ["QA", "ask"]
