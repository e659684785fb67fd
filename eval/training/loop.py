"""Trains the reader: for each question, the sentences that answer have to stand out from the others, and from the case that none does."""

import logging
import random
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional

from eval.training.examples import Example
from eval.training.model import TorchReader

_LEARNING_RATES = {"bert": 1e-3, "hidden": 1e-3, "out": 1e-3, "cosine": 1e-2, "none": 1e-2}
_QUESTIONS_A_STEP = 8
_TEXTS, _ANSWERING, _HARDEST = 6, 4, 2  # Texts a question, at most: of these answering ones, and those ranked first.
_WARM_UP = 0.06  # Share of the steps.
_EACH_SENTENCE = 0.1  # Weight of the loss of the sentences by themselves, beside that of the choice among them.

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Figures:
    """How well a reader reads questions that it was not trained on.

    Attributes:
        first: Share of the answerable ones of which the likeliest sentence answers.
        among_two: Share of those of which one of the two likeliest does.
        area_under_roc: How well the likeliest sentence's log-odds tell answerable questions from others.
        questions: How many were read.
    """

    first: float
    among_two: float
    area_under_roc: float
    questions: int


def train(
    model: TorchReader, examples: Sequence[Example], *, epochs: int, seed: int, advance: Callable[[], None]
) -> list[float]:
    """Train ``model`` in place and return the mean loss of each step.

    The loss is that of a softmax over all sentences and "none of them" (log-odds 0), in which every answering sentence is right, and a tenth of the
    binary cross-entropy of the sentences by themselves.

    Args:
        model: The reader.
        examples: What is learnt from.
        epochs: How often each is seen.
        seed: Of the order of the examples, and of the texts beside those that answer.
        advance: Called after each question.
    """
    drawn = random.Random(seed)  # noqa: S311 - nothing secret
    steps = epochs * len(examples) // _QUESTIONS_A_STEP
    groups = [
        {
            "params": [
                weight
                for name, weight in model.named_parameters()
                if name.split(".")[0] == part and weight.requires_grad
            ],
            "lr": rate,
        }
        for part, rate in _LEARNING_RATES.items()
    ]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, (step + 1) / (_WARM_UP * steps + 1)) * max(0.0, 1 - step / steps)
    )
    model.train()
    means = []
    for chosen in _steps(examples, epochs, drawn):
        losses = []
        for example in chosen:
            loss = _loss(model, _shortened(example, drawn))
            torch.autograd.backward(loss / len(chosen))
            losses.append(loss.item())
            advance()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        means.append(statistics.fmean(losses))
        _log.info("step %d of %d: loss %.3f", len(means), steps, means[-1])
    model.eval()
    return means


def _steps(examples: Sequence[Example], epochs: int, drawn: random.Random) -> Iterator[Sequence[Example]]:
    for _ in range(epochs):
        order = drawn.sample(list(examples), len(examples))
        for start in range(0, len(order) - _QUESTIONS_A_STEP + 1, _QUESTIONS_A_STEP):
            yield order[start : start + _QUESTIONS_A_STEP]


def _shortened(example: Example, drawn: random.Random) -> Example:
    """Return an example with the texts that answer, those that were ranked first though they do not, and some others."""
    numbers = range(len(example.texts))
    answering = [number for number in numbers if any(example.answers[number])][:_ANSWERING]
    others = [number for number in numbers if not any(example.answers[number])]
    hardest, rest = others[:_HARDEST], others[_HARDEST:]
    chosen = [*answering, *hardest, *drawn.sample(rest, len(rest))][:_TEXTS]
    return replace(
        example,
        texts=tuple(example.texts[number] for number in chosen),
        answers=tuple(example.answers[number] for number in chosen),
    )


def _loss(model: TorchReader, example: Example) -> Tensor:
    odds, right = _read(model, example)
    choices = torch.cat([odds, odds.new_zeros(1)])
    accepted = torch.cat([right, (~right.any()).reshape(1)])
    chosen = torch.logsumexp(choices, 0) - torch.logsumexp(choices[accepted], 0)
    return chosen + _EACH_SENTENCE * functional.binary_cross_entropy_with_logits(odds, right.float(), reduction="sum")


def _read(model: TorchReader, example: Example) -> tuple[Tensor, Tensor]:
    """Return log-odds of the sentences of all texts, and which of them answer, each of shape (sentences,)."""
    batch = model.batch(example.question, example.texts)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        odds = model(batch)
    right = torch.zeros_like(batch.read)
    for row, answers in zip(right, example.answers, strict=True):
        row[: len(answers)] = torch.tensor(answers)
    return odds[batch.read], right[batch.read]


@torch.no_grad()
def measure(model: TorchReader, examples: Sequence[Example]) -> Figures:
    """Return how well ``model`` reads ``examples``."""
    from sklearn.metrics import roc_auc_score

    ranks, likeliest = [], []
    for example in examples:
        odds, right = _read(model, example)
        likeliest.append(float(odds.max()))
        if example.answerable:
            ranks.append(int(right[odds.argsort(descending=True)].nonzero()[0]))
    answerable = [example.answerable for example in examples]
    return Figures(
        first=statistics.fmean(rank == 0 for rank in ranks),
        among_two=statistics.fmean(rank <= 1 for rank in ranks),
        area_under_roc=float(roc_auc_score(answerable, likeliest)),
        questions=len(examples),
    )
