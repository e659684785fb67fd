"""What a run stands on: the commit, the versions of the libraries, the machine, hashes of code and gold."""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterable
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from eval.cases import CaseSet
from qa.articles import find_files
from qa.config import fingerprint

_VECTORS = ("avx512", "avx2")  # Widest first.
_CHECKOUT = Path(__file__).parent.parent
_LIBRARIES = (
    "carrera-qa",
    "bm25s",
    "chromadb",
    "ir-measures",
    "langchain",
    "langchain-core",
    "langchain-openai",
    "numpy",
    "onnxruntime",
    "scipy",
    "sentence-transformers",
    "sentencepiece",
    "tokenizers",
    "torch",
    "transformers",
    "xllamacpp",
)


def commit() -> tuple[str, bool]:
    """Return the checkout's commit and whether there are changes it does not hold; ("unknown", True) outside of git."""
    head = _git("rev-parse", "HEAD")
    # What the suite itself writes says nothing about the code.
    status = _git("status", "--porcelain", "--", ".", ":!eval/replies.jsonl", ":!eval/baseline")
    return (head.strip(), bool(status)) if head and status is not None else ("unknown", True)


def _git(*arguments: str) -> str | None:
    program = shutil.which("git")
    if program is None:
        return None
    # Every argument is a constant of this module.
    run = subprocess.run([program, *arguments], cwd=_CHECKOUT, capture_output=True, text=True, check=False)  # noqa: S603
    return run.stdout if run.returncode == 0 else None


def versions() -> dict[str, str]:
    """Return the versions of Python and of the installed libraries that can change an answer or a score."""
    found = {"python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def machine() -> dict[str, str]:
    """Return what the times of a run depend on, and how its models round; nothing that names the machine."""
    return {
        "system": f"{platform.system()} {platform.release()}",
        "processor": _described("model name") or platform.processor() or platform.machine(),
        "vectors": vectors(),
        "cores": str(os.cpu_count() or 1),
        "memory": _memory(),
    }


def vectors() -> str:
    """Return the widest vector instructions of the processor: with others, sums round otherwise and a reply in twenty comes out in other words."""
    flags = _described("flags").split()
    widest = next((name for name in _VECTORS if any(flag.startswith(name) for flag in flags)), "")
    return widest or platform.machine()


def _described(what: str) -> str:
    """Return what Linux says of the first core; empty elsewhere."""
    described = Path("/proc/cpuinfo")
    if described.is_file():
        for line in described.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith(what):
                return line.partition(":")[2].strip()
    return ""


def _memory() -> str:
    if sys.platform == "win32":
        return "unknown"  # the standard library does not tell it there
    return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.1f} GiB"


def code_hashes() -> dict[str, str]:
    """Hash the source files of the library (``code``) and of this suite (``suite``)."""
    folders = {"code": "qa", "suite": "eval"}
    return {name: _hash_files(sorted((_CHECKOUT / folder).rglob("*.py"))) for name, folder in folders.items()}


def gold_hash(case_sets: Iterable[CaseSet]) -> str:
    """Hash of the cases and of the articles they are asked of."""
    parts = []
    for case_set in case_sets:
        files, _ = find_files(list(case_set.sources))
        cases = [case.model_dump(mode="json") for case in case_set.cases]
        parts.append([case_set.name, cases, _hash_files(path for _, path in sorted(files.items()))])
    return fingerprint(parts)


def _hash_files(paths: Iterable[Path]) -> str:
    return fingerprint([(path.name, sha256(path.read_bytes()).hexdigest()) for path in paths])
