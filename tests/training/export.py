"""From trained weights to the files that the product ships: ONNX in 32 bits, and in 8 bits after calibration.

The graph is written out by hand: batch normalization is folded into the convolutions before it, and nothing of the
exporter's making is left in the file.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
from torch import nn

from tests.training import measure
from tests.training.alphabet import ALPHABET
from tests.training.lines import HEIGHT, Sample
from tests.training.network import LineNetwork
from tests.training.train import CHECKPOINT

INPUT: Final = "lines"
OUTPUT: Final = "scores"
_OPSET: Final = 17


def averaged(folder: Path) -> LineNetwork:
    """Return the network with the averaged weights of the checkpoint in ``folder``."""
    state = torch.load(folder / CHECKPOINT, weights_only=True)
    network = LineNetwork()
    network.load_state_dict(state["average"])
    return network.eval()


def blended(network: LineNetwork, base: LineNetwork, share: float) -> LineNetwork:
    """Return the network whose weights lie between those of ``base`` (share 0) and of ``network`` (1).

    A run that went on from ``base`` learns new damage and forgets a little of what it does not meet; half-way between
    the two most of the new is kept and nearly all of the old (Wortsman et al., Robust fine-tuning of zero-shot models,
    2022).
    """
    old, new = base.state_dict(), network.state_dict()
    mixed = LineNetwork()
    mixed.load_state_dict({k: torch.lerp(old[k], v, share) if v.is_floating_point() else v for k, v in new.items()})
    return mixed.eval()


class _Graph:
    """An ONNX graph in the making."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []
        self._count = 0

    def add(self, kind: str, *inputs: str, **attributes: Any) -> str:
        self._count += 1
        name = f"{kind.lower()}_{self._count}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name, **attributes))
        return name

    def constant(self, values: NDArray[Any], name: str) -> str:
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def convolution(self, x: str, convolution: nn.Conv2d, normalization: nn.BatchNorm2d | None) -> str:
        weight = convolution.weight.detach().double().numpy()
        bias = np.zeros(len(weight)) if convolution.bias is None else convolution.bias.detach().double().numpy()
        if normalization is not None:
            spread = np.sqrt(normalization.running_var.double().numpy() + normalization.eps)
            gain = normalization.weight.detach().double().numpy() / spread
            bias = normalization.bias.detach().double().numpy() - gain * normalization.running_mean.double().numpy()
            weight = weight * gain[:, None, None, None]
        tag = f"conv_{len(self.weights) // 2}"
        names = (
            self.constant(weight.astype(np.float32), f"{tag}_weight"),
            self.constant(bias.astype(np.float32), f"{tag}_bias"),
        )
        pads = [*convolution.padding, *convolution.padding]
        attributes = {"strides": [*convolution.stride], "pads": pads, "dilations": [*convolution.dilation]}
        return self.add("Conv", x, *names, kernel_shape=[*convolution.kernel_size], **attributes)

    def layer(self, x: str, layer: nn.Module) -> str:
        """Append a layer of ``LineNetwork``."""
        if isinstance(layer, nn.ReLU):
            return self.add("Relu", x)
        if isinstance(layer, nn.Conv2d):
            return self.convolution(x, layer, None)
        if hasattr(layer, "second"):
            inner = self.add("Relu", self.layer(x, layer.first))
            return self.add("Relu", self.add("Add", x, self.layer(inner, layer.second)))
        children = list(layer)  # a sequence
        while children:
            child = children.pop(0)
            if isinstance(child, nn.Conv2d) and children and isinstance(children[0], nn.BatchNorm2d):
                x = self.convolution(x, child, children.pop(0))
            else:
                x = self.layer(x, child)
        return x


def to_onnx(network: LineNetwork, path: Path) -> None:
    """Write ``network`` to ``path``.

    Input ``lines``: lines x 1 x 40 x width, float, 0 paper to 1 ink, width a multiple of 4. Output ``scores``: lines x
    steps x (1 + characters), natural logarithms of probabilities. The alphabet is in the file's metadata.
    """
    graph = _Graph()
    x = INPUT
    for part in (network.eye, network.fold, network.line, network.answer):
        x = graph.layer(x, part)
    x = graph.add("Squeeze", x, graph.constant(np.array([2], dtype=np.int64), "height"))
    x = graph.add("Transpose", x, perm=[0, 2, 1])
    graph.nodes.append(helper.make_node("LogSoftmax", [x], [OUTPUT], OUTPUT, axis=2))
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "vietnamese line reader",
            [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, ["lines", 1, HEIGHT, "width"])],
            [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["lines", "steps", 1 + len(ALPHABET)])],
            graph.weights,
        ),
        opset_imports=[helper.make_opsetid("", _OPSET)],
        ir_version=8,
    )
    helper.set_model_props(model, {"alphabet": ALPHABET, "height": str(HEIGHT)})
    onnx.checker.check_model(model)
    onnx.save(model, path)


class _Calibration(CalibrationDataReader):
    def __init__(self, samples: Sequence[Sample]) -> None:
        self._left: Iterator[Sample] = iter(samples)

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        sample = next(self._left, None)
        if sample is None:
            return None
        width = -(-sample.image.shape[1] // 32) * 32
        image = np.full((1, HEIGHT, width), 255, dtype=np.uint8)
        image[0, :, : sample.image.shape[1]] = sample.image
        return {INPUT: ink(image)}


def ink(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return images (lines x 40 x width, grey) as the network takes them."""
    return ((255 - images[:, None]) / np.float32(255)).astype(np.float32)


def to_int8(source: Path, target: Path, samples: Sequence[Sample]) -> None:
    """Write the model of ``source`` in 8 bits, its ranges taken from ``samples``.

    The first and the last convolution stay in 32 bits: one sees the finest differences of grey, the other tells letters
    apart that differ by a mark; together they are a twentieth of the work.
    """
    nodes = onnx.load(source).graph.node
    convolutions = [node.name for node in nodes if node.op_type == "Conv"]
    tail = [node.name for node in nodes if node.op_type in {"Squeeze", "Transpose", "LogSoftmax"}]
    quantize_static(
        source,
        target,
        _Calibration(samples),
        quant_format=QuantFormat.QDQ,
        per_channel=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        nodes_to_exclude=[convolutions[0], convolutions[-1], *tail],
        calibrate_method=CalibrationMethod.MinMax,
    )


def session(path: Path) -> onnxruntime.InferenceSession:
    """Return a session with one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def reader_of(path: Path) -> measure.Reader:
    """Return a function that reads with the model at ``path``."""
    running = session(path)

    def reader(images: NDArray[np.uint8]) -> NDArray[np.float32]:
        return np.asarray(running.run([OUTPUT], {INPUT: ink(images)})[0])

    return reader
