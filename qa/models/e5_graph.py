"""multilingual-e5-small as an ONNX graph, in which the weights stay as small as they were published.

The arithmetic is that of ``BertModel`` (Devlin et al. 2019) without its pooler, in single precision. Weights keep the four
bits that they were published in; of the table of words, only the rows of a text's own words are ever decoded.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from qa.models.e5_weights import BLOCK, Weights

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto, TensorProto

IDS, MASK, TOKENS = "ids", "mask", "tokens"
POSITIONS = "positions"  # what the graph says of itself: how many tokens it reads at once
_CONTRIB = "com.microsoft"  # ONNX Runtime's own operators
_OPSET, _IR_VERSION = 21, 10
_SINGLE_PRECISION = 1  # as MatMulNBits counts them

Adaptations = Mapping[str, npt.NDArray[np.float32]]
"""By name of a linear map (``l4.q``) its two matrices, ``l4.q.down`` of shape (rank, columns) and ``l4.q.up`` of shape (rows, rank); by name of a
normalisation (``l4.aln``) ``l4.aln.w`` and ``l4.aln.b``."""


def build_graph(weights: Weights, adaptations: Adaptations | None = None) -> "ModelProto":
    """Return the encoder: ``ids`` and ``mask``, shape (texts, tokens), to ``tokens``, shape (texts, tokens, hidden).

    Args:
        weights: As they were published.
        adaptations: What is added to them or replaces them.

    Raises:
        ModelError: The weights are damaged.
    """
    from onnx import TensorProto, helper

    graph = _Graph(weights, adaptations or {})
    values = graph.embedded()
    for layer in range(weights.shape.layers):
        values = graph.layer(f"l{layer}.", values)
    graph.node("Identity", [values], TOKENS)
    made = helper.make_graph(
        graph.nodes,
        "multilingual-e5-small",
        [
            helper.make_tensor_value_info(IDS, TensorProto.INT64, ["texts", "tokens"]),
            helper.make_tensor_value_info(MASK, TensorProto.INT32, ["texts", "tokens"]),
        ],
        [helper.make_tensor_value_info(TOKENS, TensorProto.FLOAT, ["texts", "tokens", weights.shape.hidden])],
        graph.constants,
    )
    domains = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_CONTRIB, 1)]
    model = helper.make_model(made, opset_imports=domains, ir_version=_IR_VERSION)
    helper.set_model_props(model, {POSITIONS: str(weights.shape.positions)})
    return model


class _Graph:
    """Nodes and constants as they come together; each method returns the name of the value that it computes."""

    def __init__(self, weights: Weights, adaptations: Adaptations) -> None:
        self.weights = weights
        self.adaptations = adaptations
        self.shape = weights.shape
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []

    def embedded(self) -> str:
        """Words, their places and the first of the token types."""
        shape, weights = self.shape, self.weights
        types = weights.f32("emb.type", shape.token_types, shape.hidden)
        places = self.constant("places", weights.f32("emb.pos", shape.positions, shape.hidden) + types[0])
        start = self.constant("start", np.zeros(1, np.int64))
        length = self.node("Shape", [IDS], "length", start=1, end=2)
        words = self.words("emb.word")
        placed = self.node("Slice", [places, start, length], "placed")
        summed = self.node("Add", [words, placed], "embedded")
        return self.node("LayerNormalization", [summed, *self.norm("emb.ln")], "normed", epsilon=shape.epsilon)

    def words(self, name: str) -> str:
        """Rows of the table of words, which stays in its 4-bit blocks."""
        from onnx import TensorProto, helper

        shape = self.shape
        nibbles, scales = self.weights.blocks(name, shape.vocabulary, shape.hidden)
        signed = nibbles ^ 8  # 0 to 15 stand for -8 to 7: the same in two's complement
        packed = (signed[:, ::2] | signed[:, 1::2] << 4).tobytes()
        self.constants.append(
            helper.make_tensor(name, TensorProto.INT4, (shape.vocabulary, shape.hidden), packed, raw=True)
        )
        inputs = [name, IDS, self.constant(f"{name}.scales", scales)]
        kind = {"gather_axis": 0, "quantize_axis": 1, "block_size": BLOCK, "bits": 4}
        return self.node("GatherBlockQuantized", inputs, "words", _CONTRIB, **kind)

    def layer(self, name: str, values: str) -> str:
        """A block of the encoder: attention, then two linear maps, each added to what came in and normalised."""
        shape, hidden = self.shape, self.shape.hidden
        parts = [f"{name}{part}" for part in "qkv"]
        seen = self.linear(parts, hidden, hidden, values)
        split = [f"{part}.seen" for part in parts]
        self.node("Split", [seen], split, axis=2, num_outputs=3)
        mixed = self.node("MultiHeadAttention", [*split, "", MASK], f"{name}mixed", _CONTRIB, num_heads=shape.heads)
        gathered = self.linear([f"{name}ao"], hidden, hidden, mixed)
        values = self.added(f"{name}aln", gathered, values)
        wide = self.node("Gelu", [self.linear([f"{name}fi"], shape.feed_forward, hidden, values)], f"{name}wide")
        return self.added(f"{name}oln", self.linear([f"{name}fo"], hidden, shape.feed_forward, wide), values)

    def linear(self, names: Sequence[str], rows: int, columns: int, values: str) -> str:
        """Several maps of the same values as one."""
        stored = [self.weights.blocks(f"{name}.w", rows, columns) for name in names]
        nibbles = np.concatenate([numbers for numbers, _ in stored])
        packed = (nibbles[:, ::2] | nibbles[:, 1::2] << 4).reshape(len(nibbles), columns // BLOCK, BLOCK // 2)
        scales = np.concatenate([scale for _, scale in stored])
        bias = np.concatenate([self.weights.f32(f"{name}.b", rows) for name in names])
        constants = [("w", packed), ("scales", scales), ("b", bias)]
        weight, scale, added = (self.constant(f"{names[0]}.{kind}", array) for kind, array in constants)
        kind = {"K": columns, "N": len(nibbles), "bits": 4, "block_size": BLOCK, "accuracy_level": _SINGLE_PRECISION}
        mapped = self.node(
            "MatMulNBits", [values, weight, scale, "", "", added], f"{names[0]}.mapped", _CONTRIB, **kind
        )
        return self.adapted(names, values, mapped) if f"{names[0]}.down" in self.adaptations else mapped

    def adapted(self, names: Sequence[str], values: str, mapped: str) -> str:
        """What linear maps give, with what their adaptations add."""
        first = names[0]
        down = self.constant(f"{first}.down", np.concatenate([self.adaptations[f"{name}.down"] for name in names]).T)
        up = self.constant(f"{first}.up", _block_diagonal([self.adaptations[f"{name}.up"] for name in names]).T)
        added = self.node("MatMul", [self.node("MatMul", [values, down], f"{first}.inner"), up], f"{first}.outer")
        return self.node("Add", [mapped, added], f"{first}.adapted")

    def added(self, name: str, one: str, other: str) -> str:
        """Two values added and normalised."""
        inputs = [one, other, *self.norm(name)]
        return self.node("SkipLayerNormalization", inputs, f"{name}.normed", _CONTRIB, epsilon=self.shape.epsilon)

    def norm(self, name: str) -> list[str]:
        """Weight and bias of a layer normalisation."""
        given = [f"{name}.{part}" for part in "wb"]
        adapted = [self.adaptations.get(part) for part in given]
        return [
            self.constant(part, self.weights.f32(part, self.shape.hidden) if own is None else own)
            for part, own in zip(given, adapted, strict=True)
        ]

    def constant(self, name: str, array: npt.NDArray[Any]) -> str:
        """A tensor that belongs to the model."""
        from onnx import numpy_helper

        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def node(
        self, operator: str, inputs: Sequence[str], outputs: str | Sequence[str], domain: str = "", **kind: Any
    ) -> str:
        """An operation; the name of its first output."""
        from onnx import helper

        names = [outputs] if isinstance(outputs, str) else list(outputs)
        self.nodes.append(helper.make_node(operator, inputs, names, domain=domain, **kind))
        return names[0]


def _block_diagonal(matrices: Sequence[npt.NDArray[np.float32]]) -> npt.NDArray[np.float32]:
    """Return matrices corner to corner in one that is zero elsewhere."""
    rows, columns = zip(*(matrix.shape for matrix in matrices), strict=True)
    whole = np.zeros((sum(rows), sum(columns)), np.float32)
    row = column = 0
    for matrix in matrices:
        whole[row : row + matrix.shape[0], column : column + matrix.shape[1]] = matrix
        row, column = row + matrix.shape[0], column + matrix.shape[1]
    return whole
