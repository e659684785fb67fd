"""Waiting with something to tell now and then."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any


async def ticking(events: AsyncGenerator[Any], every: float) -> AsyncGenerator[Any]:
    """Yield what ``events`` yields, and None whenever ``every`` seconds pass without anything; closing it closes them."""
    upcoming = asyncio.ensure_future(anext(events))
    try:
        while True:
            done, _ = await asyncio.wait({upcoming}, timeout=every)
            if not done:
                yield None
                continue
            try:
                event = upcoming.result()
            except StopAsyncIteration:
                return
            upcoming = asyncio.ensure_future(anext(events))
            yield event
    finally:
        upcoming.cancel()
        await asyncio.gather(upcoming, return_exceptions=True)
        await events.aclose()
