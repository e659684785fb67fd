"""``gr.Blocks`` whose sessions do not grow."""

from typing import TYPE_CHECKING, Any

import gradio as gr

if TYPE_CHECKING:
    from gradio.block_function import BlockFunction
    from gradio.state_holder import SessionState


class Page(gr.Blocks):
    """The page's blocks, whose sessions hold each component once.

    Gradio 6.25 makes a new component of every update, and to leave a component as it is counts as one; when a plain value
    comes after, it keeps that component under its own number besides, for as long as the session lasts: 0.1 MB a question.
    """

    async def postprocess_data(
        self, block_fn: "BlockFunction", predictions: Any, state: "SessionState | None"
    ) -> list[Any]:
        """Return what is sent to the browser, and forget the components that are not of the page."""
        sent = await super().postprocess_data(block_fn, predictions, state)
        if state is not None:
            held = state.blocks_config.blocks
            for stray in held.keys() - self.blocks.keys():
                del held[stray]
                state.config_values.pop(stray, None)
        return sent
