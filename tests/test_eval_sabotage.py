"""The product itself, with its real embedder, its recorded replies and one part broken, fails the gate."""

import dataclasses
import re
from hashlib import sha256

import pytest
from eval_fakes import REFUSAL
from fakes import SmallReader, scripted_chat_model

from eval.cases import load_set
from eval.gate import gate
from eval.recorder import Recorder
from eval.replies import REPLIES, ReplyFile
from eval.run import Subject, begin, execute, prepare
from eval.selection import Selection
from qa.confidence import load_calibration
from qa.config import Settings
from qa.pipeline import QA, Inquiry
from qa.retriever import HybridRetriever

pytestmark = [pytest.mark.embedder, pytest.mark.slow, pytest.mark.timeout(1800)]

ANSWERABLE = {"single_fact", "date_number", "paraphrase"}
UNANSWERABLE = {"unanswerable", "off_topic", "false_premise"}


class Silent(ReplyFile):
    """The committed replies, and a refusal for every prompt that they do not know; nothing is written."""

    def add(self, reply):
        self._replies[reply.key] = reply

    def tidy(self, keep=None):
        return 0


@pytest.fixture(scope="module")
def questions():
    """Every second question: enough of both kinds for a test to tell a difference from chance."""
    return tuple(
        chosen.model_copy(update={"cases": tuple(case for case in chosen.cases if case.category in categories)[::2]})
        for chosen, categories in (
            (load_set("carrera"), ANSWERABLE | UNANSWERABLE),
            (load_set("wider"), UNANSWERABLE),
        )
    )


@pytest.fixture(scope="module")
def subject(tmp_path_factory):
    made = prepare(Settings())
    root = tmp_path_factory.mktemp("sabotage")
    return dataclasses.replace(made, root=root, recorder=recorder(made), reader=SmallReader())


def recorder(subject: Subject, reply=REFUSAL, replies=REPLIES) -> Recorder:
    return Recorder(Silent(replies), subject.recorder.fingerprint, lambda: scripted_chat_model(otherwise=reply))


def run(subject, questions, **changes):
    broken = dataclasses.replace(subject, **changes)
    selection = Selection(sets=("carrera", "wider"))
    return execute(broken, begin(broken, selection, questions, resume=False), questions)


@pytest.fixture(scope="module")
def baseline(subject, questions):
    return run(subject, questions)


class WithoutCitations(QA):
    def ask(self, question, *, history=()):
        answer = super().ask(question, history=history)
        bare = re.sub(r"\s*\[\d+\]", "", answer.text)
        return answer.model_copy(update={"text": bare, "citations": ()})


class Shuffling(HybridRetriever):
    def ranked(self, question):
        found = super().ranked(question)
        return sorted(found, key=lambda chunk: sha256(f"{question}{chunk.chunk.id}".encode()).digest())


class ShufflesPassages(QA):
    @property
    def retriever(self):
        own = super().retriever
        return Shuffling(
            **{name: getattr(own, name) for name in ("index", "embeddings", "interaction", "candidates", "k")}
        )


class Unverified(QA):
    """What the model says is the answer, cited with whatever was read first."""

    def ask(self, question, *, history=()):
        answer = super().ask(question, history=history)
        said = self.say(question, answer.raw_text)
        cited = tuple(citation for citation in answer.citations if citation.marker == 1)
        return answer.model_copy(
            update={"text": f"{said}{' [1]' if cited else ''}", "citations": cited, "status": "answered"}
        )

    def say(self, question, draft):
        return draft


class CopiesTheQuestion(Unverified):
    def say(self, question, draft):
        return question


class AlwaysAbstains(QA):
    threshold = 1.01

    def stream(self, question, *, history=()):
        calibration = load_calibration().model_copy(update={"threshold": self.threshold})
        return Inquiry(self, question, history, calibration).events()


class NeverAbstains(AlwaysAbstains):
    threshold = 0.0


BROKEN = {
    "a prompt that forbids citations": WithoutCitations,
    "a retriever that shuffles": ShufflesPassages,
    "a verifier switched off": Unverified,
    "a model that always abstains": AlwaysAbstains,
    "a model that never abstains": NeverAbstains,
    "a model that copies the question": CopiesTheQuestion,
}


def test_the_product_passes_its_own_gate_twice_the_same(subject, questions, baseline):
    again = run(subject, questions)
    assert [sample.answer for sample in again.samples] == [sample.answer for sample in baseline.samples]
    assert [check.name for check in gate(baseline, again) if not check.passed] == []


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_product_fails(name, subject, questions, baseline):
    bot = BROKEN[name]
    made = run(
        subject,
        questions,
        bot=lambda settings, chat, embeddings, reader: bot(settings, chat=chat, embeddings=embeddings, reader=reader),
    )
    failed = [f"{check.name}: {check.detail}" for check in gate(baseline, made) if not check.passed]
    print(f"\n{name}: {'; '.join(failed)}")  # noqa: T201 - the table of what caught what, with pytest -s
    assert failed
