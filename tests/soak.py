"""Mixed use of the page by several people for a while: ``python tests/soak.py --people 4 --minutes 60``.

The page runs in a process of its own, its language model is a small server that now and then does what servers do on bad
days, and beside it a worker that brings the index in line is killed again and again. Everybody asks, follows up, stops,
leaves, uploads, pastes and removes, over the protocol that the page itself speaks. What is not a clear message counts as an
error; memory, open files and threads of the page are watched. Linux only. ``--real`` runs the real models.
"""

import argparse
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import httpx
from model_server import ModelServer, cut, events, hang, model_server, refuse, say

ROOT = Path(__file__).parent.parent
PATIENCE = 180.0
GROWTH, MORE_FILES, MORE_THREADS = 0.10, 24, 24
"""How much more memory, open files and threads there may be at the end than once everything was warm."""
ADDED = 20
"""Articles that each person has at most."""
QUESTIONS = (
    "Chi allenava il Bari prima di Carrera?",
    "Contro chi ha vinto la Supercoppa a Mosca?",
    "Quante presenze ha collezionato Carrera con il Bari?",
    "Who was Conte's assistant?",
    "Quanto è alto il Monte Bianco?",
    "Quando è nato Massimo Carrera?",
    "😀",
    "{passages} {{question}} <script>alert(1)</script>",
)
FOLLOW_UPS = ("E dopo?", "Quando?", "E contro chi?", "Perché?")
FAULTS = (
    refuse(500, "failed to allocate compute buffers", Retry_After="0.01"),
    refuse(429, "slow down", Retry_After="0.01"),
    refuse(400, "request (9000 tokens) exceeds the available context size (4096 tokens)"),
    cut("La vittoria della", in_order=False),
    events("{not json"),
    hang,
)


@dataclass
class Log:
    """What happened, by kind, and what should not have."""

    done: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)


class Person:
    """Somebody with the page open, as a browser is."""

    def __init__(self, url: str, log: Log, seed: int) -> None:
        self.log = log
        self.random = random.Random(seed)  # noqa: S311 - no secret
        self.client = httpx.Client(base_url=url, timeout=PATIENCE, trust_env=False)
        self.session = uuid4().hex
        config = self.client.get("/config").raise_for_status().json()
        named = {component["id"]: component["props"].get("elem_id") for component in config["components"]}
        self.functions = {
            (named.get(target), event): (dependency["id"], len(dependency["inputs"]))
            for dependency in config["dependencies"]
            for target, event in dependency["targets"]
        }
        self.added: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def act(self) -> None:
        """Do something."""
        ways = (
            self.ask,
            self.ask,
            self.follow_up,
            self.stop,
            self.leave,
            self.program,
            self.upload,
            self.bad_upload,
            self.paste,
            self.remove,
        )
        way = self.random.choice(ways)
        try:
            way()
            self.log.done[way.__name__] += 1
        except (httpx.HTTPError, KeyError, ValueError, AssertionError) as error:
            self.log.errors.append(f"{way.__name__}: {type(error).__name__}: {error}")

    def ask(self) -> None:
        self._whole("conversation", "clear", [])
        self._whole("question", "submit", [self.random.choice(QUESTIONS), None])

    def follow_up(self) -> None:
        self._whole("question", "submit", [self.random.choice(FOLLOW_UPS), None])

    def stop(self) -> None:
        with closing(self._call("question", "submit", [self.random.choice(QUESTIONS), None])) as messages:
            for number, _ in enumerate(messages):
                if number == 2:
                    self._join("question", "stop", [])

    def leave(self) -> None:
        with closing(self._call("question", "submit", [self.random.choice(QUESTIONS), None])) as messages:
            for _ in zip(range(self.random.randrange(1, 5)), messages, strict=False):
                pass
        self.session = uuid4().hex

    def program(self) -> None:
        event = self.client.post(
            "/gradio_api/call/ask", json={"data": [self.random.choice(QUESTIONS), []]}
        ).raise_for_status()
        reply = self.client.get(f"/gradio_api/call/ask/{event.json()['event_id']}").raise_for_status()
        if "event: complete" not in reply.text:
            self._told(reply.text)

    def upload(self) -> None:
        self._make_room()
        name = f"nota-{self.session[:6]}-{self.random.randrange(1000)}.txt"
        text = f"Massimo Carrera ha allenato la squadra {name} nel {self.random.randrange(1980, 2020)}. Era il vice di Conte."
        self._upload(name, text.encode())
        self.added.append(name)

    def bad_upload(self) -> None:
        self._upload(
            self.random.choice(("a.pdf", "b.docx", "c.txt", "d.html")),
            self.random.randbytes(self.random.randrange(4000)),
        )

    def paste(self) -> None:
        self._make_room()
        title = f"Nota {self.random.randrange(10000)}"
        self._whole("paste-add", "click", [f"Carrera ha vinto con la squadra {title}.", title, "2021-02-09"])
        self.added.append(f"{title}.md")

    def remove(self) -> None:
        if self.added:
            self._whole("articles", "select", [], {"action": "remove", "source": self.added.pop()})

    def _make_room(self) -> None:
        """Remove an article where there are as many as may be: memory would grow with them, as it should."""
        if len(self.added) == ADDED:
            self.remove()

    def _upload(self, name: str, data: bytes) -> None:
        (path,) = self.client.post("/gradio_api/upload", files={"files": (name, data)}).raise_for_status().json()
        file = {"path": path, "orig_name": name, "meta": {"_type": "gradio.FileData"}}
        self._whole("upload", "upload", [[file]])

    def _join(self, target: str, event: str, data: list[Any], event_data: Any = None) -> str:
        number, inputs = self.functions[target, event]
        assert len(data) == inputs, (target, event, inputs)
        body = {"fn_index": number, "data": data, "event_data": event_data, "session_hash": self.session}
        return str(self.client.post("/gradio_api/queue/join", json=body).raise_for_status().json()["event_id"])

    def _call(self, target: str, event: str, data: list[Any], event_data: Any = None) -> Iterator[dict[str, Any]]:
        """Yield what the page hears of one event."""
        wanted = self._join(target, event, data, event_data)
        with self.client.stream("GET", "/gradio_api/queue/data", params={"session_hash": self.session}) as lines:
            for line in lines.iter_lines():
                message = json.loads(line.removeprefix("data: ")) if line.startswith("data: ") else {}
                if message.get("event_id") == wanted:
                    yield message
                    if message["msg"] == "process_completed":
                        return
        raise ValueError("the page ended the connection in the middle of an event")

    def _whole(self, target: str, event: str, data: list[Any], event_data: Any = None) -> None:
        for message in self._call(target, event, data, event_data):
            if message["msg"] == "process_completed" and not message["success"]:
                self._told(json.dumps(message["output"]))

    def _told(self, text: str) -> None:
        """Count a message of the page: a clear one is words for people, not the name of an exception."""
        if not text.strip() or '"error": null' in text or "Traceback" in text or "data: null" in text:
            raise ValueError(f"no clear message: {text[:300]}")
        self.log.told[text[:120]] += 1


