"""Coverage-guided fuzzing of the readers, the sentence splitter, the atom finder and the check, with atheris.

``pip install ".[fuzz]" && python tests/coverage_fuzz.py TARGET -max_total_time=600`` runs one target until it breaks or the time is over; the
options are libFuzzer's. Without a target, every target runs 2,000 times in a process of its own. What it finds belongs into ``test_fuzz.py``.
"""

import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import atheris

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]
with atheris.instrument_imports(include=["qa"]):
    from test_fuzz import check_cut, check_file

    from qa.articles import reading
    from qa.articles.decoding import decode
    from qa.articles.html import read_html
    from qa.articles.pdf import read_pdf
    from qa.articles.text import read_markdown, read_text
    from qa.articles.word import read_docx
    from qa.atoms import find_atoms
    from qa.errors import ArticleError
    from qa.schema import Passage
    from qa.verification import find_support, missing_atoms, plain_text, windows

RUNS = 2_000
LANGUAGES = ["it", "en", "fr", "es", "de", "pt", "ja"]
READERS = [read_text, read_markdown, read_html, read_pdf, read_docx, decode]


def read_files(data: bytes) -> None:
    """A file of any type is read, with true offsets, or refused."""
    provided = atheris.FuzzedDataProvider(data)
    suffix = provided.PickValueInList(sorted(reading._READERS))
    content = provided.ConsumeBytes(sys.maxsize)
    with tempfile.TemporaryDirectory() as folder:
        check_file(Path(folder), f"a{suffix}", content)


def read_formats(data: bytes) -> None:
    """A reader reads anything or refuses it, whatever the file is called."""
    provided = atheris.FuzzedDataProvider(data)
    reader = provided.PickValueInList(READERS)
    with suppress(ArticleError):
        reader(provided.ConsumeBytes(sys.maxsize))


def cut_sentences(data: bytes) -> None:
    """Every character that is no white space lies in one sentence."""
    provided = atheris.FuzzedDataProvider(data)
    language = provided.PickValueInList(LANGUAGES)
    check_cut(provided.ConsumeUnicode(sys.maxsize), language)


def look_for_atoms(data: bytes) -> None:
    """Atoms lie in the text, in order and apart."""
    provided = atheris.FuzzedDataProvider(data)
    language = provided.PickValueInList(LANGUAGES)
    text, end = provided.ConsumeUnicode(sys.maxsize), 0
    for atom in find_atoms(text, language, "2021-02-09"):
        assert end <= atom.start < atom.end <= len(text)
        assert atom.value
        end = atom.end


def check_statements(data: bytes) -> None:
    """What supports a statement holds all its atoms, and what is shown of it is plain."""
    provided = atheris.FuzzedDataProvider(data)
    language = provided.PickValueInList(LANGUAGES)
    article, question = provided.ConsumeUnicode(400), provided.ConsumeUnicode(80)
    statement = plain_text(provided.ConsumeUnicode(sys.maxsize))
    assert statement == plain_text(statement)
    read = [Passage(text=article, source="a", start=0, end=len(article), score=1.0)]
    support = find_support(statement, language, windows(read, {"a": "it"}), question)
    assert not support or not missing_atoms(find_atoms(statement, language), support)


TARGETS: dict[str, Callable[[bytes], None]] = {
    target.__name__: target for target in (read_files, read_formats, cut_sentences, look_for_atoms, check_statements)
}


def main() -> None:
    if len(sys.argv) == 1:
        for name in TARGETS:
            subprocess.run([sys.executable, __file__, name, f"-runs={RUNS}"], check=True)  # noqa: S603 - this file
        return
    target = TARGETS[sys.argv.pop(1)]
    atheris.Setup(sys.argv, target)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
