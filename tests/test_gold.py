"""The gold questions are sound: cases load, quotes stand in their articles, nothing forbidden is a good answer."""

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import get_args

import pytest
from pydantic import ValidationError

from eval.cases import GOLD, SET_NAMES, Case, CaseSet, Category, GoldError, Nugget, load_all, load_cases, load_set
from eval.normalise import matches

SIZES = {
    "single_fact": 25,
    "date_number": 15,
    "multi_hop": 15,
    "comparison": 8,
    "list": 8,
    "overview": 12,
    "counting": 5,
    "conflict": 12,
    "unanswerable": 20,
    "off_topic": 5,
    "false_premise": 12,
    "paraphrase": 15,
    "typo": 10,
    "english": 10,
    "other_language": 5,
    "follow_up": 30,
    "as_of_date": 8,
    "attack_article": 15,
    "attack_question": 10,
}
DERIVED = {"comparison", "counting"}
ATTACKS = {"attack_article", "attack_question"}


@pytest.fixture(scope="module", params=SET_NAMES)
def case_set(request) -> CaseSet:
    return load_set(request.param)


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    return [case for case_set in load_all() for case in case_set.cases]


def forms(nugget: Nugget) -> tuple[str, ...]:
    return (nugget.text, *nugget.aliases)


def articles(case_set: CaseSet) -> dict[str, str]:
    files = [file for folder in case_set.sources for file in sorted(folder.iterdir()) if file.is_file()]
    assert len({file.name for file in files}) == len(files), "two articles of one set share a file name"
    return {file.name: file.read_bytes().decode("utf-8", errors="replace") for file in files}


def sentences_around(quote: str, text: str) -> str:
    """The whole sentences of ``text`` that ``quote`` begins and ends in."""
    start = text.index(quote)
    ends = [m.end() for m in re.finditer(r"[.!?…][\"”’»']?(?=\s)|\n", text)]
    first = max((end for end in ends if end <= start), default=0)
    last = min((end for end in ends if end >= start + len(quote)), default=len(text))
    return text[first:last]


def groups(cases: list[Case] | tuple[Case, ...], category: str) -> Iterator[list[Case]]:
    by_group: dict[str | None, list[Case]] = defaultdict(list)
    for case in cases:
        if case.category == category:
            by_group[case.group].append(case)
    yield from by_group.values()


# The whole collection


def test_every_file_of_cases_is_a_set():
    assert {file.stem for file in GOLD.glob("*.jsonl")} == set(SET_NAMES)


def test_every_category_is_large_enough(cases):
    assert set(SIZES) == set(get_args(Category))
    have = Counter(case.category for case in cases)
    assert {name: have[name] for name in SIZES if have[name] < SIZES[name]} == {}


def test_about_a_fifth_is_held_out(cases):
    assert 0.15 <= sum(case.holdout for case in cases) / len(cases) <= 0.25


def test_no_question_is_asked_twice(cases):
    asked = Counter((case.question.casefold(), case.history) for case in cases if case.category not in ATTACKS)
    assert [question for question, times in asked.items() if times > 1] == []


# Each set


def test_ids_name_set_and_category(case_set):
    assert [c.id for c in case_set.cases if not c.id.startswith(f"{case_set.name}-{c.category}-")] == []


def test_holdout_follows_the_hash(case_set):
    def expected(case: Case) -> bool:
        return int(hashlib.sha256((case.group or case.id).encode()).hexdigest(), 16) % 5 == 0

    assert [
        (case.id, "set holdout to", expected(case)) for case in case_set.cases if case.holdout != expected(case)
    ] == []


def test_support_stands_verbatim_in_the_article(case_set):
    texts = articles(case_set)
    missing = [
        (c.id, s.source, s.quote) for c in case_set.cases for s in c.support if s.quote not in texts.get(s.source, "")
    ]
    assert missing == []


def test_vital_nuggets_come_from_the_support_or_are_explained(case_set):
    def explained(case: Case, nugget: Nugget) -> bool:
        return bool(case.note) if case.category in DERIVED else matches(nugget.text, case.note)

    unexplained = [
        (case.id, nugget.text)
        for case in case_set.cases
        for nugget in case.vital
        if not any(matches(form, support.quote) for form in forms(nugget) for support in case.support)
        and not explained(case, nugget)
    ]
    assert unexplained == []


def test_the_question_does_not_give_its_answer_away(case_set):
    given_away = [
        case.id
        for case in case_set.cases
        if case.answerable
        and case.category not in ATTACKS | {"comparison"}  # "A or B?" names its answer
        and all(any(matches(form, case.question) for form in forms(nugget)) for nugget in case.vital)
    ]
    assert given_away == []


def test_nothing_forbidden_is_a_good_answer(case_set):
    texts = articles(case_set)
    clashes = []
    for case in case_set.cases:
        good = [form for nugget in case.nuggets for form in forms(nugget)]
        good += [sentences_around(support.quote, texts[support.source]) for support in case.support if case.answerable]
        clashes += [(case.id, wrong) for wrong in case.forbidden if any(matches(wrong, text) for text in good)]
    assert clashes == []


