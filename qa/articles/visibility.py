"""What a browser would not show of a page: nobody read it, so nobody may be quoted with it."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_UNSEEN_TAGS = frozenset({"script", "style", "template", "noscript", "dialog", "select", "option"})
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|(?:opacity|font-size)\s*:\s*(?:0+(?:\.0+)?|[01](?:\.\d+)?p[xt])(?![.\d])"
    r"|(?<![\w-])(?:(?:left|top|right|bottom|text-indent)\s*:\s*-\d{3,}|margin(?:-left|-top)?\s*:\s*-\d{4,})"  # off the screen
    r"|clip\s*:\s*rect\(\s*[01](?:px)?[\s,]+[01](?:px)?\b|clip-path\s*:\s*inset\(\s*(?:50|100)%|transform\s*:\s*scale\(\s*0\s*\)"
    r"|(?<![\w-])color\s*:\s*(?:transparent|rgba\([^)]*,\s*0(?:\.0+)?\s*\))",
    re.IGNORECASE,
)
_WHITE = dict.fromkeys(("#fff", "#ffffff", "white", "rgb(255,255,255)", "rgb(255, 255, 255)"), "white")
_COLOURS = re.compile(r"(?<![\w-])(color|background(?:-color)?)\s*:\s*([^;!]+)", re.IGNORECASE)
_STYLE_COMMENT = re.compile(r"/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)")
# Rules for printing and animations hide nothing on the page.
_AT_RULE = re.compile(r"@[^{};@]*+(?:;|\{(?:[^{}]*+\{[^{}]*+\})*+[^{}]*+\})")
_CLASS_OR_ID = re.compile(r"(?:[a-z][\w-]*)?([.#][\w-]+)", re.IGNORECASE)


def drop_hidden(page: "HtmlElement") -> None:
    """Remove comments, scripts and elements hidden by an attribute, their style or a plain rule of the page's styles.

    Rules count whose selector is a class or an id, with or without an element's name.
    """
    hidden_names = set(_hidden_names(page))
    unseen = [element for element in page.iter() if _is_hidden(element, hidden_names)]
    for element in unseen:
        element.drop_tree()


def _is_hidden(element: "HtmlElement", hidden_names: set[str]) -> bool:
    if not isinstance(element.tag, str) or element.tag in _UNSEEN_TAGS:
        return True
    if element.tag in {"html", "head", "body"}:
        return False
    names = {f".{name}" for name in (element.get("class") or "").split()} | {f"#{element.get('id')}"}
    return (
        element.get("hidden") is not None
        or element.get("aria-hidden") == "true"
        or _hides(element.get("style") or "")
        or not names.isdisjoint(hidden_names)
    )


def _hides(declarations: str) -> bool:
    """Whether style declarations make text invisible: not shown, off the screen, too small, or in the colour of its background."""
    if _HIDING.search(declarations):
        return True
    colours = {
        name.lower().removesuffix("-color"): value.strip().lower() for name, value in _COLOURS.findall(declarations)
    }
    return "color" in colours and _WHITE.get(colours["color"], colours["color"]) == _WHITE.get(
        colours.get("background", ""), colours.get("background")
    )


def _hidden_names(page: "HtmlElement") -> Iterator[str]:
    for style in page.iter("style"):
        rules = _AT_RULE.sub("", _STYLE_COMMENT.sub("", style.text or ""))
        for rule in rules.split("}"):
            selectors, _, declarations = rule.rpartition("{")
            if _hides(declarations):
                matches = (_CLASS_OR_ID.fullmatch(selector.strip()) for selector in selectors.split(","))
                yield from (match[1] for match in matches if match)
