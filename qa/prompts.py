"""Prompts and the product's own phrases: files in ``prompts/``, loaded, validated and hashed.

A prompt is a Markdown file with ``placeholders`` in its front matter and one ``# system`` and one ``# user`` section.
``answer.it.md`` is the Italian form of the prompt ``answer``; ``answer.md`` serves every other language.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache, cached_property
from string import Formatter
from typing import TYPE_CHECKING

from pydantic import ConfigDict

from qa.config import fingerprint, resource
from qa.errors import PromptError
from qa.schema import Record
from qa.text import visible

if TYPE_CHECKING:
    from langchain_core.prompt_values import PromptValue
    from langchain_core.prompts import ChatPromptTemplate

_SECTION = re.compile(r"^# (system|user)\s*$", re.MULTILINE)
_BRACKETS = str.maketrans("<>", "‹›")
_INSTRUCTION = re.compile(r"\[(/?INST)\]", re.IGNORECASE)  # Mistral's
_RESTORE = "Correct the file, or reinstall the package."
DEFAULT_LANGUAGE = "en"


class Prompt(Record):
    """A validated prompt; ``system`` and ``user`` are templates in Python's format syntax."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))

    name: str
    system: str
    user: str
    placeholders: frozenset[str]

    @cached_property
    def template(self) -> "ChatPromptTemplate":
        """The LangChain template of the two messages."""
        from langchain_core.prompts import ChatPromptTemplate  # half a second that `import qa` must not pay

        return ChatPromptTemplate([("system", self.system), ("user", self.user)])

    def fill(self, values: Mapping[str, str]) -> "PromptValue":
        """Return the messages with the placeholders filled in.

        Values that this language's file has no place for are left out.

        Raises:
            PromptError: The file has a placeholder for which there is no value.
        """
        if missing := self.placeholders - values.keys():
            raise PromptError(f"{self.name}.md asks for {sorted(missing)}.", hint=f"It may use {sorted(values)}.")
        # Not by `invoke`: that is a run that LangSmith would record, questions and articles and all, if the environment says so.
        return self.template.format_prompt(**{name: literal(values[name]) for name in self.placeholders})


def literal(text: str) -> str:
    """Return ``text`` as what a model reads and no template's tokens: an article with "<|im_end|>" in it would end its own quotation.

    Nearly all templates set their tokens in angle brackets, so these become single quotation marks. Characters that nobody sees are left out,
    since a model reads them all the same.
    """
    return _INSTRUCTION.sub(r"(\1)", visible(text).translate(_BRACKETS))


@cache
def load_prompt(name: str, language: str) -> Prompt:
    """Return the prompt ``name`` in ``language``, or its general form where there is none in that language.

    Args:
        name: File name without language and ending.
        language: ISO 639-1 code of the question.

    Raises:
        PromptError: The file is missing, cannot be read, lacks a section or has one twice, or does not use exactly the
            placeholders it declares.
    """
    import frontmatter  # brings the YAML parser along
    import yaml

    folder = resource("prompts")
    path = next((p for p in (folder / f"{name}.{language}.md", folder / f"{name}.md") if p.is_file()), None)
    if path is None:
        raise PromptError(f"The prompt {name!r} is missing in {folder}.", hint=_RESTORE)
    try:
        document = frontmatter.loads(path.read_text(encoding="utf-8"))
        declared = frozenset(_names(document.metadata.get("placeholders")))
        parts = _SECTION.split(document.content)[1:]
        used = frozenset(_fields(*parts[1::2]))
    except (OSError, ValueError, yaml.YAMLError) as error:  # not UTF-8, a lone brace, no YAML
        raise PromptError(f"{path.name} cannot be read: {error}.", hint=_RESTORE) from error
    if sorted(parts[::2]) != ["system", "user"]:
        raise PromptError(
            f"{path.name} needs one '# system' and one '# user' section.", hint=f"It has: {parts[::2] or 'none'}."
        )
    if used != declared:
        raise PromptError(
            f"{path.name} uses {sorted(used)} but declares {sorted(declared)}.", hint="Make the two agree."
        )
    sections = dict(zip(parts[::2], (text.strip() for text in parts[1::2]), strict=True))
    return Prompt(name=path.stem, system=sections["system"], user=sections["user"], placeholders=used)


def _names(declared: object) -> list[str]:
    if declared is None:
        return []
    if isinstance(declared, list) and all(isinstance(name, str) for name in declared):
        return declared
    raise ValueError(f"placeholders must be a list of names, not {declared!r}")


def _fields(*texts: str) -> set[str]:
    """Return the placeholders of some texts in Python's format syntax."""
    return {field for text in texts for _, field, _, _ in Formatter().parse(text) if field is not None}


@cache
def load_phrases(language: str) -> dict[str, str]:
    """Return the sentences the product itself says in ``language``, or in English where it does not speak it.

    Raises:
        PromptError: The file cannot be read, or its languages do not all have the same phrases and placeholders.
    """
    path = resource("prompts") / "phrases.toml"
    try:
        phrases: dict[str, dict[str, str]] = tomllib.loads(path.read_text(encoding="utf-8"))
        forms = {code: {name: _fields(text) for name, text in table.items()} for code, table in phrases.items()}
        model = forms[DEFAULT_LANGUAGE]
    except (OSError, ValueError, KeyError) as error:
        raise PromptError(f"{path.name} cannot be read: {error}.", hint=_RESTORE) from error
    for code, form in forms.items():
        if unlike := sorted(name for name in form.keys() | model.keys() if form.get(name) != model.get(name)):
            raise PromptError(f"{path.name}: [{code}] differs from [{DEFAULT_LANGUAGE}] in {unlike}.", hint=_RESTORE)
    return phrases.get(language, phrases[DEFAULT_LANGUAGE])


@cache
def prompts_fingerprint() -> str:
    """Hash of every prompt and of the phrases."""
    files = sorted(p for p in resource("prompts").iterdir() if p.suffix in {".md", ".toml"})
    return fingerprint([(p.name, p.read_text(encoding="utf-8")) for p in files])
