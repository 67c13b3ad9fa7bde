"""From the file that the product ships back to a network that can go on learning, where no checkpoint is left.

The shipped file holds every convolution with its normalization folded in, most of them in 8 bits. What the
normalization was is lost; any one that undoes what it does to the lines at hand serves as well, and is measured on
some of them.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor, nn

from tests.training import feed
from tests.training.alphabet import ALPHABET
from tests.training.network import LineNetwork
from tests.training.train import as_ink

_SEED: Final = 11
_LINES: Final = 2_000  # on which normalization is measured


def restored(path: Path, batches: Iterable[Tensor]) -> LineNetwork:
    """Return a network that reads as the ONNX file at ``path`` does.

    Args:
        path: Written by ``export``, in 32 or in 8 bits.
        batches: Lines as the network takes them (lines x 1 x 40 x width), as they will be in training.

    Raises:
        ValueError: The file was trained with another alphabet.
    """
    model = onnx.load(path)
    if {p.key: p.value for p in model.metadata_props}["alphabet"] != ALPHABET:
        raise ValueError(f"{path.name} was trained with another alphabet")
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    network = LineNetwork().eval()
    pairs = list(_convolutions(network))
    for i, (convolution, normalization) in enumerate(pairs):
        bias = torch.from_numpy(_values(constants, f"conv_{i}_bias"))
        convolution.weight.data.copy_(torch.from_numpy(_values(constants, f"conv_{i}_weight")))
        if normalization is None:
            convolution.bias.data.copy_(bias)
        else:
            normalization.bias.data.copy_(bias)
            normalization.running_var.fill_(1 - normalization.eps)
    _normalize(network, [n for _, n in pairs if n is not None], batches)
    return network


def practice(listing: Path) -> Iterator[Tensor]:
    """Yield lines as training takes them, from a seed of their own."""
    for batches in feed.chunks(listing, _SEED, feed.FULL_COURSE):
        for batch in batches:
            yield as_ink(batch.images, "cpu")


def _values(constants: dict[str, NDArray[Any]], name: str) -> NDArray[np.float32]:
    """Return a constant as numbers, whether it is kept in 8 bits or not."""
    if name in constants:
        return constants[name].astype(np.float32)
    kept = constants[f"{name}_quantized"].astype(np.float64)
    scale = constants.get(f"{name}_scale", constants.get(f"{name}_quantized_scale"))
    return (kept * scale.astype(np.float64).reshape(-1, *(1,) * (kept.ndim - 1))).astype(np.float32)


def _convolutions(network: LineNetwork) -> Iterator[tuple[nn.Conv2d, nn.BatchNorm2d | None]]:
    """Yield the convolutions in the order in which ``export`` writes them, each with its normalization."""
    layers = [m for m in network.modules() if isinstance(m, nn.Conv2d | nn.BatchNorm2d)]
    for layer, following in zip(layers, [*layers[1:], None], strict=True):
        if isinstance(layer, nn.Conv2d):
            yield layer, following if isinstance(following, nn.BatchNorm2d) else None


def _normalize(network: LineNetwork, normalizations: list[nn.BatchNorm2d], batches: Iterable[Tensor]) -> None:
    """Give each normalization the mean and variance that comes to it, and a gain and bias that undo them."""
    sums = {n: [torch.zeros(n.num_features, dtype=torch.float64) for _ in range(2)] + [0] for n in normalizations}

    def measured(layer: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        x = inputs[0].double()
        sums[layer][0] += x.sum(dim=(0, 2, 3))
        sums[layer][1] += x.square().sum(dim=(0, 2, 3))
        sums[layer][2] += x.numel() // x.shape[1]

    hooks = [n.register_forward_pre_hook(measured) for n in normalizations]
    seen = 0
    with torch.inference_mode():
        for batch in batches:
            network(batch)
            seen += len(batch)
            if seen >= _LINES:
                break
    for hook in hooks:
        hook.remove()
    for layer, (total, squares, count) in sums.items():
        mean = total / count
        variance = (squares / count - mean.square()).clamp_min(1e-6)
        layer.running_mean.copy_(mean)
        layer.running_var.copy_(variance)
        layer.weight.data.copy_((variance + layer.eps).sqrt())
        layer.bias.data.add_(mean)
