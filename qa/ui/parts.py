"""Components that several parts of the page use alike."""

from pathlib import Path

import gradio as gr

STATIC = Path(__file__).with_name("static")
"""Style and scripts."""


def script(name: str) -> str:
    """Return one of the page's own scripts."""
    return (STATIC / f"{name}.js").read_text("utf-8")


def status_line(elem_id: str) -> gr.HTML:
    """Return a line whose changes a screen reader says aloud."""
    template = '<div role="status">${value}</div>'
    return gr.HTML(elem_id=elem_id, elem_classes="status", html_template=template, apply_default_css=False)


def reader(elem_id: str, behaviour: str = "reader") -> gr.HTML:
    """Return a panel that shows an article; ``behaviour`` names its script."""
    return gr.HTML(
        elem_id=elem_id,
        elem_classes="reader",
        html_template='<section tabindex="0">${value}</section>',
        js_on_load=script(behaviour),
        apply_default_css=False,
    )
