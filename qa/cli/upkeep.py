"""``doctor`` and ``password``."""

from dataclasses import asdict
from typing import Annotated

import typer

from qa.cli.session import AsJson, print_json
from qa.display import show_diagnosis
from qa.terminal import FAILURE, output


def doctor(context: typer.Context, as_json: AsJson = False) -> None:
    """Check that everything is in place and say what to do where it is not; exit code 1 on a problem."""
    from qa.doctor import examine

    diagnosis = examine(context.obj.settings)
    if as_json:
        print_json(asdict(diagnosis) | {"healthy": diagnosis.healthy})
    else:
        show_diagnosis(output(), diagnosis)
    if not diagnosis.healthy:
        raise typer.Exit(FAILURE)


def password(name: Annotated[str, typer.Argument(help="How the person will log in.")]) -> None:
    """Ask for a password twice and print what QA_AUTH needs to let in NAME with it; the password is kept nowhere."""
    from qa.passwords import user

    typed = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    try:
        typer.echo(user(name, typed))
    except ValueError as error:
        raise typer.BadParameter(f"{error}.") from None