@dataclass
class Watched:
    """What the page's process held at a moment."""

    seconds: float
    memory: int
    files: int
    threads: int

    @classmethod
    def now(cls, pid: int, began: float) -> Self:
        status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
        files = len(os.listdir(f"/proc/{pid}/fd"))  # noqa: PTH208 - nothing but their number
        return cls(time.monotonic() - began, int(status["VmRSS"].split()[0]) * 1024, files, int(status["Threads"]))


def page(folder: Path, model_url: str) -> None:
    """Serve the page until standard input ends; with the real models where there is no address of a model's server."""
    from qa.logs import configure_logging
    from qa.ui.loading import Loading
    from qa.ui.server import serving

    with bot_of(folder, model_url) as bot:
        configure_logging(bot.settings)
        loading = Loading()
        with serving(bot, loading) as url:
            loading.start(bot)
            while not loading.ready and not loading.failure:
                time.sleep(0.1)
            print(url, flush=True)  # noqa: T201 - for the parent process
            sys.stdin.read()


def bot_of(folder: Path, model_url: str) -> Any:
    from fakes import SmallEmbeddings, SmallReader

    from qa.config import Settings
    from qa.pipeline import QA

    settings = Settings(data_dir=folder / "data", sources=(ROOT / "seeds",), runs_dir=None)
    if not model_url:
        return QA(settings)
    by_url = settings.replace(model="openai:soak", model_base_url=model_url, model_timeout=5)
    return QA(by_url, embeddings=SmallEmbeddings(), reader=SmallReader())


def crash(folder: Path, model_url: str, ended: threading.Event, log: Log) -> None:
    """Start a worker that brings the index in line, and kill it at a random moment, again and again."""
    chance = random.Random(0)  # noqa: S311 - no secret
    number = 0
    while not ended.wait(chance.uniform(3, 9)):
        number += 1
        article = folder / "data" / "articles" / f"worker-{number}.txt"
        article.parent.mkdir(parents=True, exist_ok=True)
        article.write_text(f"Carrera ha visto il lavoratore numero {number} cadere. " * 30, encoding="utf-8")
        for old in list(article.parent.glob("worker-*.txt"))[:-5]:
            old.unlink(missing_ok=True)
        with subprocess.Popen([sys.executable, __file__, "--worker", str(folder), "--model", model_url]) as worker:  # noqa: S603 - this file
            ended.wait(chance.uniform(2, 12))
            worker.send_signal(signal.SIGKILL)
        log.done["worker killed" if worker.returncode < 0 else "worker done"] += 1