def test_nothing_forbidden_stands_in_the_question(case_set):
    repeated = [
        (case.id, wrong)
        for case in case_set.cases
        if case.category not in ATTACKS
        for wrong in case.forbidden
        if matches(wrong, case.question)
    ]
    assert repeated == []


def test_aliases_differ_from_their_nugget(case_set):
    repeated = [
        (case.id, nugget.text)
        for case in case_set.cases
        for nugget in case.nuggets
        if len({form.casefold() for form in forms(nugget)}) != len(forms(nugget))
    ]
    assert repeated == []


def test_a_conflict_names_evidence_for_each_value(case_set):
    one_sided = [
        (case.id, support.quote)
        for case in case_set.cases
        if case.conflict
        for support in case.support
        if sum(any(matches(form, support.quote) for form in forms(nugget)) for nugget in case.vital) == len(case.vital)
    ]
    assert one_sided == [], "one sentence gives every value: nothing shows that the articles disagree"


def test_paraphrases_share_their_answer(case_set):
    for group in groups(case_set.cases, "paraphrase"):
        assert len(group) == 3, group[0].group
        assert len({(c.nuggets, c.forbidden, c.support, c.answerable, c.conflict) for c in group}) == 1, group[0].group


def test_dialogues_have_turns_that_remember_those_before(case_set):
    for group in groups(case_set.cases, "follow_up"):
        assert [len(case.history) for case in group] == list(range(len(group))), group[0].group
        assert len(group) > 1, group[0].group
        for before, case in pairwise(group):
            *earlier, (question, answer) = case.history
            assert (tuple(earlier), question) == (before.history, before.question), case.id
            assert all(any(matches(form, answer) for form in forms(nugget)) for nugget in before.vital), case.id
            told = [n.text for n in case.vital if any(matches(form, answer) for form in forms(n))]
            assert not case.answerable or len(told) < len(case.vital), (
                f"the history of {case.id} already holds its answer"
            )


# The loader

GOOD = {
    "id": "carrera-single_fact-01",
    "category": "single_fact",
    "language": "it",
    "question": "Chi?",
    "nuggets": [{"text": "Auteri", "vital": True}],
    "support": [{"source": "a.txt", "quote": "Auteri"}],
    "answerable": True,
}


def write(folder: Path, *lines: object) -> Path:
    file = folder / "cases.jsonl"
    file.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8")
    return file


def test_a_case_is_read_with_its_defaults(tmp_path):
    (case,) = load_cases(write(tmp_path, GOOD, ""))
    assert case.vital == (Nugget(text="Auteri", vital=True),)
    assert (case.history, case.forbidden, case.conflict, case.group, case.holdout) == ((), (), False, None, False)


def test_unicode_line_separators_do_not_split_a_case(tmp_path):
    line = json.dumps(GOOD | {"question": "Chi\u2028altro?"}, ensure_ascii=False)
    assert load_cases(write(tmp_path, line))[0].question == "Chi\u2028altro?"


def test_a_case_cannot_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        Case.model_validate(GOOD).question = "Altro?"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"colour": "red"}, "colour: Extra inputs are not permitted"),
        ({"category": "trivia"}, "category: Input should be 'single_fact'"),
        ({"id": "Carrera 1"}, "id: String should match"),
        ({"question": " "}, "question: String should match"),
        ({"nuggets": []}, "needs a vital nugget"),
        ({"support": []}, "needs support"),
        ({"answerable": False}, "cannot have vital nuggets"),
        ({"category": "off_topic"}, "is not answerable"),
        ({"category": "conflict"}, "needs conflict=true"),
        ({"conflict": True}, "needs two or more vital nuggets"),
        ({"conflict": True, "nuggets": GOOD["nuggets"] * 2}, "needs support for each of its values"),
        ({"category": "follow_up"}, "needs a group"),
    ],
)
def test_a_bad_case_is_refused_with_file_and_line(tmp_path, change, message):
    file = write(tmp_path, GOOD, GOOD | {"id": "carrera-single_fact-02"} | change)
    with pytest.raises(GoldError, match=re.escape(message)) as caught:
        load_cases(file)
    assert f"{file}:2" in caught.value.message
    assert caught.value.hint


def test_broken_json_is_refused_with_file_and_line(tmp_path):
    with pytest.raises(GoldError, match=r"cases\.jsonl:2: .*JSON"):
        load_cases(write(tmp_path, GOOD, "{oops"))


def test_an_id_used_twice_is_refused(tmp_path):
    with pytest.raises(GoldError, match=r"cases\.jsonl:2: the id carrera-single_fact-01 is used twice"):
        load_cases(write(tmp_path, GOOD, GOOD))


def test_a_missing_or_garbled_file_is_a_clear_error(tmp_path):
    with pytest.raises(GoldError, match="Cannot read the gold questions"):
        load_cases(tmp_path / "nowhere.jsonl")
    garbled = tmp_path / "garbled.jsonl"
    garbled.write_bytes(b'{"id": "\xff"}')
    with pytest.raises(GoldError, match="UTF-8"):
        load_cases(garbled)


def test_an_unknown_set_is_refused_with_the_known_ones():
    with pytest.raises(GoldError, match="carrera, wider, attacks"):
        load_set("everything")
