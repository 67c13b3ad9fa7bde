"""The network: convolutions alone, one answer per four pixels of width."""

import torch
from torch import Tensor, nn

from tests.training.alphabet import ALPHABET

STRIDE = 4
"""Pixels of width per step."""

_BENDS = (1, 2, 4, 1, 2, 4)


def _conv(
    into: int, out: int, kernel: tuple[int, int], stride: tuple[int, int] = (1, 1), spread: int = 1
) -> nn.Sequential:
    padding = (kernel[0] // 2, kernel[1] // 2 * spread)
    convolution = nn.Conv2d(into, out, kernel, stride, padding, dilation=(1, spread), bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(out))


class _Residual(nn.Module):
    def __init__(self, first: nn.Module, second: nn.Module) -> None:
        super().__init__()
        self.first, self.second = first, second

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu_(x + self.second(torch.relu_(self.first(x))))


def _square(channels: int) -> _Residual:
    return _Residual(_conv(channels, channels, (3, 3)), _conv(channels, channels, (3, 3)))


def _along(channels: int, spread: int) -> _Residual:
    return _Residual(_conv(channels, channels, (1, 3), spread=spread), _conv(channels, channels, (1, 1)))


class LineNetwork(nn.Module):
    """Lines to scores: lines x 1 x 40 x width (0 paper, 1 ink) → lines x steps x (1 + characters), before softmax."""

    def __init__(self, channels: int = 256) -> None:
        super().__init__()
        self.eye = nn.Sequential(
            *(_conv(1, 32, (3, 3), (2, 2)), nn.ReLU(inplace=True)),
            *(_conv(32, 64, (3, 3), (2, 2)), nn.ReLU(inplace=True)),
            _square(64),
            *(_conv(64, 128, (3, 3), (2, 1)), nn.ReLU(inplace=True)),
            _square(128),
        )
        self.fold = nn.Sequential(
            nn.Conv2d(128, channels, (5, 1), bias=False), nn.BatchNorm2d(channels), nn.ReLU(inplace=True)
        )
        self.line = nn.Sequential(*(_along(channels, spread) for spread in _BENDS))
        self.answer = nn.Conv2d(channels, 1 + len(ALPHABET), (1, 1))

    def forward(self, x: Tensor) -> Tensor:
        return self.answer(self.line(self.fold(self.eye(x)))).squeeze(2).transpose(1, 2)
