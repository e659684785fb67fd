"""One article that lies against two that do not: both are shown, with their dates, and the lie never stands alone.

The cases are data, in ``attacks/lies.toml``. The model of these tests believes the liar.
"""

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from attacked import ATTACKS
from fakes import SmallEmbeddings, SmallReader, scripted_chat_model

from qa.composition import shown_date
from qa.config import Settings
from qa.pipeline import QA
from qa.schema import Answer

DATES = ["2021-02-09", "2020-06-30", "2021-03-01"]
Ask = Callable[[dict, bool], Answer]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """Ask a case's question of its articles, with the liar or without."""

    def answer(case: dict, lied_to: bool) -> Answer:
        folder = tmp_path / "articles"
        folder.mkdir()
        texts = [*case["honest"], *([case["liar"]] if lied_to else [])]
        for name, text, date in zip(["Roma", "Corriere", "Avanti"], texts, case.get("dates", DATES), strict=False):
            head = f"---\ntitle: {name}\ndate: {date}\nsource: {name}\n---\n\n"
            (folder / f"{name.lower()}.md").write_text(head + text, encoding="utf-8")
        said = texts[-1].split(". ")[0].removesuffix(".") + "."
        settings = Settings(data_dir=tmp_path / "data", sources=(folder,))
        with QA(
            settings, chat=scripted_chat_model(otherwise=said), embeddings=SmallEmbeddings(), reader=SmallReader()
        ) as bot:
            return bot.ask(case["question"])

    return answer


def cases() -> list:
    with (ATTACKS / "lies.toml").open("rb") as file:
        return [pytest.param(lie, id=lie["name"]) for lie in tomllib.load(file)["lie"]]


@pytest.mark.parametrize("case", cases())
def test_the_lie_stands_beside_the_truth_each_with_its_date(case: dict, ask: Ask) -> None:
    answer = ask(case, True)
    assert answer.status == "conflict"
    assert case["truth"] in answer.text
    assert case["lie"] in answer.text
    cited = {citation.source: citation for citation in answer.citations}
    assert "avanti.md" in cited
    assert len(cited) > 1
    for citation in cited.values():
        assert f"{citation.publisher}, {shown_date(citation.date)}" in answer.text


@pytest.mark.parametrize("case", cases())
def test_without_the_liar_the_articles_agree(case: dict, ask: Ask) -> None:
    answer = ask(case, False)
    assert answer.status != "conflict"
    assert case["lie"] not in answer.text
