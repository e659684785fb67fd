"""llama.cpp's own server in a process of its own, on 127.0.0.1 and a free port.

Loading a model holds Python's lock for seconds, and a crash of llama.cpp takes its process along: so it has one for
itself, which says on its standard output where it listens, and ends when its standard input does.
"""

import json
import os
import signal
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from qa.errors import ModelError

if TYPE_CHECKING:
    from xllamacpp import CommonParams, Server

SLOTS = 2
"""Requests answered at once, each with a whole context of its own; a slot also keeps its last prompt."""
_SAME_EVIDENCE = 0.3
"""Share of a prompt that a slot must hold for the prompt to go there, and not to the slot that was used longest ago.

The instructions alone are an eighth of most prompts: with llama.cpp's own tenth all would go to one slot, and each question overwrite the last.
"""
_DRAFT_AFTER, _DRAFT_LENGTH = 4, 8
"""Tokens that must recur in the context before what followed them is tried as a draft, and the draft's length.

Answers quote their passages: with these, replies that copy came half again as fast, to the same words.
"""


@dataclass(frozen=True)
class _Message:
    """What is said through a pipe."""

    def line(self) -> str:
        """Return it as one line."""
        return json.dumps(asdict(self)) + "\n"


@dataclass(frozen=True)
class Launch(_Message):
    """What is served and how; sent through the pipe, since everyone on a computer can read a command line.

    Attributes:
        weights: Path of the GGUF file.
        alias: The name the server gives the model; without one it would show the file's path.
        api_key: What the server wants as bearer token.
        context_tokens: Largest prompt and reply together, in the model's tokens.
        threads: Threads that compute; 0 for as many as there are cores.
        verbose: Whether llama.cpp's log goes to standard error.
    """

    weights: str
    alias: str
    api_key: str = field(repr=False)
    context_tokens: int
    threads: int
    verbose: bool


@dataclass(frozen=True)
class Outcome(_Message):
    """What came of a launch: the line that the process writes to its standard output.

    Attributes:
        address: Where the server listens, without a path; empty if it does not.
        message: Why it does not.
        hint: What can be done about it.
    """

    address: str = ""
    message: str = ""
    hint: str = ""


def main() -> None:
    """Serve what the first line of standard input says until standard input ends, at the latest with who started this."""
    # Ctrl-C reaches every process of a terminal; when to end is for the one that asks to say.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as teller:
        os.dup2(2, 1)  # Whatever else is printed must not be taken for the outcome.
        try:
            server = _serve(Launch(**json.loads(sys.stdin.readline())))
        except ModelError as error:
            teller.write(Outcome(message=error.message, hint=error.hint).line())
            return
        teller.write(Outcome(address=server.listening_address).line())
    sys.stdin.read()
    os._exit(0)  # Nothing here needs to be kept, and nobody waits for a reply any more.


def check_memory(weights: Path, total: int) -> None:
    """Raise a `ModelError` if the file alone is larger than ``total``, the machine's memory in bytes."""
    size = weights.stat().st_size
    if size > total:
        message = f"{weights.name} needs {size / 2**30:.1f} GiB of memory; this machine has {total / 2**30:.1f}."
        raise ModelError(message, hint="Choose a smaller model or a stronger quantisation.")


def _serve(launch: Launch) -> "Server":
    import xllamacpp

    weights = Path(launch.weights)
    cpu = xllamacpp.ggml_backend_dev_type.GGML_BACKEND_DEVICE_TYPE_CPU
    memory = sum(device["memory_total"] for device in xllamacpp.get_device_info() if device["type"] == cpu)
    check_memory(weights, total=memory)
    try:
        return xllamacpp.Server(_parameters(launch))
    except RuntimeError as error:
        hint = "The file may be damaged or of a kind it does not know; QA_LOG_LEVEL=DEBUG shows its log."
        raise ModelError(f"llama.cpp cannot load {weights.name}.", hint=hint) from error


def _parameters(launch: Launch) -> "CommonParams":
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = launch.weights
    # Mapped, the file would stay in memory beside what llama.cpp repacks of it for the processor: 0.6 GB more.
    params.load_mode = xllamacpp.llama_load_mode.LLAMA_LOAD_MODE_NONE
    params.model_alias = {launch.alias}
    params.api_keys = [launch.api_key]
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.ui = False
    params.endpoint_slots = False
    params.verbosity = 3 if launch.verbose else -1
    if launch.threads:
        params.cpuparams.n_threads = launch.threads
        params.cpuparams_batch.n_threads = launch.threads
    params.n_ctx = launch.context_tokens * SLOTS
    params.n_parallel = SLOTS
    params.slot_prompt_similarity = _SAME_EVIDENCE
    # No copies of prompts that have lost their slot: they are rarely sent again, and each takes a dozen megabytes.
    params.cache_ram_mib = 0
    params.speculative.types = [xllamacpp.common_speculative_type.COMMON_SPECULATIVE_TYPE_NGRAM_SIMPLE]
    params.speculative.ngram_simple.size_n = _DRAFT_AFTER
    params.speculative.ngram_simple.size_m = _DRAFT_LENGTH
    return params
