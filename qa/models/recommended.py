"""Local language models to choose from: the default, and stronger ones for machines with more memory.

Only the default's figures were measured (see the README). The others state their publishers' file sizes and licences,
and an estimate of memory: the file, the cache of a 4,096-token context by the model's published shape, and 0.3 GB of
buffers.
"""

from dataclasses import dataclass

from qa.models.artifacts import LANGUAGE_MODEL


@dataclass(frozen=True)
class Recommendation:
    """A local language model.

    Attributes:
        name: What its publisher calls it.
        model: What to set ``QA_MODEL`` to.
        size: The file's gigabytes (10⁹ bytes).
        memory: Gigabytes it takes while it runs.
        licence: SPDX identifier, or the licence's name.
        measured: Whether its answers were scored with this package; the others are recommended on their reputation.
    """

    name: str
    model: str
    size: float
    memory: float
    licence: str
    measured: bool = False


RECOMMENDED = (
    Recommendation(LANGUAGE_MODEL.name, "local", LANGUAGE_MODEL.size / 1e9, 1.3, LANGUAGE_MODEL.licence, measured=True),
    Recommendation(
        "Gemma 3 4B Instruct",
        "hf:ggml-org/gemma-3-4b-it-GGUF/gemma-3-4b-it-Q4_K_M.gguf",
        2.5,
        3.4,
        "Gemma Terms of Use",
    ),
    Recommendation(
        "Qwen3 4B Instruct 2507",
        "hf:unsloth/Qwen3-4B-Instruct-2507-GGUF/Qwen3-4B-Instruct-2507-Q4_K_M.gguf",
        2.5,
        3.4,
        "Apache-2.0",
    ),
    Recommendation(
        "Qwen2.5 7B Instruct",
        "hf:bartowski/Qwen2.5-7B-Instruct-GGUF/Qwen2.5-7B-Instruct-Q4_K_M.gguf",
        4.7,
        5.2,
        "Apache-2.0",
    ),
    Recommendation(
        "Qwen2.5 14B Instruct",
        "hf:bartowski/Qwen2.5-14B-Instruct-GGUF/Qwen2.5-14B-Instruct-Q4_K_M.gguf",
        9.0,
        10.1,
        "Apache-2.0",
    ),
)
