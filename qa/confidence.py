"""How likely an answer is right, from many weak signs, calibrated on the tuning part of the gold set."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path

from qa.schema import Record

_ECHO_AT_BEST = 1.5  # As near as one draft in a hundred comes, on the gold set.


@dataclass(frozen=True)
class Signs:
    """What can be seen of a question, its evidence and the model's draft; each a number of about the size of one.

    How many of the question's words the evidence holds is no sign: on the gold set it speaks against an answer, because near misses repeat
    the articles' words, and that would not hold elsewhere.

    Attributes:
        margin: How far the best sentence's score lies above the eighth's.
        fits: Whether the best sentence holds something new of the kind that is asked for.
        dated: Whether a date is asked for.
        names: Share of the question's names that the chunk of the best sentence holds.
        conflict: Whether articles give different values.
        echo: By how much the draft is nearer to the best sentence than to a dozen others on the average; 0 before the model was asked.
        drawn: Share of the draft's new content words that the two best sentences hold; 0 before the model was asked.
        agreement: How many of its new content words the draft shares with what the model says when it is asked again; one half where it was not.
    """

    margin: float
    fits: float
    dated: float
    names: float
    conflict: float
    echo: float = 0.0
    drawn: float = 0.0
    agreement: float = 0.5

    def at_best(self) -> "Signs":
        """Return the signs as they would be after a draft that repeats the best sentence.

        That the model would then say the same again is left out: on the gold set no answer hung on it for which so much else was wanting.
        """
        return replace(self, echo=_ECHO_AT_BEST, drawn=1.0)


class Calibration(Record):
    """A logistic regression over ``Signs``, stored with how it was made.

    Attributes:
        weights: By sign.
        bias: The constant term.
        threshold: Answers below this probability are withheld.
        gathered: The probability for sentences that answer together: the share of such answers that are right.
        made: Command, data, date and figures of the training run.
    """

    weights: Mapping[str, float]
    bias: float
    threshold: float
    gathered: float
    made: Mapping[str, object]

    def probability(self, signs: Signs) -> float:
        """Return the estimated probability that the answer is right."""
        return 1.0 / (1.0 + math.exp(-self.total(signs)))

    def total(self, signs: Signs) -> float:
        """Return the logarithm of the odds that the answer is right."""
        values: dict[str, float] = asdict(signs)
        return self.bias + sum(self.weights[name] * value for name, value in values.items())

    def withholds(self, signs: Signs) -> bool:
        """Whether an answer with these signs is not to be shown."""
        return self.probability(signs) < self.threshold

    def in_doubt(self, signs: Signs, *, heard: int = 0, of: int = 1) -> bool:
        """Whether it depends on what the model has yet to say again if an answer is to be shown.

        Args:
            signs: Their agreement is that with what was heard.
            heard: How often the model has been asked again.
            of: How often it may be asked in all.
        """
        least = signs.agreement * heard / of
        most = least + (of - heard) / of
        return self.withholds(replace(signs, agreement=least)) and not self.withholds(replace(signs, agreement=most))


@cache
def load_calibration() -> Calibration:
    """Return the calibration that comes with the package."""
    return Calibration(**json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8")))