@contextmanager
def served(folder: Path, model_url: str) -> Iterator[tuple[int, str, list[str]]]:
    """Run the page in a process; its process number, address, and what it writes to standard error."""
    command = [sys.executable, __file__, "--page", str(folder), "--model", model_url]
    with subprocess.Popen(  # noqa: S603 - this file
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        said: list[str] = []
        reader = threading.Thread(target=said.extend, args=(process.stderr,), daemon=True)
        reader.start()
        try:
            yield process.pid, process.stdout.readline().strip(), said
        finally:
            process.stdin.close()
            process.wait(60)
            reader.join(5)


def soak(people: int, minutes: float, pause: float, folder: Path, model: ModelServer | None) -> bool:
    """Let people use the page, each with ``pause`` seconds between two actions on the average, and print what came of it; whether it is well."""
    log, seen, ended = Log(), [], threading.Event()
    url_of_model = model.url if model else ""
    with served(folder, url_of_model) as (pid, url, said):
        began = time.monotonic()
        end = began + minutes * 60

        def use(seed: int) -> None:
            with Person(url, log, seed) as person:
                while time.monotonic() < end and len(log.errors) < 1000:
                    person.act()
                    ended.wait(person.random.expovariate(1 / pause) if pause else 0)

        def watch() -> None:
            chance = random.Random(1)  # noqa: S311 - no secret
            while not ended.wait(min(10, minutes * 2)):
                seen.append(Watched.now(pid, began))
                if model and chance.random() < 0.4:
                    model.script.append(chance.choice(FAULTS))

        with ThreadPoolExecutor(people + 2) as pool:
            side: list[Callable[[], None]] = [watch, lambda: crash(folder, url_of_model, ended, log)]
            beside = [pool.submit(task) for task in side]
            for task in [pool.submit(use, seed) for seed in range(people)]:
                task.result()
            ended.set()
            for task in beside:
                task.result()
        seen.append(Watched.now(pid, began))
    return report(log, seen, said)


def report(log: Log, seen: list[Watched], said: list[str]) -> bool:
    """Print what happened and a verdict."""
    warm, last = seen[len(seen) // 4 : len(seen) // 2], seen[-max(1, len(seen) // 4) :]
    grown = {
        name: (statistics.median(getattr(w, name) for w in warm), statistics.median(getattr(w, name) for w in last))
        for name in ("memory", "files", "threads")
    }
    broken = [line for line in said if "Traceback" in line or " ERROR " in line or "CRITICAL" in line]
    checks = {
        "errors that are no clear message": not log.errors,
        "tracebacks in the log": not broken,
        "memory": grown["memory"][1] <= grown["memory"][0] * (1 + GROWTH),
        "files": grown["files"][1] <= grown["files"][0] + MORE_FILES,
        "threads": grown["threads"][1] <= grown["threads"][0] + MORE_THREADS,
    }
    lines = [f"{w.seconds:6.0f} s  {w.memory / 1e6:7.1f} MB  {w.files:4d} files  {w.threads:3d} threads" for w in seen]
    lines += [f"{count:6d} {what}" for what, count in sorted(log.done.items())]
    lines += [f"{count:6d} told: {what}" for what, count in log.told.most_common(20)]
    lines += [f"error: {error}" for error in log.errors[:20]] + [f"log: {line.rstrip()}" for line in said[-40:]]
    lines += [f"{name}: {before:.4g} once warm, {after:.4g} at the end" for name, (before, after) in grown.items()]
    lines += [f"{'ok' if well else 'NOT WELL':8} {name}" for name, well in checks.items()]
    print("\n".join(lines))  # noqa: T201 - its purpose
    return all(checks.values())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=4)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--pause", type=float, default=2, help="seconds between what one person does, on the average")
    parser.add_argument("--real", action="store_true", help="the real models instead of small ones")
    parser.add_argument("--page", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--worker", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--model", default="", help=argparse.SUPPRESS)
    given = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    if given.page:
        page(given.page, given.model)
        return 0
    if given.worker:
        with bot_of(given.worker, given.model) as bot:
            bot.sync()
        return 0
    with tempfile.TemporaryDirectory() as folder:
        if given.real:
            return not soak(given.people, given.minutes, given.pause, Path(folder), None)
        with model_server() as model:
            model.otherwise = say(
                "La vittoria della Supercoppa contro la Lokomotiv Mosca fu l’unica gioia dell’annata."
            )
            return not soak(given.people, given.minutes, given.pause, Path(folder), model)


if __name__ == "__main__":
    sys.exit(main())
