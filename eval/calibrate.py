"""Trains the confidence of answers on the tuning part of the gold set and stores it with how it was made.

The model's replies come from the record where they are there; a case counts as right if its answer, were it not withheld, would be.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from eval.cases import CaseSet
from eval.metrics.answers import score_case
from eval.run import Subject
from qa.confidence import Calibration, Signs
from qa.pipeline import Inquiry
from qa.schema import Final

TARGET = Path(__file__).parent.parent / "qa" / "confidence.json"
_FOLDS, _REPEATS = 5, 6
_STRENGTH = 0.1  # Inverse of the L2 penalty: few cases, so strong.
_THRESHOLDS = np.arange(0.8, 0.1, -0.01)


class _Doubting(Calibration):
    """Has every draft made again."""

    def in_doubt(self, signs: Signs, *, heard: int = 0, of: int = 1) -> bool:  # noqa: ARG002 - the signature of what it stands for
        return True


@dataclass(frozen=True)
class Tried:
    """A case that was asked with nothing withheld.

    Attributes:
        signs: What could be seen of its answer.
        right: Whether that answer was right.
        answerable: Whether the articles answer it.
        gathered: Whether several sentences answered together; then the signs say nothing of it.
    """

    signs: Signs
    right: bool
    answerable: bool
    gathered: bool = False


def try_cases(subject: Subject, case_set: CaseSet, advance: Callable[[], None]) -> Iterator[Tried]:
    """Yield what comes of each case of a set, if its answer is never withheld.

    What is refused whatever its confidence, such as sentences without a date to "when", is left out.

    Args:
        subject: Who is asked.
        case_set: Tuning cases only.
        advance: Called after each case.
    """
    weights = {field.name: 0.0 for field in fields(Signs)}
    everything = _Doubting(weights=weights, bias=0.0, threshold=0.0, gathered=0.0, made={})
    with subject.open(case_set) as bot:
        articles = {entry.source: bot.article(entry.source) for entry in bot.articles()}
        for case in case_set.cases:
            inquiry = Inquiry(bot, case.question, case.history, everything)
            final = list(inquiry.events())[-1]
            advance()
            if inquiry.signs is not None and isinstance(final, Final) and final.answer.status != "abstained":
                right = case.answerable and score_case(case, final.answer, articles).outcome == "correct"
                yield Tried(inquiry.signs, right, case.answerable, gathered=bool(inquiry.gathered))


def train(tried: Sequence[Tried], made: Mapping[str, str]) -> Calibration:
    """Return a logistic regression over the signs, and the threshold below which answers are withheld.

    The threshold is the one with the most right answers minus wrong ones, as CRAG's truthfulness counts them (Yang et al. 2024), on probabilities
    from repeated cross-validation.

    Args:
        tried: At least five right ones and five wrong ones that were not gathered.
        made: What is to be stored of how this was made; figures are added.
    """
    drafted, together = _parted(tried)
    signs = np.array([list(asdict(one.signs).values()) for one in drafted])
    right = np.array([one.right for one in drafted])
    model = make_pipeline(StandardScaler(), LogisticRegression(C=_STRENGTH))
    folds = [StratifiedKFold(_FOLDS, shuffle=True, random_state=seed) for seed in range(_REPEATS)]
    likely = np.mean(
        [cross_val_predict(model, signs, right, cv=fold, method="predict_proba")[:, 1] for fold in folds], axis=0
    )
    threshold = _best_threshold(right, likely)
    model.fit(signs, right)
    scaler, regression = model[0], model[1]
    weights = regression.coef_[0] / scaler.scale_
    bias = float(regression.intercept_[0] - (weights * scaler.mean_).sum())
    names = [field.name for field in fields(Signs)]
    return Calibration(
        weights={name: round(float(weight), 4) for name, weight in zip(names, weights, strict=True)},
        bias=round(bias, 4),
        threshold=round(threshold, 2),
        gathered=_share_right(together),
        made={
            **made,
            "cases": len(drafted),
            "gathered": _counted(together),
            "cross_validated": _figures(drafted, right, likely, likely >= threshold),
        },
    )


def rescale(calibration: Calibration, tried: Sequence[Tried], made: Mapping[str, str]) -> Calibration:
    """Return a calibration by which the same answers are the likelier ones: only scale and offset are fitted, and the threshold is chosen, anew.

    Two numbers (Platt 1999) are steadier than a weight a sign where the signs are what they were and answers have changed.

    Args:
        calibration: Whose weights are kept, up to their scale.
        tried: At least one right and one wrong that were not gathered.
        made: What is to be stored of how this was made; figures are added, and how the weights were made.
    """
    drafted, together = _parted(tried)
    right = np.array([one.right for one in drafted])
    totals = np.array([[calibration.total(one.signs)] for one in drafted])
    platt = LogisticRegression(C=np.inf).fit(totals, right)
    scale, offset = float(platt.coef_[0, 0]), float(platt.intercept_[0])
    likely = platt.predict_proba(totals)[:, 1]
    threshold = _best_threshold(right, likely)
    return Calibration(
        weights={name: round(weight * scale, 4) for name, weight in calibration.weights.items()},
        bias=round(calibration.bias * scale + offset, 4),
        threshold=round(threshold, 2),
        gathered=_share_right(together),
        made={
            **made,
            "cases": len(drafted),
            "gathered": _counted(together),
            "fitted": _figures(drafted, right, likely, likely >= threshold),
            "weights": calibration.made.get("weights", calibration.made),
        },
    )


def _share_right(together: Sequence[Tried]) -> float:
    """Return the share of gathered answers that are right, by Laplace's rule of succession: they are few."""
    return round((sum(one.right for one in together) + 1) / (len(together) + 2), 2)


def _parted(tried: Sequence[Tried]) -> tuple[list[Tried], list[Tried]]:
    """Return what was drafted, and what was gathered."""
    return [one for one in tried if not one.gathered], [one for one in tried if one.gathered]


def _counted(together: Sequence[Tried]) -> str:
    return f"{sum(one.right for one in together)} of {len(together)}"


def _best_threshold(right: np.ndarray, likely: np.ndarray) -> float:
    """Return the threshold that leaves most right answers over wrong ones, the highest of several; arrays of shape (cases,)."""
    gains = [int(right[likely >= t].sum() - (~right[likely >= t]).sum()) for t in _THRESHOLDS]
    return float(_THRESHOLDS[np.argmax(gains)])


def _figures(tried: Sequence[Tried], right: np.ndarray, likely: np.ndarray, answered: np.ndarray) -> dict[str, object]:
    """Return what comes of estimated probabilities; arrays of shape (cases,)."""
    answerable = np.array([one.answerable for one in tried])
    is_right, is_wrong = int((right & answered).sum()), int((~right & answered).sum())
    return {
        "right": is_right,
        "wrong": is_wrong,
        "withheld_answerable": int((answerable & ~answered).sum()),
        "unanswerable_refused": f"{int((~answerable & ~answered).sum())} of {int((~answerable).sum())}",
        "right_minus_wrong": is_right - is_wrong,
        "area_under_roc": round(float(roc_auc_score(right, likely)), 3),
    }


def store(calibration: Calibration) -> str:
    """Write a calibration where the product reads it, and return what was written."""
    text = json.dumps(calibration.model_dump(mode="json"), indent=2) + "\n"
    TARGET.write_text(text, encoding="utf-8")
    return text
