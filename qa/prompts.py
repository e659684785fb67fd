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

if TYPE_CHECKING:
    from langchain_core.prompt_values import PromptValue
    from langchain_core.prompts import ChatPromptTemplate

_SECTION = re.compile(r"^# (system|user)\s*$", re.MULTILINE)
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
        return self.template.invoke({name: values[name] for name in self.placeholders})


@cache
def load_prompt(name: str, language: str) -> Prompt:
    """Return the prompt ``name`` in ``language``, or its general form where there is none in that language.

    Args:
        name: File name without language and ending.
        language: ISO 639-1 code of the question.

    Raises:
        PromptError: The file is missing, lacks a section, or does not use exactly the placeholders it declares.
    """
    import frontmatter  # brings a YAML parser along

    folder = resource("prompts")
    path = next((p for p in (folder / f"{name}.{language}.md", folder / f"{name}.md") if p.is_file()), None)
    if path is None:
        raise PromptError(
            f"The prompt {name!r} is missing in {folder}.", hint="Reinstall the package or restore the file."
        )
    try:
        document = frontmatter.loads(path.read_text(encoding="utf-8"))
        declared = frozenset(_names(document.metadata.get("placeholders")))
        parts = _SECTION.split(document.content)[1:]
        used = frozenset(_fields(*parts[1::2]))
    except ValueError as error:  # no UTF-8, a lone brace
        raise PromptError(f"{path.name} cannot be read: {error}.", hint=_RESTORE) from error
    except yaml.YAMLError as error:
        raise PromptError(f"The front matter of {path.name} is no YAML: {error}.", hint=_RESTORE) from error
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
        PromptError: The languages of ``phrases.toml`` do not all have the same phrases.
    """
    phrases: dict[str, dict[str, str]] = tomllib.loads(
        (resource("prompts") / "phrases.toml").read_text(encoding="utf-8")
    )
    names = set(phrases[DEFAULT_LANGUAGE])
    for code, table in phrases.items():
        if set(table) != names:
            raise PromptError(
                f"phrases.toml: [{code}] differs from [{DEFAULT_LANGUAGE}] in {sorted(set(table) ^ names)}.",
                hint="Complete it.",
            )
    return phrases.get(language, phrases[DEFAULT_LANGUAGE])


@cache
def prompts_fingerprint() -> str:
    """Hash of every file in ``prompts/``."""
    files = sorted(p for p in resource("prompts").iterdir() if p.is_file())
    return fingerprint([(p.name, p.read_text(encoding="utf-8")) for p in files])
