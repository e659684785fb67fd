"""Asks the gold questions and scores the answers."""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from eval.cases import Case, CaseSet
from eval.environment import code_hashes, commit, gold_hash, machine, versions
from eval.metrics.answers import score_case
from eval.metrics.scores import failed_case
from eval.recorder import Policy, RecordedChat, Recorder
from eval.replies import REPLIES, ReplyFile
from eval.runs import ROOT, Run, RunInfo, Sample, append, create, list_infos, load_run, write_info, write_samples
from eval.selection import Selection
from qa.config import Settings, fingerprint
from qa.models.chat import ChatModel, load_chat_model
from qa.models.identity import identify
from qa.models.progress import Progress
from qa.models.weights import fetch_weights, weights_path
from qa.pipeline import QA
from qa.prompts import prompts_fingerprint
from qa.schema import Article

if TYPE_CHECKING:
    from qa.models.embeddings import SentenceEmbeddings
    from qa.models.readers import Reader

_RANKED = 10
_RECORDING_THREADS = 2
"""With another number of threads llama.cpp rounds otherwise: one reply in four came out in other words with one."""
Bot = Callable[[Settings, ChatModel, "SentenceEmbeddings", "Reader"], QA]
Listener = Callable[[Sample], None]


@dataclass(frozen=True)
class Subject:
    """What is scored.

    Attributes:
        settings: The pipeline's; ``data_dir`` and ``sources`` are the suite's own for each set.
        recorder: The language model, behind its recorded replies.
        model: The language model's name.
        is_local: Whether it runs in a process that belongs to this one.
        embeddings: The embedding model.
        reader: The reader.
        bot: Makes the pipeline.
        root: Where runs and indexes go.
    """

    settings: Settings
    recorder: Recorder
    model: str
    is_local: bool
    embeddings: "SentenceEmbeddings"
    reader: "Reader"
    bot: Bot = lambda settings, chat, embeddings, reader: QA(settings, chat=chat, embeddings=embeddings, reader=reader)
    root: Path = ROOT

    def open(self, case_set: CaseSet) -> QA:
        """Return the pipeline over the articles of a set, with an index that is no user's."""
        folder = self.root / ".index" / case_set.name
        settings = self.settings.replace(data_dir=folder, sources=case_set.sources, chroma_url=None)
        context = settings.context_tokens
        chat = RecordedChat(self.recorder, self.model, is_local=self.is_local, context_tokens=context)
        return self.bot(settings, chat, self.embeddings, self.reader)


def prepare(
    settings: Settings, *, replies: Path = REPLIES, progress: Progress | None = None, live: bool = False
) -> Subject:
    """Return the product as the settings have it; the language model is loaded when a reply is first missing.

    What is recorded must come out the same wherever and in whichever order it is asked: so a local model then computes
    with a fixed number of threads and keeps nothing of earlier prompts. ``live``, it is as users have it.

    Raises:
        QAError: The settings name no model, or the embedding model cannot be loaded.
    """
    from qa.models.embeddings import load_embeddings
    from qa.models.readers import load_reader

    # The hash of the default's weights is known; those of another hub model have to be here to be hashed.
    weights = fetch_weights(settings, progress) if settings.model.startswith("hf:") else weights_path(settings)
    chat = identify(settings, weights)
    asked = settings if live else settings.replace(model_threads=settings.model_threads or _RECORDING_THREADS)
    identity = fingerprint([chat.fingerprint, "every prompt read whole", asked.model_threads])
    load = partial(load_chat_model, asked, progress, reproducible=not live)
    recorder = Recorder(ReplyFile(replies), chat.fingerprint if live else identity, load)
    embeddings, reader = load_embeddings(settings, progress), load_reader(settings, progress)
    return Subject(settings, recorder, chat.name, weights is not None, embeddings, reader)


