"""Which gold questions a run asks, and how."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches
from hashlib import sha256
from typing import Self, get_args

from eval.cases import SET_NAMES, Case, CaseSet, Category, GoldError, SetName, load_set
from qa.schema import Record

QUICK = 30


class Selection(Record):
    """Which questions a run asks, and how.

    Attributes:
        sets: The gold sets.
        categories: Only these; all if empty.
        cases: Only these ids; all if empty.
        quick: Only a small fixed sample that has every category.
        holdout: Whether the held-out cases are asked too.
        live: Whether every reply is asked anew.
        recheck: Share of the cases for which the model is asked although its replies are recorded.
    """

    sets: tuple[SetName, ...]
    categories: tuple[Category, ...] = ()
    cases: tuple[str, ...] = ()
    quick: bool = False
    holdout: bool = True
    live: bool = False
    recheck: float = 0.0

    @property
    def is_whole(self) -> bool:
        """Whether it is every question of every set."""
        narrowed = self.categories or self.cases or self.quick or not self.holdout
        return not narrowed and set(self.sets) >= set(SET_NAMES)

    def asks_the_same(self, other: Self) -> bool:
        """Whether the other selection has the same questions, however they are asked."""
        how = {"live", "recheck"}
        return self.model_dump(exclude=how) == other.model_dump(exclude=how)


def select(sets: Iterable[str], categories: Iterable[str], cases: Iterable[str], **how: bool | float) -> Selection:
    """Return the selection of what a person named; the other arguments are the fields of ``Selection``.

    Raises:
        GoldError: There is no such set or category.
    """
    _check(sets, SET_NAMES, "set")
    _check(categories, get_args(Category), "category")
    return Selection.model_validate(
        {"sets": tuple(sets), "categories": tuple(categories), "cases": tuple(cases), **how}
    )


def _check(names: Iterable[str], known: Sequence[str], kind: str) -> None:
    for name in names:
        if name not in known:
            close = get_close_matches(name, known, n=1)
            hint = f"Did you mean {close[0]}?" if close else f"Choose one of {', '.join(known)}."
            raise GoldError(f"There is no {kind} called {name!r}.", hint=hint)


def choose(selection: Selection) -> tuple[CaseSet, ...]:
    """Return the sets of a selection with the cases that it asks.

    Raises:
        GoldError: A set is invalid, a case is unknown, or nothing is left to ask.
    """
    loaded = [load_set(name) for name in selection.sets]
    if selection.cases:
        _check(selection.cases, [case.id for case_set in loaded for case in case_set.cases], "case")
    chosen = [_keep(s, {case.id for case in s.cases if _is_chosen(case, selection)}) for s in loaded]
    if selection.quick:
        sample = quick_sample([case for case_set in chosen for case in case_set.cases])
        chosen = [_keep(case_set, sample) for case_set in chosen]
    chosen = [case_set for case_set in chosen if case_set.cases]
    if not chosen:
        raise GoldError("No question fits the selection.", hint="Choose other sets, categories or ids.")
    return tuple(chosen)


def _keep(case_set: CaseSet, ids: Collection[str]) -> CaseSet:
    return case_set.model_copy(update={"cases": tuple(case for case in case_set.cases if case.id in ids)})


def _is_chosen(case: Case, selection: Selection) -> bool:
    return (
        (not selection.categories or case.category in selection.categories)
        and (not selection.cases or case.id in selection.cases)
        and (selection.holdout or not case.holdout)
    )


def quick_sample(cases: Sequence[Case], size: int = QUICK) -> frozenset[str]:
    """Return the ids of about ``size`` cases: of every category its share, one at least, none of them held out.

    Within a category the hashes of the ids decide, so that a case stays in the sample when others come or go.
    """
    by_category: dict[str, list[str]] = defaultdict(list)
    for case in cases:
        if not case.holdout:
            by_category[case.category].append(case.id)
    total = sum(map(len, by_category.values()))
    kept: list[str] = []
    for ids in by_category.values():
        ids.sort(key=lambda name: sha256(name.encode()).digest())
        kept += ids[: max(1, round(size * len(ids) / total))]
    return frozenset(kept)
