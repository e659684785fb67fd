import math
from dataclasses import asdict, fields, replace

import pytest
from fakes import SmallReader
from hypothesis import given
from hypothesis import strategies as st

from eval.calibrate import Tried, rescale, train
from qa.confidence import Calibration, Signs, load_calibration
from qa.config import Settings
from qa.observation import agreement, observe
from qa.pipeline import QA
from qa.retrieval import rank_sentences

NOTHING = Signs(**dict.fromkeys((field.name for field in fields(Signs)), 0.0))


def test_the_stored_calibration_knows_every_sign_and_how_it_was_made():
    calibration = load_calibration()
    assert set(calibration.weights) == set(asdict(NOTHING))
    assert 0 < calibration.threshold < 1
    assert {"command", "date", "cases"} <= set(calibration.made)
    assert not {"cross_validated", "fitted"}.isdisjoint(calibration.made)


def test_probability_is_the_logistic_of_the_weighted_signs():
    calibration = load_calibration().model_copy(
        update={"weights": dict.fromkeys(asdict(NOTHING), 0.0) | {"fits": 2.0}, "bias": -1.0}
    )
    assert calibration.probability(NOTHING) == pytest.approx(0.2689, abs=1e-4)
    assert calibration.probability(replace(NOTHING, fits=1.0)) == pytest.approx(0.7311, abs=1e-4)


def test_better_evidence_gives_more_confidence():
    calibration = load_calibration()
    assert calibration.probability(replace(NOTHING, fits=1.0, echo=1.0)) > calibration.probability(NOTHING)


def test_only_where_the_agreement_decides_is_an_answer_in_doubt():
    weights = dict.fromkeys(asdict(NOTHING), 0.0) | {"fits": 1.0, "agreement": 2.0}
    calibration = load_calibration().model_copy(update={"weights": weights, "bias": -2.0, "threshold": 0.5})
    certain, doubtful, hopeless = replace(NOTHING, fits=2.5), replace(NOTHING, fits=1.0), replace(NOTHING, fits=-0.5)
    assert [calibration.in_doubt(signs) for signs in (certain, doubtful, hopeless)] == [False, True, False]


@given(agreement=st.floats(0, 1), needed=st.floats(0.01, 0.99), heard=st.integers(0, 3))
def test_doubt_ends_where_nothing_that_is_yet_to_be_heard_decides(agreement, needed, heard):
    weights = dict.fromkeys(asdict(NOTHING), 0.0) | {"agreement": 1.0}
    threshold = 1 / (1 + math.exp(-needed))  # An agreement of so much is shown.
    calibration = load_calibration().model_copy(update={"weights": weights, "bias": 0.0, "threshold": threshold})
    outcomes = {
        calibration.withholds(replace(NOTHING, agreement=(agreement * heard + rest) / 3)) for rest in (0, 3 - heard)
    }
    in_doubt = calibration.in_doubt(replace(NOTHING, agreement=agreement), heard=heard, of=3)
    assert in_doubt == (len(outcomes) == 2)


@pytest.mark.parametrize(
    ("others", "share"),
    [
        (["Arrivò in finale con il Bari."], 1.0),
        (["In finale, al Bari!"], 1.0),
        (["Alla Lazio."], 0.0),
        ([""], 0.0),
        (["Con il Bari.", "Con la Lazio."], pytest.approx((2 / 3 + 0) / 2)),
    ],
)
def test_a_draft_agrees_with_others_in_the_content_words_it_adds(others, share):
    assert agreement("Carrera arrivò in finale con il Bari.", others, "Dove arrivò Carrera?", "it") == share


def test_drafts_that_add_nothing_agree():
    assert agreement("Carrera arrivò.", ["Arrivò Carrera."], "Dove arrivò Carrera?", "it") == 1.0


@pytest.mark.parametrize(
    ("question", "share"),
    [
        ("Qual è la squadra di Carrera?", 1.0),
        ("Finita la partita, dove andò Carrera?", 1.0),
        ("Carrera dove andò?", 1.0),
        ("Dove andò Carrera con Ancelotti?", 0.5),
        ("Dove andò Carlo Ancelotti?", 0.0),
    ],
)
def test_the_capital_of_a_first_word_makes_no_name_that_the_evidence_lacks(bot, question, share):
    retriever = bot.retriever
    ranked = rank_sentences(question, "it", retriever.ranked(question), retriever.index)
    assert observe(question, "it", ranked, conflict=False).names == share


