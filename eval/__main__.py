"""``python -m eval``: score a change, compare it, gate it, report it."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eval.cases import SET_NAMES
from eval.performance import bench, load, page, scale
from qa.logs import configure_logging
from qa.terminal import FAILURE, console_handler, explained_errors, messages, output, plain, tolerate_narrow_encodings

if TYPE_CHECKING:
    from eval.compare import Comparison
    from eval.runs import Run

app = typer.Typer(
    name="eval",
    help="Scores the product on the gold questions. Begin with `python -m eval run`, then `python -m eval report`.",
    no_args_is_help=True,
    add_completion=False,
)


@app.command()
def run(
    *,
    sets: Annotated[
        list[str] | None, typer.Option("--set", help=f"{', '.join(SET_NAMES)}; may be repeated. Default: all.")
    ] = None,
    categories: Annotated[list[str] | None, typer.Option("--category", help="Only this; may be repeated.")] = None,
    cases: Annotated[
        list[str] | None, typer.Option("--case", help="Only the case of this id; may be repeated.")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="A fixed sample of about 30 questions.")] = False,
    tuning: Annotated[bool, typer.Option("--tuning", help="Leave the held-out questions out.")] = False,
    live: Annotated[bool, typer.Option("--live", help="Ask the model everything anew, and measure times.")] = False,
    recheck: Annotated[
        float, typer.Option(min=0, max=1, help="Share of the cases asked live beside the record.")
    ] = 0.0,
    model: Annotated[str | None, typer.Option(metavar="MODEL", help="Another model, as in QA_MODEL.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Do not go on with an interrupted run.")] = False,
) -> None:
    """Ask the gold questions and score the answers."""
    from eval.display import show_run, tally
    from eval.run import begin, execute, prepare
    from eval.selection import choose, select
    from qa.config import Settings
    from qa.models.progress import rich_progress

    settings = Settings() if model is None else Settings(model=model)
    configure_logging(settings, console_handler())
    selection = select(
        sets or SET_NAMES,
        categories or (),
        cases or (),
        quick=quick,
        holdout=not tuning,
        live=live,
        recheck=recheck,
    )
    case_sets = choose(selection)
    subject = prepare(settings, progress=rich_progress(messages()), live=live)
    started = begin(subject, selection, case_sets, resume=not fresh)
    if started.samples:
        messages().print(f"Going on with {started.info.id}: {len(started.samples)} of {started.info.total} are done.")
    with tally(started.info.total) as listener:
        finished = execute(subject, started, case_sets, listener)
    show_run(finished)


Named = Annotated[str | None, typer.Argument(metavar="[RUN]", help="A run; by default the newest finished one.")]


@app.command()
def compare(
    a: Annotated[str, typer.Argument(help="The run to compare with.")] = "baseline",
    b: Named = None,
) -> None:
    """Show what differs between two runs, and every question that flipped."""
    from eval.compare import compare as compare_runs
    from eval.display import show_comparison
    from eval.runs import find_run

    show_comparison(compare_runs(find_run(a), find_run(b)))


@app.command()
def gate(run: Named = None) -> None:
    """Fail if a run breaks a promise or is worse than the baseline."""
    from eval.baseline import flakes
    from eval.display import show_gate
    from eval.gate import gate as check_run
    from eval.gate import passed
    from eval.runs import find_run

    judged = find_run(run)
    checks = check_run(
        find_run("baseline"), judged, flakes(judged.info.hashes["model"], judged.info.machine.get("vectors", ""))
    )
    show_gate(checks)
    if not passed(checks):
        raise typer.Exit(FAILURE)


@app.command()
def accept(
    run: Named = None,
    part: Annotated[bool, typer.Option("--part", help="Even if it did not ask every question.")] = False,
) -> None:
    """Make a run the baseline, and say what changes."""
    from eval.baseline import accept as accept_run
    from eval.display import show_comparison
    from eval.replies import ReplyFile
    from eval.runs import RunError, find_run

    accepted = find_run(run)
    if not accepted.info.selection.is_whole and not part:
        raise RunError(f"{accepted.info.id} asked a part of the questions.", hint="Run all, or add --part.")
    comparison = against_baseline(accepted)
    if comparison:
        show_comparison(comparison)
    replies = ReplyFile()
    dropped = accept_run(accepted, replies)
    output().print(
        f"{accepted.info.id} is the baseline; {len(replies)} replies kept, {dropped} no longer used dropped."
    )


@app.command()
def report(run: Named = None) -> None:
    """Write a page about a run, and a summary in Markdown, into its folder."""
    from eval.report import write_report
    from eval.runs import find_run

    reported = find_run(run)
    page = write_report(reported, against_baseline(reported))
    output().print(plain(f"{page}\n{page.with_name('summary.md')}"))


def against_baseline(run: "Run") -> "Comparison | None":
    """Return how ``run`` compares with the baseline; None where there is no baseline or nothing in common."""
    from eval.compare import compare as compare_runs
    from eval.runs import BASELINE, RunError, find_run

    if not BASELINE.is_dir() or run.folder == BASELINE:
        return None
    try:
        return compare_runs(find_run("baseline"), run)
    except RunError as error:
        messages().print(plain(str(error)))
        return None


@app.command()
def retrieval(
    file: Annotated[Path, typer.Argument(help="Questions and paragraphs in SQuAD's format, .json or .json.gz.")],
    limit: Annotated[int, typer.Option(min=1, help="How many questions, always the same ones.")] = 600,
) -> None:
    """Measure the retriever alone, beside BM25 alone and dense vectors alone."""
    from eval.display import bar, show_recall
    from eval.retrieval import cache_folder, dense, lexical, measure, product, read_collection
    from qa.config import Settings
    from qa.display import reading_bar
    from qa.models.embeddings import load_embeddings
    from qa.models.progress import rich_progress

    collection = read_collection(file)
    questions = collection.sample(limit)
    settings, folder = Settings(), cache_folder(file)
    embeddings = load_embeddings(settings, rich_progress(messages()))
    with reading_bar() as progress:
        own = product(collection, settings, embeddings, folder, progress)
    rankers = {"the product": own, "BM25": lexical(collection), "dense": dense(collection, embeddings, folder)}
    with bar(len(rankers) * len(questions)) as advance:
        rows = [measure(name, rank, questions, advance) for name, rank in rankers.items()]
    show_recall(rows, len(collection.paragraphs))


app.command()(bench)
app.command()(scale)
app.command()(load)
app.command()(page)


@app.command()
def calibrate(
    sets: Annotated[
        list[str] | None, typer.Option("--set", help="May be repeated. Default: carrera and wider.")
    ] = None,
    rescaled: Annotated[
        bool, typer.Option("--rescale", help="Keep the weights; fit only scale, offset and threshold anew.")
    ] = False,
) -> None:
    """Train the confidence of answers anew on the tuning questions, and store it where the product reads it."""
    from eval.calibrate import rescale, store, train, try_cases
    from eval.display import bar
    from eval.run import prepare
    from eval.selection import choose, select
    from qa.confidence import load_calibration
    from qa.config import Settings
    from qa.models.progress import rich_progress

    names = sets or ["carrera", "wider"]
    case_sets = choose(select(names, (), (), holdout=False))
    subject = prepare(Settings(), progress=rich_progress(messages()))
    with closing(subject.recorder), bar(sum(len(case_set.cases) for case_set in case_sets)) as advance:
        tried = [one for case_set in case_sets for one in try_cases(subject, case_set, advance)]
    options = [*(f"--set {name}" for name in names), *(["--rescale"] if rescaled else [])]
    command = " ".join(["python -m eval calibrate", *options])
    made = {"command": command, "date": datetime.now(UTC).date().isoformat()}
    calibration = rescale(load_calibration(), tried, made) if rescaled else train(tried, made)
    output().print(plain(store(calibration)))


@app.command()
def train(
    epochs: Annotated[int, typer.Option(min=1, help="How often each question is learnt from.")] = 2,
) -> None:
    """Train the reader that comes with the package anew on the dossiers, and store it (an hour or more on two cores)."""
    from eval.display import bar
    from eval.training.reader import train_reader
    from qa.config import Settings
    from qa.models.progress import rich_progress

    made = train_reader(Settings(), epochs, bar, rich_progress(messages()))
    output().print_json(data=made)


@app.command()
def review() -> None:
    """Turn people's feedback on answers into gold cases, one by one."""
    from eval.dialogue import review as walk_through
    from qa.config import Settings

    accepted = walk_through(Settings().data_dir)
    if accepted:
        output().print(f"{accepted} cases accepted; `pytest tests/test_gold.py` checks them.")


def main() -> None:
    """Run the command line."""
    tolerate_narrow_encodings()
    with explained_errors():
        app()


if __name__ == "__main__":
    main()
