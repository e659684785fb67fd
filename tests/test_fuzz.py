"""Any question and any file: no crash, no work without end, and every offset to the letter.

What hypothesis finds here in a minute, the coverage-guided ``python tests/coverage_fuzz.py`` looks for as long as it is let.
"""

import io
import re
import zipfile
from pathlib import Path

import docx
import pytest
from fakes import SmallEmbeddings, SmallReader, scripted_chat_model
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from odd_texts import LANGUAGES, LARGE, sentences, texts

from qa.articles import read_article
from qa.atoms import find_atoms
from qa.chunking import chunk_article
from qa.config import Settings
from qa.errors import ArticleError
from qa.indexing import embedded_text
from qa.pipeline import QA
from qa.schema import Answer, Article, Final, Passage, Token
from qa.sentences import paragraph_spans, sentence_spans
from qa.verification import answers, find_support, missing_atoms, plain_text, windows

pytestmark = pytest.mark.timeout(300)  # What takes quadratic time does not come to its end; see test_atoms.
CODES = st.sampled_from(["it", "en", "fr", "es", "de", "pt", "ja", ""])
many = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])


# Questions


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> QA:
    seeds = Path(__file__).parent.parent / "seeds"
    settings = Settings(data_dir=tmp_path_factory.mktemp("fuzz"), sources=(seeds,))
    with QA(
        settings, chat=scripted_chat_model(otherwise="Non so."), embeddings=SmallEmbeddings(), reader=SmallReader()
    ) as made:
        yield made


def check_answer(answer: Answer, bot: QA) -> None:
    assert answer.text == " ".join(answer.text.split()) != ""
    assert Answer.model_validate_json(answer.model_dump_json()) == answer
    assert [c.marker for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert {int(number) for number in re.findall(r"\[(\d+)\]", answer.text)} == {c.marker for c in answer.citations}
    for item in (*answer.citations, *answer.passages):
        text = item.text if isinstance(item, Passage) else item.quote
        assert bot.article(item.source).text[item.start : item.end] == text


@settings(many, max_examples=200)
@given(question=texts, says=texts | sentences, history=st.lists(st.tuples(texts, texts), max_size=2))
def test_no_question_breaks_the_way_of_a_question(bot: QA, question: str, says: str, history: list) -> None:
    bot.chat.llm.otherwise = says
    events = list(bot.stream(question, history=history))
    assert isinstance(events[-1], Final)
    assert "".join(event.text for event in events if isinstance(event, Token)) == events[-1].answer.text
    check_answer(events[-1].answer, bot)


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_question_in_any_language_is_answered_or_refused(bot: QA, code: str) -> None:
    bot.chat.llm.otherwise = LANGUAGES[code]
    check_answer(bot.ask(LANGUAGES[code]), bot)


@pytest.mark.parametrize("question", LARGE[:4], ids=lambda text: ascii(text[:12]))
def test_a_question_of_100_kb_comes_to_an_end(bot: QA, question: str) -> None:
    bot.chat.llm.otherwise = question
    check_answer(bot.ask(question), bot)


# Files

ENCODINGS = st.sampled_from(
    ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252", "latin-1", "mac_roman", "koi8-r", "shift_jis"]
)
TAGS = [
    "p",
    "div",
    "article",
    "h1",
    "h2",
    "ul",
    "li",
    "table",
    "tr",
    "td",
    "blockquote",
    "span",
    "b",
    "script",
    "style",
    "template",
    "meta",
    "title",
    "br",
]


@st.composite
def pages(draw: st.DrawFn) -> str:
    """Draw something like HTML: tags that are opened, closed or neither, with text between."""
    parts = draw(
        st.lists(
            st.one_of(
                texts,
                st.sampled_from(TAGS).map(lambda tag: f"<{tag}>"),
                st.sampled_from(TAGS).map(lambda tag: f"</{tag}>"),
                st.sampled_from(
                    [
                        '<p style="display:none">',
                        "<p hidden>",
                        '<meta charset="x">',
                        '<p class="a">',
                        "<style>.a{display:none}",
                        "<!--",
                    ]
                ),
                st.just(
                    "<p>Il Bari ha scelto Massimo Carrera come nuovo allenatore della prima squadra, al posto di Auteri.</p>"
                ),
            ),
            max_size=20,
        )
    )
    return "".join(parts)


@st.composite
def word_parts(draw: st.DrawFn) -> bytes:
    """Draw a Word file whose text is any XML, sound or not."""
    names = st.sampled_from(
        ["p", "r", "t", "tbl", "tr", "tc", "sdt", "br", "tab", "rPr", "pPr", "vanish", "delText", "sectPr"]
    )
    parts = draw(
        st.lists(
            st.one_of(names.map("<w:{}>".format), names.map("</w:{}>".format), names.map("<w:{}/>".format), texts),
            max_size=20,
        )
    )
    body = f"<w:p><w:r><w:t>Il Bari ha vinto.</w:t></w:r></w:p>{''.join(parts)}"
    buffer, changed = io.BytesIO(), io.BytesIO()
    docx.Document().save(buffer)
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "word/document.xml":
                part = re.sub(
                    rb"<w:body>.*</w:body>",
                    lambda _: f"<w:body>{body}</w:body>".encode("utf-8", "replace"),
                    part,
                    flags=re.DOTALL,
                )
            new.writestr(name, part)
    return changed.getvalue()


@st.composite
def print_files(draw: st.DrawFn) -> bytes:
    """Draw a small PDF whose page holds any operators."""
    operators = st.sampled_from(
        [
            "BT",
            "ET",
            "/F1 12 Tf",
            "(Il Bari ha vinto.) Tj",
            "[(a) -200 (b)] TJ",
            "T*",
            "0 -14 Td",
            "q",
            "Q",
            "1 0 0 1 0 0 cm",
            "3 Tr",
            "/X Do",
            "(",
        ]
    )
    stream = "\n".join(draw(st.lists(operators | texts, max_size=15))).encode("latin-1", "replace")
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R /Resources << /Font << /F1 "
        + font
        + b" >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
    ]
    file, places = b"%PDF-1.4\n", []
    for number, thing in enumerate(objects, 1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, thing)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        file
        + b"xref\n0 5\n0000000000 65535 f \n"
        + table
        + b"trailer << /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % len(file)
    )


