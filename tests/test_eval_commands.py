"""``python -m eval`` as a person types it, in a checkout of its own that has two runs."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from eval_fakes import REFUSAL, make_subject, oracle, run

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A copy of the suite with a run that is right, and a newer one whose model refuses everything."""
    home = tmp_path_factory.mktemp("checkout")
    shutil.copytree(
        ROOT / "eval", home / "eval", ignore=shutil.ignore_patterns("__pycache__", "baseline", "replies.jsonl")
    )
    good = run(make_subject(home), home)
    (home / "replies.jsonl").unlink()
    bad = run(make_subject(home, reply=lambda prompt: REFUSAL if "Da chi" in prompt else oracle(prompt)), home)
    return home, good, bad


def command(home, *arguments):
    return subprocess.run(  # noqa: S603 - every argument is written in this file
        [sys.executable, "-W", "error", "-m", "eval", *arguments],
        cwd=home,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_a_baseline_is_accepted_compared_gated_and_reported(checkout):
    home, good, bad = checkout
    whole = command(home, "accept", good.info.id)
    assert whole.returncode == 1
    assert "add --part" in whole.stderr

    accepted = command(home, "accept", good.info.id, "--part")
    assert f"{good.info.id} is the baseline" in accepted.stdout, accepted.stderr

    assert command(home, "gate", good.info.id).returncode == 0
    failed = command(home, "gate")
    assert failed.returncode == 1
    assert "✗ No fewer questions are answered right" in failed.stdout

    compared = command(home, "compare")
    assert "lost  carrera-single_fact-01" in compared.stdout, compared.stderr

    reported = command(home, "report")
    assert reported.stdout.split()[0].endswith(f"{bad.info.id}/report.html"), reported.stderr
    assert (bad.folder / "summary.md").exists()


def test_what_cannot_be_done_is_one_line_with_a_hint(checkout):
    home, *_ = checkout
    for arguments, message in (
        (("run", "--set", "carera"), "Did you mean carrera?"),
        (("report", "nothing"), "The newest are"),
        (("retrieval", "missing.json"), "cannot be read as SQuAD"),
    ):
        refused = command(home, *arguments)
        assert refused.returncode == 1
        assert message in refused.stderr
        assert "Traceback" not in refused.stderr
