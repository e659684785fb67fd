"""People who ask a page on this computer over its interface for programs, all at once, each one question after the other."""

import json
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Literal

import httpx

from qa.schema import Record

MOST_PEOPLE, MOST_SECONDS = 64, 3600
_PATIENCE = 600.0
_PAUSE = 1.0
"""Seconds after which somebody whose question was refused asks again."""
Outcome = Literal["answered", "refused", "failed"]


class Asked(Record):
    """A question of one person.

    Attributes:
        person: Which, from 0.
        began: Seconds since everybody began.
        seconds: To the whole answer.
        outcome: ``refused`` where the line was full and the page said so.
        said: The answer's status, or what the page said instead.
    """

    person: int
    began: float
    seconds: float
    outcome: Outcome
    said: str


def ask(client: httpx.Client, question: str) -> tuple[Outcome, str]:
    """Ask one question and wait for the answer."""
    try:
        event = client.post("/gradio_api/call/ask", json={"data": [question, []]}).raise_for_status().json()["event_id"]
        kind = ""
        with client.stream("GET", f"/gradio_api/call/ask/{event}") as lines:
            for line in lines.iter_lines():
                name, _, value = line.partition(": ")
                if name == "event":
                    kind = value
                elif name == "data" and kind in {"complete", "error"}:
                    return _outcome(kind, json.loads(value))
    except (httpx.HTTPError, ValueError) as error:
        return "failed", f"{type(error).__name__}: {error}"
    return "failed", "the page ended the connection without an answer"


def _outcome(kind: str, value: object) -> tuple[Outcome, str]:
    if kind == "complete" and isinstance(value, list):
        return "answered", str(value[0]["status"])
    said = str(value.get("error", value) if isinstance(value, dict) else value)
    return ("refused" if "full" in said or "wait" in said else "failed"), said


def crowd(url: str, people: int, seconds: float, questions: Sequence[str], each: int | None = None) -> list[Asked]:
    """Let so many people ask for so long, or until each has asked ``each`` questions, and return every question.

    The last answers are waited for, so that it takes somewhat longer than ``seconds``.

    Args:
        url: A page on this computer.
        people: How many, at most ``MOST_PEOPLE``.
        seconds: How long, at most ``MOST_SECONDS``.
        questions: What they ask, each person beginning with another one.
        each: How many questions each person asks at most.

    Raises:
        ValueError: Too many, too long, or another computer.
    """
    if httpx.URL(url).host != "127.0.0.1" or people > MOST_PEOPLE or seconds > MOST_SECONDS:
        raise ValueError("A crowd asks this computer only, and is bounded in number and time.")
    together = threading.Barrier(people)

    def person(number: int) -> list[Asked]:
        asked = []
        with httpx.Client(
            base_url=url, timeout=_PATIENCE, trust_env=False, headers={"Accept-Language": "en"}
        ) as client:
            together.wait()
            start = time.perf_counter()
            for turn in count():
                began = time.perf_counter() - start
                if began >= seconds or (each is not None and turn >= each):
                    break
                outcome, said = ask(client, questions[(number * 7 + turn) % len(questions)])
                took = time.perf_counter() - start - began
                asked.append(Asked(person=number, began=began, seconds=took, outcome=outcome, said=said))
                if outcome != "answered":
                    time.sleep(_PAUSE)
        return asked

    with ThreadPoolExecutor(people) as pool:
        return [asked for part in pool.map(person, range(people)) for asked in part]
