"""Trains the confidence of answers on the tuning part of the gold set and stores it with how it was made.

Run ``python -m eval.calibrate [carrera] [wider]`` after a change to retrieval, to the signs or to the gold set; it writes ``qa/confidence.json``.
The model's replies come from the record where they are there; a case counts as right if its answer, were it not withheld, would be.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from eval.cases import Case, SetName, load_set
from eval.metrics.answers import score_case
from eval.run import Subject, prepare
from qa.confidence import Calibration, Signs
from qa.config import Settings
from qa.pipeline import Inquiry
from qa.schema import Final

TARGET = Path(__file__).parent.parent / "qa" / "confidence.json"
_FOLDS, _REPEATS = 5, 6
_STRENGTH = 0.1  # Inverse of the L2 penalty: few cases, so strong.


class _Doubting(Calibration):
    """Has every draft made again."""

    def in_doubt(self, signs: Signs) -> bool:  # noqa: ARG002 - the signature of what it stands for
        return True


def rows(subject: Subject, name: SetName) -> Iterator[tuple[Case, Signs, bool]]:
    """Yield each tuning case of a set with its signs and whether its answer, were none withheld, would be right.

    What is refused whatever its confidence, such as sentences without a date to "when", is left out.
    """
    case_set = load_set(name)
    weights = {field.name: 0.0 for field in fields(Signs)}
    everything = _Doubting(weights=weights, bias=0.0, threshold=0.0, made={})
    with subject.open(case_set) as bot:
        articles = {entry.source: bot.article(entry.source) for entry in bot.articles()}
        for case in case_set.cases:
            if case.holdout:
                continue
            inquiry = Inquiry(bot, case.question, case.history, everything)
            final = list(inquiry.events())[-1]
            if inquiry.signs is not None and isinstance(final, Final) and final.answer.status != "abstained":
                right = case.answerable and score_case(case, final.answer, articles).outcome == "correct"
                yield case, inquiry.signs, right


def main(sets: Sequence[SetName]) -> None:
    """Train on the tuning cases of some sets, choose the threshold, and store both.

    The threshold is the one with the most right answers minus wrong ones, as CRAG's truthfulness counts them (Yang et al. 2024), on probabilities
    from repeated cross-validation.
    """
    subject = prepare(Settings())
    try:
        found = [row for name in sets for row in rows(subject, name)]
    finally:
        subject.recorder.close()
    names = list(asdict(found[0][1]))
    signs = np.array([list(asdict(signs).values()) for _, signs, _ in found])
    right = np.array([right for _, _, right in found])
    model = make_pipeline(StandardScaler(), LogisticRegression(C=_STRENGTH))
    folds = [StratifiedKFold(_FOLDS, shuffle=True, random_state=seed) for seed in range(_REPEATS)]
    likely = np.mean(
        [cross_val_predict(model, signs, right, cv=fold, method="predict_proba")[:, 1] for fold in folds], axis=0
    )
    gains = {t: int(right[likely >= t].sum() - (~right[likely >= t]).sum()) for t in np.arange(0.1, 0.8, 0.02)}
    threshold, gain = max(gains.items(), key=lambda pair: pair[1])
    model.fit(signs, right)
    scaler, regression = model[0], model[1]
    weights = regression.coef_[0] / scaler.scale_
    bias = float(regression.intercept_[0] - (weights * scaler.mean_).sum())
    answered = likely >= threshold
    answerable = np.array([case.answerable for case, _, _ in found])
    made = {
        "command": " ".join(["python -m eval.calibrate", *sets]),
        "date": datetime.now(UTC).date().isoformat(),
        "cases": len(found),
        "cross_validated": {
            "right": int((right & answered).sum()),
            "wrong": int((~right & answered).sum()),
            "withheld_answerable": int((answerable & ~answered).sum()),
            "unanswerable_refused": f"{int((~answerable & ~answered).sum())} of {int((~answerable).sum())}",
            "right_minus_wrong": gain,
            "area_under_roc": round(float(roc_auc_score(right, likely)), 3),
        },
    }
    stored = {
        "weights": {name: round(float(weight), 4) for name, weight in zip(names, weights, strict=True)},
        "bias": round(bias, 4),
        "threshold": round(float(threshold), 2),
        "made": made,
    }
    TARGET.write_text(json.dumps(stored, indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps(stored, indent=2) + "\n")


if __name__ == "__main__":
    main([name for name in ("carrera", "wider") if name in sys.argv[1:] or not sys.argv[1:]])