def describe(subject: Subject, selection: Selection, case_sets: Sequence[CaseSet]) -> RunInfo:
    """Return what a new run of ``subject`` would be."""
    sha, dirty = commit()
    now = datetime.now(UTC)
    hashes = {
        "model": subject.recorder.fingerprint,
        "embedder": subject.embeddings.fingerprint,
        "reader": subject.reader.fingerprint,
        "prompts": prompts_fingerprint(),
        "settings": subject.settings.fingerprint(),
        "gold": gold_hash(case_sets),
        **code_hashes(),
    }
    return RunInfo(
        id=f"{now:%Y%m%dT%H%M%S}-{sha[:7]}",
        started=now.isoformat(timespec="seconds"),
        commit=sha,
        dirty=dirty,
        selection=selection,
        total=sum(len(case_set.cases) for case_set in case_sets),
        model=subject.model,
        embedder=subject.embeddings.name,
        hashes=hashes,
        versions=versions(),
        machine=machine(),
    )


def begin(subject: Subject, selection: Selection, case_sets: Sequence[CaseSet], *, resume: bool = True) -> Run:
    """Return the newest interrupted run of the same work to go on with, else a new one."""
    info = describe(subject, selection, case_sets)
    if resume:
        for folder, earlier in reversed(list_infos(subject.root)):
            if not earlier.finished and earlier.same_work(info):
                run = load_run(folder)
                write_samples(folder, run.samples)  # without a line that was cut off
                return run
    return create(info, subject.root)


def execute(subject: Subject, run: Run, case_sets: Sequence[CaseSet], listener: Listener = lambda _: None) -> Run:
    """Ask what ``run`` has not asked yet, writing each sample as soon as it is scored.

    Args:
        subject: What is scored.
        run: A new run or an interrupted one.
        case_sets: The questions of its selection.
        listener: Hears of every sample, those of before the interruption first.

    Raises:
        QAError: The language model is needed and cannot be loaded, or an index cannot be made.
    """
    for sample in run.samples:
        listener(sample)
    done = {sample.case.id for sample in run.samples}
    start = time.perf_counter()
    try:
        for case_set in case_sets:
            todo = [case for case in case_set.cases if case.id not in done]
            for sample in _ask_set(subject, case_set, todo, run.info) if todo else ():
                append(run.folder, sample)
                listener(sample)
    finally:
        subject.recorder.close()
        info = run.info.model_copy(update={"seconds": run.info.seconds + time.perf_counter() - start})
        write_info(run.folder, info)
    write_info(run.folder, info.model_copy(update={"finished": True}))
    return load_run(run.folder)


def _ask_set(subject: Subject, case_set: CaseSet, cases: Iterable[Case], info: RunInfo) -> Iterator[Sample]:
    with subject.open(case_set) as bot:
        articles = {entry.source: bot.article(entry.source) for entry in bot.articles()}
        for case in cases:
            subject.recorder.policy = policy_of(case, info)
            sample = ask_case(case_set, case, bot, subject.recorder, articles)
            if subject.recorder.broken:
                raise subject.recorder.broken
            yield sample


def policy_of(case: Case, info: RunInfo) -> Policy:
    """Return when the model is asked for a case; which cases are rechecked is drawn anew for every run."""
    if info.selection.live:
        return "live"
    drawn = random.Random(f"{info.id} {case.id}").random()  # noqa: S311 - a sample, no secret
    return "recheck" if drawn < info.selection.recheck else "recorded"


def ask_case(case_set: CaseSet, case: Case, bot: QA, recorder: Recorder, articles: dict[str, Article]) -> Sample:
    """Ask one question and score the answer.

    A failure of the model counts as a crash, although the pipeline turns it into a polite abstention. Times are kept
    only where every reply was asked anew.
    """
    timed = recorder.policy == "live"
    recorder.take()
    try:
        answer = bot.ask(case.question, history=case.history)
        ranked = bot.retrieve(answer.question or case.question, k=_RANKED) if case.support else None
    except Exception as error:  # noqa: BLE001 - whatever it is, it is this question's result; Ctrl-C passes
        crash = failed_case(case, f"{type(error).__name__}: {error}")
        return Sample(set=case_set.name, case=case, answer=None, score=crash, lookups=recorder.take())
    lookups = recorder.take()
    if not timed:
        answer = answer.model_copy(update={"timings": {}})
    if lookups.failure:
        score = failed_case(case, lookups.failure)
    else:
        score = score_case(case, answer, articles, retrieved=ranked, timed=timed)
    return Sample(set=case_set.name, case=case, answer=answer, score=score, lookups=lookups)
