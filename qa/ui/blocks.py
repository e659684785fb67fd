"""``gr.Blocks`` whose sessions do not grow."""

from typing import TYPE_CHECKING, Any

import gradio as gr

if TYPE_CHECKING:
    from gradio.block_function import BlockFunction
    from gradio.state_holder import SessionState


class Page(gr.Blocks):
    """The page's blocks, whose sessions hold each component once, and nothing of what it shows.

    Gradio 6.25 makes a new component of every update, and to leave a component as it is counts as one; when a plain value
    comes after, it keeps that component under its own number besides, for as long as the session lasts: 0.1 MB a question.
    It also keeps what every component shows, for deep links, which this page has none of: the lists of articles of 500
    sessions are a lot, and whoever knew a session's number could have its conversation written to the disk.
    """

    async def postprocess_data(
        self, block_fn: "BlockFunction", predictions: Any, state: "SessionState | None"
    ) -> list[Any]:
        """Return what is sent to the browser, and forget the components that are not of the page and what it shows."""
        sent = await super().postprocess_data(block_fn, predictions, state)
        if state is not None:
            held = state.blocks_config.blocks
            for stray in held.keys() - self.blocks.keys():
                del held[stray]
            state.config_values.clear()
        return sent
