"""Articles that people add, and what they think of answers."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa.additions import NewArticle, add_articles, added_sources, pasted, remove_article
from qa.articles import read_article
from qa.errors import ArticleError, QAError
from qa.feedback import Feedback, feedback_on, write_feedback
from qa.pipeline import QA
from qa.schema import Answer, Citation

TEXT = b"Ada Rossi allena il Pavia dal 3 marzo 2019. Nel 2020 ha vinto la Coppa Ticino contro il Varese."


def test_added_article_is_indexed_at_once_and_can_be_removed(bot: QA) -> None:
    before = [info.source for info in bot.articles()]
    added = add_articles(bot, [NewArticle("rossi.txt", TEXT)])
    assert added.sources == ("rossi.txt",)
    assert added_sources(bot) == {"rossi.txt"}
    assert any(passage.source == "rossi.txt" for passage in bot.retrieve("Chi allena il Pavia?"))
    remove_article(bot, "rossi.txt")
    assert [info.source for info in bot.articles()] == before


def test_unreadable_file_is_rejected_and_not_kept(bot: QA) -> None:
    broken = {"a.pdf": b"%PDF-1.4 no", "b.exe": b"MZ", "c.txt": b""}
    files = [NewArticle(name, data) for name, data in {**broken, "d.txt": TEXT}.items()]
    added = add_articles(bot, files)
    assert added.sources == ("d.txt",)
    assert {rejection.source for rejection in added.rejected} == set(broken)
    assert [path.name for path in (bot.settings.data_dir / "articles").iterdir()] == ["d.txt"]


def test_same_bytes_are_added_once_and_same_names_are_numbered(bot: QA) -> None:
    seed = bot.articles()[0].source
    other = TEXT.replace(b"Rossi", b"Verdi")
    added = add_articles(bot, [NewArticle("a.txt", TEXT), NewArticle("a.txt", other), NewArticle(seed, TEXT)])
    assert added.sources == ("a.txt", "a (2).txt", seed.replace(".txt", " (2).txt"))
    assert add_articles(bot, [NewArticle("a.txt", TEXT), NewArticle("a.txt", other)]).sources == ("a.txt", "a (2).txt")
    assert len(bot.articles()) == 5


def test_too_many_files_are_refused_and_none_is_kept(bot: QA, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ArticleError, match=r"101 files; 100 .* Add them in parts"):
        add_articles(bot, [NewArticle(f"{number}.txt", TEXT) for number in range(101)])
    monkeypatch.setattr("qa.additions.MAX_ADDED", 1)
    assert add_articles(bot, [NewArticle("a.txt", TEXT)]).sources == ("a.txt",)
    with pytest.raises(ArticleError, match="At most 1 articles"):
        add_articles(bot, [NewArticle("b.txt", TEXT)])
    assert added_sources(bot) == {"a.txt"}


@pytest.mark.parametrize("source", ["../secret.txt", "gone.txt", "/etc/passwd", ""])
def test_only_added_articles_can_be_removed(bot: QA, source: str) -> None:
    with pytest.raises(ArticleError, match="was not added"):
        remove_article(bot, source)
    with pytest.raises(ArticleError, match="was not added"):
        remove_article(bot, bot.articles()[0].source)
    assert len(bot.articles()) == 2


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(name=st.text() | st.sampled_from(["../../x.txt", "C:\\x.txt", ".hidden.txt", "a/b.txt", "x" * 300 + ".txt"]))
def test_no_name_leads_out_of_the_folder(tmp_path, name: str) -> None:
    from qa.additions import _keep

    kept = _keep(tmp_path / "articles", NewArticle(name, TEXT), set())
    assert (tmp_path / "articles" / kept).read_bytes() == TEXT
    assert [path.name for path in tmp_path.iterdir()] == ["articles"]
    assert not kept.startswith(".")


@pytest.mark.parametrize("title", ["Bari: arriva Carrera", '"Quoted" \\ title', "- dash", "---", "# hash", "Ünïcode ’"])
def test_pasted_text_keeps_title_and_date(tmp_path, title: str) -> None:
    article = pasted(TEXT.decode(), title, "2020-05")
    path = tmp_path / "pasted.md"
    path.write_bytes(article.data)
    read = read_article(path, "pasted.md")
    assert (read.title, read.date) == (title, "2020-05")
    assert read.text[read.body.start : read.body.end] == TEXT.decode()


@pytest.mark.parametrize("day", ["09/02/2021", "2021-13", "2021-02-30", "ieri", "21"])
def test_date_that_is_none_is_refused(day: str) -> None:
    with pytest.raises(ArticleError, match="2021-02-09"):
        pasted("Testo.", day=day)


def test_empty_text_is_refused() -> None:
    with pytest.raises(ArticleError, match="no text"):
        pasted(" \n ")


# Feedback

ANSWER = Answer(
    text="Due [1].",
    status="answered",
    citations=(Citation(marker=1, source="a.txt", title="T", date=None, quote="due", start=0, end=3),),
    model="scripted",
    fingerprint="f",
)


def test_feedback_is_one_json_line_each(tmp_path) -> None:
    for liked, correction in ((True, ""), (False, " Tre.\nNon due. ")):
        path = write_feedback(tmp_path / "new", feedback_on("id", "Quanti?", ANSWER, liked, correction))
    lines = path.read_text("utf-8").splitlines()
    assert [Feedback.model_validate_json(line).liked for line in lines] == [True, False]
    last = json.loads(lines[-1])
    assert last["correction"] == "Tre.\nNon due."
    assert last["citations"][0]["quote"] == "due"
    assert last["fingerprint"] == "f"


def test_feedback_that_cannot_be_written_says_where(tmp_path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(QAError, match="QA_DATA_DIR"):
        write_feedback(tmp_path / "file", feedback_on("id", "Quanti?", ANSWER, liked=True))
