"""``models``: which files of weights there are, fetched and checked."""

from dataclasses import asdict

import typer

from qa.cli.session import AsJson, Commands, Model, print_json
from qa.display import show_files, show_recommended
from qa.terminal import FAILURE, messages, output, plain

models_app = typer.Typer(cls=Commands, help="Show, fetch and check model files.", invoke_without_command=True)


@models_app.callback()
def models(context: typer.Context, as_json: AsJson = False) -> None:
    """Show which model files are cached, and local models to choose from."""
    if context.invoked_subcommand:
        return
    from qa.models.artifacts import ARTIFACTS, hub_files, status
    from qa.models.recommended import RECOMMENDED

    settings = context.obj.settings
    statuses = [status(artifact, settings.cache_dir) for artifact in ARTIFACTS] + hub_files(settings.cache_dir)
    if as_json:
        print_json({"files": [asdict(s) for s in statuses], "recommended": [asdict(m) for m in RECOMMENDED]})
    else:
        show_files(output(), settings.cache_dir, statuses)
        show_recommended(output(), RECOMMENDED, settings.model)


@models_app.command()
def pull(context: typer.Context, model: Model = None) -> None:
    """Fetch the model files that the settings need, so that everything else runs without a network."""
    from qa.models.artifacts import EMBEDDER, fetch
    from qa.models.progress import rich_progress
    from qa.models.weights import fetch_weights

    settings = context.obj.settings
    progress = rich_progress(messages())
    weights = fetch_weights(settings.replace(model=model) if model else settings, progress)
    if weights:
        output().print(plain(f"{weights} is ready."))
    # Whichever model embeds the articles, the reader is this one.
    output().print(plain(f"{fetch(EMBEDDER, settings.cache_dir, progress=progress)} is ready."))


@models_app.command()
def verify(context: typer.Context) -> None:
    """Read the cached model files in full and compare their hashes; exit code 1 if one is missing or wrong."""
    from qa.models.artifacts import EMBEDDER, LANGUAGE_MODEL, verify

    settings = context.obj.settings
    found = {artifact: verify(artifact, settings.cache_dir) for artifact in (LANGUAGE_MODEL, EMBEDDER)}
    show_files(output(), settings.cache_dir, found.values())
    unused = LANGUAGE_MODEL if settings.model != "local" else None
    if any(not status.verified and (status.cached or artifact != unused) for artifact, status in found.items()):
        output().print("`qa models pull` fetches what is missing or wrong.")
        raise typer.Exit(FAILURE)
