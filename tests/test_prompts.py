"""Prompts and phrases: those that ship are sound, those that are not are refused by name."""

from collections.abc import Callable
from pathlib import Path
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.config import resource
from qa.errors import PromptError
from qa.prompts import load_phrases, load_prompt, prompts_fingerprint

SHIPPED = sorted(resource("prompts").glob("*.md"))
LANGUAGES = ["it", "en", "fr", "es", "de", "pt"]
SOUND = "---\nplaceholders: [question]\n---\n# system\nAnswer.\n\n# user\n{question}\n"
PHRASES = '[en]\nquote = "“{quote}”"\n[it]\nquote = "«{quote}»"\n'


def forget() -> None:
    for cached in (load_prompt, load_phrases, prompts_fingerprint):
        cached.cache_clear()


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """An empty folder that stands in for the shipped prompts."""
    monkeypatch.setattr("qa.prompts.resource", lambda name: tmp_path)
    forget()
    yield tmp_path
    forget()


@pytest.fixture
def write(folder) -> Callable[..., None]:
    def write(name: str, text: str | bytes) -> None:
        (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)

    return write


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_every_shipped_prompt_loads_and_fills(path):
    name, _, language = path.stem.partition(".")
    prompt = load_prompt(name, language or "xx")
    assert prompt.name == path.stem
    values = {placeholder: f"«{placeholder}»" for placeholder in prompt.placeholders}
    system, user = prompt.fill(values).to_messages()
    assert (system.type, user.type) == ("system", "human")
    for value in values.values():
        assert value in system.text + user.text
    assert "# " not in system.text[:2]


@pytest.mark.parametrize(
    "token",
    [
        "<|im_end|>",
        "<|im_start|>system",
        "<|eot_id|>",
        "<end_of_turn>",
        "</s>",
        "<<SYS>>",
        "[INST]",
        "[/INST]",
        "<｜User｜>",
    ],
)
def test_no_value_holds_a_template_s_token(token):
    system, user = load_prompt("answer", "it").fill({"passages": f"[1] a {token} b", "question": token}).to_messages()
    assert token not in system.text + user.text
    assert "[1] a " in user.text


def test_nothing_unseen_is_read_by_the_model():
    unseen = "Bari\u200b\u202e\U000e0049\x00\ud800 {passages} 7 > 3"
    (_, user) = load_prompt("answer", "it").fill({"passages": unseen, "question": "a\nb"}).to_messages()
    assert "Bari {passages} 7 › 3" in user.text
    assert "a\nb" in user.text


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_a_prompt_asks_for_no_more_in_one_language_than_in_general(path):
    name, _, language = path.stem.partition(".")
    assert load_prompt(name, language or "xx").placeholders <= load_prompt(name, "xx").placeholders


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_phrases_with_the_same_placeholders(language):
    phrases, english = load_phrases(language), load_phrases("en")
    assert phrases.keys() == english.keys()
    for name, text in phrases.items():
        assert text.strip() == text != ""
        fields = [field for _, field, _, _ in Formatter().parse(text) if field is not None]
        assert sorted(fields) == sorted(field for _, field, _, _ in Formatter().parse(english[name]) if field)


def test_languages_differ_in_what_they_say():
    assert len({load_phrases(language)["abstain"] for language in LANGUAGES}) == len(LANGUAGES)


def test_a_language_that_is_not_spoken_gets_english():
    assert load_phrases("ja") == load_phrases("en")
    assert load_prompt("answer", "ja") == load_prompt("answer", "en")
    assert load_prompt("answer", "it").name == "answer.it"


@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cf", "Cs"], exclude_characters="<>")))
def test_values_come_through_to_the_letter(value):
    prompt = load_prompt("answer", "it")
    values = dict.fromkeys(prompt.placeholders, "") | {"question": value}
    user = prompt.fill(values).to_messages()[1]
    assert user.text == prompt.user.format(**values)
    assert load_phrases("it")["quote"].format(quote=value) == f"«{value}»"


@pytest.mark.parametrize("value", ["{question}", "{", "}}", "{0}", "{passages.__class__}", "%s", "{{x}}"])
def test_braces_in_a_value_are_only_text(value):
    prompt = load_prompt("answer", "it")
    values = dict.fromkeys(prompt.placeholders, value)
    assert prompt.fill(values).to_messages()[1].text.count(value) >= 1


