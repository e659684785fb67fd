"""How likely an answer is right, from many weak signs, calibrated on the tuning part of the gold set."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from qa.schema import Record


@dataclass(frozen=True)
class Signs:
    """What can be seen of a question and its evidence before the model is asked; each a number of about the size of one.

    Attributes:
        similarity: Cosine of the best sentence with the question, above 0.8 and times ten: e5's cosines lie close together.
        margin: How far the best sentence's score lies above the eighth's.
        fits: Whether the best sentence holds something new of the kind that is asked for.
        open: Whether the question names no kind.
        names: Share of the question's names that the chunk of the best sentence holds.
        words: Share of the question's other content words that what is read holds.
        conflict: Whether articles give different values.
        held: Whether something that the model said stands in the articles and answers; unknown before it was asked.
    """

    similarity: float
    margin: float
    fits: float
    open: float
    names: float
    words: float
    conflict: float
    held: float = 0.0


class Calibration(Record):
    """A logistic regression over ``Signs``, stored with how it was made.

    Attributes:
        weights: By sign.
        bias: The constant term.
        threshold: Answers below this probability are withheld.
        made: Command, data, date and figures of the training run.
    """

    weights: Mapping[str, float]
    bias: float
    threshold: float
    made: Mapping[str, object]

    def probability(self, signs: Signs) -> float:
        """Return the estimated probability that the answer is right."""
        total = self.bias + sum(self.weights[name] * value for name, value in asdict(signs).items())
        return 1.0 / (1.0 + math.exp(-total))

    def withholds(self, signs: Signs) -> bool:
        """Whether an answer with these signs is not to be shown."""
        return self.probability(signs) < self.threshold


@cache
def load_calibration() -> Calibration:
    """Return the calibration that comes with the package."""
    return Calibration(**json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8")))
