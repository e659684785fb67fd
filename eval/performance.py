"""The commands that measure speed, size and load."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from eval.race import Pair


def bench(
    *,
    limit: Annotated[int, typer.Option(min=0, help="About how many questions both are asked; 0: none.")] = 30,
    soak: Annotated[int, typer.Option(min=0, help="Over how many questions memory is watched; 0: not at all.")] = 0,
    repeats: Annotated[int, typer.Option(min=0, help="How often starts and indexing are measured; 0: not at all.")] = 3,
) -> None:
    """Measure the product beside the chain of LangChain's tutorial, live and in turn; how it starts and what it takes."""
    from eval.bench import bench as measure
    from eval.display import bar
    from eval.measured import save, show
    from qa.config import Settings

    with bar(limit or 1) as advance:

        def heard(_: "Pair") -> None:
            advance()

        measured = measure(Settings(), limit, soak, repeats, heard)
    show(measured, save(measured))


def scale(
    file: Annotated[Path, typer.Argument(help="Paragraphs in SQuAD's format, .json or .json.gz.")],
    passages: Annotated[str, typer.Option(help="Sizes of the collection.")] = "1000,10000,100000",
) -> None:
    """Measure how the index bears many passages, made of the paragraphs of FILE."""
    from eval.measured import save, show
    from eval.scale import scale as measure
    from qa.config import Settings

    measured = measure(file, _numbers(passages), Settings())
    show(measured, save(measured))


def load(
    *,
    people: Annotated[str, typer.Option(help="How many ask at once, one number after the other.")] = "1,4,16",
    seconds: Annotated[float, typer.Option(min=1, max=3600, help="For how long each time.")] = 300,
    quick: Annotated[bool, typer.Option("--quick", help="A canned reply instead of the language model's.")] = False,
) -> None:
    """Let several people at once ask a page on this computer."""
    from eval.load import load as measure
    from eval.measured import save, show

    measured = measure(_numbers(people), seconds, quick=quick)
    show(measured, save(measured))


def page(
    questions: Annotated[
        list[str] | None, typer.Argument(metavar="[QUESTION]...", help="By default three about the seed articles.")
    ] = None,
) -> None:
    """Measure how long it takes from opening the page to the first cited answer: a first start, a new process, and warm."""
    from eval.page import QUESTIONS, measure
    from qa.terminal import output, plain

    for opened in measure(tuple(questions or QUESTIONS)):
        output().print(plain(str(opened)))


def _numbers(text: str) -> list[int]:
    try:
        numbers = [int(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if not numbers or min(numbers) < 1:
        raise typer.BadParameter(f"{text!r} is no list of numbers such as 1,4,16.")
    return numbers