@pytest.mark.parametrize(
    ("asked", "told", "share"),
    [
        ("Costanza Bianchi", "Ilaria Bianchi ha vinto.", 0.0),
        ("Ilaria Bianchi", "Ilaria Bianchi ha vinto.", 1.0),
        ("Bianchi", "Ilaria Bianchi ha vinto.", 1.0),
        ("Costanza Bianchi", "Mister Bianchi ha vinto, e Bianchi lo sa.", 1.0),
        ("Dinamo Lecco", "Ha vinto la Dinamo Lecco.", 1.0),
        ("Virtus Lecco", "Ha vinto la Dinamo Lecco.", 0.0),
        ("la Virtus", "Ha vinto la Dinamo Lecco.", 0.0),
    ],
)
def test_a_namesake_is_somebody_else(tmp_path, small_embeddings, asked, told, share):
    (tmp_path / "a.txt").write_text(f"{told}\n", encoding="utf-8")
    question = f"Con chi ha vinto {asked}?"
    settings = Settings(data_dir=tmp_path / "index", sources=(tmp_path / "a.txt",))
    with QA(settings, embeddings=small_embeddings, reader=SmallReader()) as bot:
        ranked = rank_sentences(question, "it", bot.retriever.ranked(question), bot.retriever.index)
        assert observe(question, "it", ranked, conflict=False).names == share


def test_training_learns_which_sign_tells_right_from_wrong_and_where_to_withhold():
    right = [Tried(replace(NOTHING, drawn=0.9, margin=number % 3), right=True, answerable=True) for number in range(12)]
    wrong = [
        Tried(replace(NOTHING, drawn=0.1, margin=number % 3), right=False, answerable=number < 3) for number in range(9)
    ]
    trained = train([*right, *wrong], {"command": "a test"})
    assert set(trained.weights) == set(asdict(NOTHING))
    assert trained.weights["drawn"] > 1 > abs(trained.weights["margin"])
    assert not any(trained.withholds(one.signs) for one in right)
    assert all(trained.withholds(one.signs) for one in wrong)
    assert trained.made == {
        "command": "a test",
        "cases": 21,
        "gathered": "0 of 0",
        "cross_validated": {
            "right": 12,
            "wrong": 0,
            "withheld_answerable": 3,
            "unanswerable_refused": "6 of 6",
            "right_minus_wrong": 12,
            "area_under_roc": 1.0,
        },
    }


def test_rescaling_keeps_which_answers_are_likelier_and_says_how_likely_they_are():
    weights = dict.fromkeys(asdict(NOTHING), 0.0) | {"drawn": 1.0}
    before = Calibration(weights=weights, bias=0.0, threshold=0.9, gathered=0.5, made={"command": "the first"})
    shares = {0.2: 2, 0.8: 8}  # Right of ten.
    tried = [
        Tried(replace(NOTHING, drawn=drawn), right=number < share, answerable=True)
        for drawn, share in shares.items()
        for number in range(10)
    ]
    after = rescale(before, tried, {"command": "the second"})
    for drawn, share in shares.items():
        assert after.probability(replace(NOTHING, drawn=drawn)) == pytest.approx(share / 10, abs=0.01)
    assert after.withholds(replace(NOTHING, drawn=0.2))
    assert not after.withholds(replace(NOTHING, drawn=0.8))
    assert after.made["weights"] == {"command": "the first"}
    again = rescale(after, tried, {"command": "the third"})
    assert (again.made["command"], again.made["weights"]) == ("the third", {"command": "the first"})


@pytest.mark.parametrize(("right", "of", "share"), [(0, 0, 0.5), (9, 10, 0.83), (0, 3, 0.2)])
def test_what_is_gathered_is_as_likely_right_as_it_was(right, of, share):
    weights = dict.fromkeys(asdict(NOTHING), 0.0) | {"drawn": 4.0}
    before = Calibration(weights=weights, bias=-2.0, threshold=0.9, gathered=0.5, made={})
    drafted = [
        Tried(replace(NOTHING, drawn=drawn), right=is_right, answerable=True)
        for drawn, is_right in [(1.0, True), (0.5, True), (0.5, False), (0.1, False)]
    ]
    together = [Tried(NOTHING, right=n < right, answerable=True, gathered=True) for n in range(of)]
    alone, both = rescale(before, drafted, {}), rescale(before, [*drafted, *together], {})
    assert both.gathered == share
    assert both.made["gathered"] == f"{right} of {of}"
    assert (both.weights, both.bias, both.threshold) == (alone.weights, alone.bias, alone.threshold)


def test_of_thresholds_that_gain_as_much_the_highest_is_chosen():
    weights = dict.fromkeys(asdict(NOTHING), 0.0) | {"drawn": 4.0}
    before = Calibration(weights=weights, bias=-2.0, threshold=0.9, gathered=0.5, made={})
    tried = [
        Tried(replace(NOTHING, drawn=drawn), right=right, answerable=True)
        for drawn, right in [(1.0, True), (1.0, True), (0.6, True), (0.6, False), (0.1, False), (0.1, False)]
    ]
    after = rescale(before, tried, {})
    assert after.withholds(replace(NOTHING, drawn=0.6))
    assert not after.withholds(replace(NOTHING, drawn=1.0))