def check_article(article: Article) -> None:
    assert Article.model_validate_json(article.model_dump_json()) == article
    assert 0 <= article.body.start < article.body.end <= len(article.text)
    assert article.title == " ".join(article.title.split())
    for chunk in chunk_article(article):
        assert chunk.text == article.text[chunk.start : chunk.end]
        assert chunk.text.strip()
        for span in chunk.sentences:
            assert chunk.start <= span.start < span.end <= chunk.end
            embedded_text(chunk, article.text[span.start : span.end]).encode("utf-8")


def check_file(folder: Path, name: str, data: bytes) -> None:
    """A file is an article with true offsets, or is refused with a reason and a hint."""
    path = folder / name
    path.write_bytes(data)
    try:
        article = read_article(path, name)
    except ArticleError as error:
        refusal = error
    else:
        check_article(article)
        return
    assert refusal.message
    assert refusal.hint


@settings(many, max_examples=250)
@given(text=texts, encoding=ENCODINGS, suffix=st.sampled_from([".txt", ".md"]), front=st.booleans())
def test_any_text_file_is_read_or_refused(tmp_path: Path, text: str, encoding: str, suffix: str, front: bool) -> None:
    whole = f"---\n{text}\n---\nIl Bari ha vinto.\n" if front else text
    check_file(tmp_path, f"a{suffix}", whole.encode(encoding, "replace"))
    check_file(tmp_path, f"a{suffix}", whole.encode("utf-8", "surrogatepass"))


@settings(many, max_examples=200)
@given(page=pages(), encoding=ENCODINGS)
def test_any_page_is_read_or_refused(tmp_path: Path, page: str, encoding: str) -> None:
    check_file(tmp_path, "a.html", page.encode(encoding, "replace"))


@settings(many, max_examples=100)
@given(data=word_parts())
def test_any_word_file_is_read_or_refused(tmp_path: Path, data: bytes) -> None:
    check_file(tmp_path, "a.docx", data)


@settings(many, max_examples=150)
@given(data=print_files() | st.binary(max_size=200).map(lambda data: b"%PDF-1.4\n" + data))
def test_any_pdf_is_read_or_refused(tmp_path: Path, data: bytes) -> None:
    check_file(tmp_path, "a.pdf", data)


@pytest.mark.parametrize("suffix", [".txt", ".md", ".html"])
@pytest.mark.parametrize("text", LARGE, ids=lambda text: ascii(text[:12]))
def test_a_file_of_100_kb_comes_to_an_end(tmp_path: Path, text: str, suffix: str) -> None:
    check_file(tmp_path, f"a{suffix}", f"<p>{text}</p>".encode() if suffix == ".html" else text.encode())


# Sentences, atoms and the check


def check_cut(text: str, language: str) -> None:
    """Every character that is no white space lies in one paragraph and in one sentence."""
    for cut in (paragraph_spans(text), sentence_spans(text, language=language)):
        end = 0
        for span in cut:
            assert not text[end : span.start].strip()
            assert text[span.start : span.end] == text[span.start : span.end].strip() != ""
            end = span.end
        assert not text[end:].strip()


@settings(many, max_examples=200)
@given(text=texts, language=CODES)
@example(text="\r\n.\x85«", language="it")
def test_every_character_lies_in_one_sentence(text: str, language: str) -> None:
    check_cut(text, language)


@settings(many, max_examples=200)
@given(
    statement=texts | sentences,
    said=st.lists(texts | sentences, min_size=1, max_size=3),
    question=texts,
    language=CODES,
)
def test_support_is_a_span_that_holds_every_atom(statement: str, said: list[str], question: str, language: str) -> None:
    whole = "\n\n".join(said)
    read = [
        Passage(text=text, source="a", start=(at := whole.index(text)), end=at + len(text), score=1.0, date="2021-02")
        for text in said
    ]
    candidates = windows(read, {"a": "it"})
    assert all(whole[w.span.start : w.span.end] == w.text for w in candidates)
    plain = plain_text(statement)
    assert plain == plain_text(plain)
    support = find_support(plain, language, candidates, question)
    if support:
        assert not missing_atoms(find_atoms(plain, language), support)
    answers(plain, question, language)
