"""``sync`` and ``articles``."""

import typer

from qa.cli.session import AsJson, print_json
from qa.display import reading_bar, show_articles, show_sync
from qa.terminal import FAILURE, output


def sync(context: typer.Context, as_json: AsJson = False) -> None:
    """Bring the index in line with the article files; exit code 1 if one cannot be read."""
    with context.obj.open() as bot, reading_bar() as progress:
        report = bot.sync(progress)
    if as_json:
        print_json(report.model_dump(mode="json"))
    else:
        show_sync(output(), report)
    if report.rejected:
        raise typer.Exit(FAILURE)


def articles(context: typer.Context, as_json: AsJson = False) -> None:
    """List the articles that answers are taken from."""
    with context.obj.open() as bot:
        found = bot.articles()
    if as_json:
        print_json([article.model_dump(mode="json") for article in found])
    else:
        show_articles(output(), found)
