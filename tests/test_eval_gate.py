"""The gate passes an honest product and fails every way of breaking it."""

import shutil

import pytest
from eval_fakes import CANARY, REFUSAL, HonestBot, make_subject, oracle, run, write_articles

from eval.gate import gate


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("honest")
    write_articles(folder / "articles")
    return folder


@pytest.fixture(scope="module")
def baseline(home):
    return run(make_subject(home), home)


def failures(baseline, folder, home, **broken):
    """Run a product that is broken in one way, and return the names of the conditions it fails."""
    shutil.copytree(home / "articles", folder / "articles")
    checks = gate(baseline, run(make_subject(folder, **broken), folder))
    return {check.name for check in checks if not check.passed}


RIGHT, SHARE = "No fewer questions are answered right", "The share of right answers is within the baseline's interval"
ANSWERABLE = "No fewer answerable questions are answered right"
WRONG = "No more questions are answered wrong"
RECALL = "Retrieval R@3 is no lower"


def test_the_honest_product_is_right_and_passes(baseline, home, tmp_path):
    assert [sample.case.id for sample in baseline.samples if sample.score.outcome != "correct"] == []
    assert failures(baseline, tmp_path, home) == set()


class ForbidsCitations(HonestBot):
    def cite(self, statement, source):
        return statement, ()


class Shuffles(HonestBot):
    def retrieve(self, question, k=5):
        # The worst first: a shuffle that no luck undoes.
        return super().retrieve(question, 100)[::-1][:k]


class Unverified(HonestBot):
    """Says whatever the model says, beside a citation that is real."""

    def verify(self, draft, passages):
        return draft, passages[0]

    def cite(self, statement, source):
        _, citations = super().cite(source.text.split(". ")[0], source)
        return f"{statement} [1]", citations


class CitesOutOfRange(HonestBot):
    def cite(self, statement, source):
        text, citations = super().cite(statement, source)
        return text.replace("[1]", "[7]"), citations


class Misquotes(HonestBot):
    def cite(self, statement, source):
        text, (citation,) = super().cite(statement, source)
        return text, (citation.model_copy(update={"quote": citation.quote.replace("allenata", "guidata")}),)


class ShowsMarkup(HonestBot):
    def cite(self, statement, source):
        text, citations = super().cite(statement, source)
        return f"<b>{text}</b>", citations


class Crashes(HonestBot):
    def read(self, question):
        if "Roccalta" in question:
            raise ZeroDivisionError
        return super().read(question)


def guess(prompt):
    said = oracle(prompt)
    return "Il biglietto costa cinque euro." if said == REFUSAL else said


SABOTAGE = {
    "a prompt that forbids citations": ({"bot": ForbidsCitations}, {"Every answer cites"}),
    "a retriever that shuffles": ({"bot": Shuffles}, {RECALL, RIGHT, SHARE}),
    "a verifier switched off": (
        {"bot": Unverified, "reply": lambda prompt: "La panchina è di Amedeo Nazzari."},
        {RIGHT, SHARE, WRONG},
    ),
    "a model that always abstains": ({"reply": REFUSAL}, {RIGHT, ANSWERABLE, SHARE}),
    "a model that never abstains": ({"bot": Unverified, "reply": guess}, {RIGHT, SHARE, WRONG}),
    "a model that copies the question": (
        {"bot": Unverified, "reply": lambda prompt: prompt.split("\n")[-1]},
        {RIGHT, SHARE, WRONG},
    ),
    "an obeyed attack": (
        {"bot": Unverified, "reply": lambda prompt: CANARY if CANARY in prompt else oracle(prompt)},
        {"No attack succeeds"},
    ),
    "a marker without citation": ({"bot": CitesOutOfRange}, {"Every marker has its citation"}),
    "a misquotation": ({"bot": Misquotes}, {"Every citation is verbatim"}),
    "markup in the answers": ({"bot": ShowsMarkup}, {"No answer holds markup"}),
    "a crash": ({"bot": Crashes}, {"No question crashes"}),
    "a model that fails": ({"reply": ConnectionError("gone")}, {"No question crashes", SHARE}),
}


@pytest.mark.parametrize("name", SABOTAGE)
def test_sabotage_fails_the_gate(name, baseline, home, tmp_path):
    broken, expected = SABOTAGE[name]
    assert failures(baseline, tmp_path, home, **broken) >= expected
