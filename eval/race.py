"""The product and the tutorial's chain on the same questions, in turn, each reply asked of the model anew.

Both share one language model, and so its server's memory of prompts. A server that has read a prompt reads the same
beginning faster. Neither gains from the other: their prompts differ from the first instruction on, and the server has a
slot for each. Who begins changes with every question, so that what the first leaves behind (a warm processor, a filled
slot) falls to both alike. Of rewordings of a question only one is asked, or the second would find its evidence read.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from hashlib import sha256

from eval.cases import Case, CaseSet
from eval.measured import Row
from eval.metrics.answers import score_case
from eval.selection import quick_sample
from eval.statistics import Interval, mcnemar, paired_ratio, wilson
from eval.tutorial import TutorialChain, as_answer
from qa.pipeline import QA
from qa.schema import Answer, Article, Final, History, Record, Token

FIRST_TARGET, WHOLE_TARGET = 0.20, 0.30
_ATTACKS = "attack"


class Lap(Record):
    """One question to one of the two.

    Attributes:
        first: Seconds to the first words that are shown.
        whole: Seconds to the end.
        outcome: As the suite scores it.
        text: The answer.
    """

    first: float
    whole: float
    outcome: str
    text: str


class Pair(Record):
    """One question to both."""

    case: str
    category: str
    product: Lap
    tutorial: Lap


def sample(case_sets: Iterable[CaseSet], limit: int) -> list[tuple[CaseSet, Case]]:
    """Return at most ``limit`` questions, of every category its share, always the same ones; none held out.

    Attacks, and questions that need what was said before, are left out: the tutorial's chain knows no conversation.
    """
    fit: dict[str, tuple[CaseSet, Case]] = {}
    for case_set in case_sets:
        for case in case_set.cases:
            if not case.history and not case.category.startswith(_ATTACKS):
                fit.setdefault(case.group or case.id, (case_set, case))
    # One of each category may be too many.
    chosen = sorted(quick_sample([case for _, case in fit.values()], limit), key=_shuffled)[:limit]
    return [pair for pair in fit.values() if pair[1].id in chosen]


def _shuffled(name: str) -> bytes:
    return sha256(name.encode()).digest()


def ask_product(bot: QA, question: str, history: History = ()) -> tuple[float, float, Answer]:
    """Return the seconds to the first shown words and to the end, and the answer."""
    start = time.perf_counter()
    first = 0.0
    for event in bot.stream(question, history=history):
        if isinstance(event, Token) and event.text.strip():
            first = first or time.perf_counter() - start
        elif isinstance(event, Final):
            whole = time.perf_counter() - start
            return first or whole, whole, event.answer
    raise AssertionError("a stream ends with its final event")


def ask_tutorial(chain: TutorialChain, question: str) -> tuple[float, float, Answer]:
    """Return the same of the tutorial's chain; an empty reply is shown when it ends."""
    start = time.perf_counter()
    first, pieces = 0.0, []
    for piece in chain.stream(question):
        if piece.strip():
            first = first or time.perf_counter() - start
        pieces.append(piece)
    whole = time.perf_counter() - start
    return first or whole, whole, as_answer("".join(pieces))


def race(
    questions: Sequence[tuple[CaseSet, Case]],
    open_both: Callable[[CaseSet], tuple[QA, TutorialChain]],
    heard: Callable[[Pair], None] = lambda _: None,
) -> list[Pair]:
    """Ask every question of both.

    Args:
        questions: What is asked, and of which articles.
        open_both: Makes the two over the articles of a set.
        heard: Hears of every pair.
    """
    pairs = []
    for name in dict.fromkeys(case_set.name for case_set, _ in questions):
        part = [(case_set, case) for case_set, case in questions if case_set.name == name]
        with ExitStack() as opened:
            bot, chain = open_both(part[0][0])
            opened.enter_context(bot)
            opened.enter_context(chain)
            articles = {entry.source: bot.article(entry.source) for entry in bot.articles()}
            _warm(bot)
            for number, (_, case) in enumerate(part):
                pairs.append(_pair(case, bot, chain, articles, product_first=number % 2 == 0))
                heard(pairs[-1])
    return pairs


def _warm(bot: QA) -> None:
    """Let load what loads at the first question, without a word of the questions that are asked."""
    bot.retrieve("Ciao")
    bot.chat.invoke("Ciao")


def _pair(case: Case, bot: QA, chain: TutorialChain, articles: dict[str, Article], *, product_first: bool) -> Pair:
    asks: dict[str, Callable[[], tuple[float, float, Answer]]] = {
        "product": lambda: ask_product(bot, case.question),
        "tutorial": lambda: ask_tutorial(chain, case.question),
    }
    laps = {}
    for name in sorted(asks, reverse=not product_first):
        first, whole, answer = asks[name]()
        outcome = score_case(case, answer, articles).outcome
        laps[name] = Lap(first=first, whole=whole, outcome=outcome, text=answer.text)
    return Pair(case=case.id, category=case.category, **laps)


def figures(pairs: Sequence[Pair]) -> list[Row]:
    """Return what the race shows."""
    rows = []
    for what, name, most in (("first shown words", "first", FIRST_TARGET), ("whole answer", "whole", WHOLE_TARGET)):
        ours, theirs = ([getattr(lap, name) for lap in laps] for laps in _laps(pairs))
        ratio, interval = paired_ratio(ours, theirs)
        rows += [
            Row(what=f"{what}, product / tutorial", value=ratio, unit="×", interval=interval, most=most, n=len(pairs)),
            _median(f"{what}, product, median", ours),
            _median(f"{what}, tutorial, median", theirs),
        ]
    right = [[lap.outcome == "correct" for lap in laps] for laps in _laps(pairs)]
    wrong = [[lap.outcome == "wrong" for lap in laps] for laps in _laps(pairs)]
    for verdict, both in (("right", right), ("wrong", wrong)):
        for who, hits in zip(("product", "tutorial"), both, strict=True):
            rows.append(_share(f"{verdict}, {who}", hits))
    chance = mcnemar(right[1], right[0]).p_better
    return [*rows, Row(what="chance of so many more right by luck", value=chance, remark="McNemar's exact test")]


def _laps(pairs: Sequence[Pair]) -> tuple[list[Lap], list[Lap]]:
    return [pair.product for pair in pairs], [pair.tutorial for pair in pairs]


def _median(what: str, seconds: Sequence[float]) -> Row:
    import numpy as np

    return Row(what=what, value=float(np.median(seconds)), unit="s", n=len(seconds))


def _share(what: str, hits: Sequence[bool]) -> Row:
    interval = wilson(sum(hits), len(hits))
    percent = Interval(low=100 * interval.low, high=100 * interval.high)
    return Row(what=what, value=100 * sum(hits) / len(hits), unit="%", interval=percent, n=len(hits))