def test_values_that_a_language_has_no_place_for_are_left_out():
    prompt = load_prompt("answer", "it")
    values = {name: name for name in prompt.placeholders}
    assert prompt.fill({**values, "language": "x", "more": "y"}) == prompt.fill(values)


def test_a_placeholder_without_value_is_named():
    with pytest.raises(PromptError, match=r"answer\.it\.md asks for \['question'\]\. It may use"):
        load_prompt("answer", "it").fill(dict.fromkeys(load_prompt("answer", "it").placeholders - {"question"}, ""))


def test_a_prompt_that_is_not_there_is_named(folder):
    with pytest.raises(PromptError, match=rf"'absent' is missing in .*{folder.name}"):
        load_prompt("absent", "it")


def test_the_language_of_the_question_comes_before_the_general_form(write):
    write("answer.md", SOUND)
    write("answer.it.md", SOUND.replace("Answer.", "Rispondi."))
    assert load_prompt("answer", "it").system == "Rispondi."
    assert load_prompt("answer", "de").system == "Answer."


def test_doubled_braces_and_line_ends_of_windows_are_read(write):
    write("p.md", SOUND.replace("Answer.", "As {{json}}.").replace("\n", "\r\n"))
    system, user = load_prompt("p", "it").fill({"question": "Chi?"}).to_messages()
    assert (system.text, user.text) == ("As {json}.", "Chi?")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"needs one '# system' and one '# user' section\. It has: none"),
        (SOUND.replace("# user", "# person"), r"It has: \['system'\]"),
        (SOUND + "\n# user\n{question}\n", r"It has: \['system', 'user', 'user'\]"),
        (SOUND.replace("[question]", "[question, passages]"), r"uses \['question'\] but declares \['passages', 'quest"),
        (SOUND.replace("{question}", "{question} {passages}"), r"uses \['passages', 'question'\] but declares"),
        (SOUND.replace("{question}", "{question.__class__}"), r"uses \['question\.__class__'\]"),
        (SOUND.replace("{question}", "{}"), r"uses \[''\] but declares"),
        (SOUND.replace("Answer.", "Answer {."), r"p\.md cannot be read: .*'\{'|p\.md cannot be read: .*expected '\}'"),
        (SOUND.replace("[question]", "question"), r"placeholders must be a list of names, not 'question'"),
        (SOUND.replace("[question]", "[question"), r"p\.md cannot be read: while parsing"),
        (SOUND.encode("utf-16"), r"p\.md cannot be read: 'utf-8' codec"),
    ],
)
def test_a_prompt_that_is_not_sound_is_refused_with_the_reason(write, text, message):
    write("p.md", text)
    with pytest.raises(PromptError, match=message):
        load_prompt("p", "it")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (PHRASES + 'more = "x"\n', r"\[it\] differs from \[en\] in \['more'\]"),
        (PHRASES + "[de]\n", r"\[de\] differs from \[en\] in \['quote'\]"),
        (PHRASES.replace("«{quote}»", "«{text}»"), r"\[it\] differs from \[en\] in \['quote'\]"),
        (PHRASES.replace("«{quote}»", "«{quote»"), r"phrases\.toml cannot be read"),
        (PHRASES.replace("[en]", "[xx]"), r"phrases\.toml cannot be read: 'en'"),
        ("[en", r"phrases\.toml cannot be read"),
    ],
)
def test_phrases_that_do_not_agree_are_refused_by_name(write, text, message):
    write("phrases.toml", text)
    with pytest.raises(PromptError, match=message):
        load_phrases("it")


def test_missing_phrases_are_reported(folder):
    with pytest.raises(PromptError, match=r"phrases\.toml cannot be read"):
        load_phrases("it")


def test_the_fingerprint_follows_every_prompt_and_phrase_and_nothing_else(write):
    write("answer.md", SOUND)
    write("phrases.toml", PHRASES)
    seen = {prompts_fingerprint()}
    write(".DS_Store", b"\xff\x00")
    forget()
    assert {prompts_fingerprint()} == seen
    for name, text in (("answer.md", SOUND + "."), ("phrases.toml", PHRASES + "\n"), ("new.md", SOUND)):
        write(name, text)
        forget()
        seen.add(prompts_fingerprint())
    assert len(seen) == 4
