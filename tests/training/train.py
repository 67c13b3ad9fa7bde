"""The loop: goes on from the last checkpoint, measures as it goes, and can be stopped at any moment."""

import csv
import math
import signal
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from tests.training import feed, measure
from tests.training.alphabet import ALPHABET
from tests.training.feed import Batch
from tests.training.lines import Sample
from tests.training.network import STRIDE, LineNetwork

SEED: Final = 20_260_401
CHECKPOINT: Final = "checkpoint.pt"
LOG: Final = "log.csv"
_WARM_UP: Final = 300.0  # seconds
_DECAY: Final = 0.997
_FOLLOW_EVERY: Final = 4  # steps
_SAVE_EVERY: Final = 180.0  # seconds


@dataclass(frozen=True, slots=True)
class Plan:
    """A cycle of training.

    Attributes:
        hours: Of this cycle; the learning rate falls to nearly nothing along a cosine. peak: Its highest.
        measure_every: Minutes between measurements. threads: Of the network. workers: Processes that make lines.
        device: ``cpu`` or ``cuda``.
    """

    hours: float
    peak: float = 3e-3
    measure_every: float = 10.0
    threads: int = 1
    workers: int = 1
    device: str = "cpu"


@dataclass
class Progress:
    """Where training stands; ``cycle_seconds`` counts within the cycle, the others from the beginning."""

    steps: int = 0
    lines: int = 0
    chunk: int = 0
    seconds: float = 0.0
    cycle: int = 0
    cycle_seconds: float = 0.0


def rate(plan: Plan, seconds: float) -> float:
    """Return the learning rate ``seconds`` into a cycle."""
    whole = plan.hours * 3600
    warm_up = min(_WARM_UP, whole / 10)
    if seconds < warm_up:
        return plan.peak * (0.02 + 0.98 * seconds / warm_up)
    along = min(1.0, (seconds - warm_up) / (whole - warm_up))
    return plan.peak * (0.002 + 0.998 * (1 + math.cos(math.pi * along)) / 2)


class Trainer:
    """Everything that a checkpoint holds, and the way to go on.

    Args:
        folder: Of the checkpoint. plan: Of the cycle. seed: Of the lines.
        start: A trained network to begin with where there is no checkpoint; without one, learning begins from nothing.
    """

    def __init__(self, folder: Path, plan: Plan, *, seed: int = SEED, start: LineNetwork | None = None) -> None:
        torch.set_num_threads(plan.threads)
        torch.manual_seed(seed)
        self.folder, self.plan, self.seed = folder, plan, seed
        self.network = (start or LineNetwork()).to(plan.device, memory_format=torch.channels_last)
        self.average = LineNetwork().to(plan.device, memory_format=torch.channels_last)
        self.average.load_state_dict(self.network.state_dict())
        flat = [p for p in self.network.parameters() if p.ndim == 1]
        deep = [p for p in self.network.parameters() if p.ndim > 1]
        self.optimizer = torch.optim.AdamW(
            [{"params": deep, "weight_decay": 0.01}, {"params": flat, "weight_decay": 0.0}], lr=plan.peak, fused=True
        )
        self.progress = Progress(chunk=feed.FULL_COURSE if start else 0)
        self._stopping = False
        if (folder / CHECKPOINT).exists():
            self._load()
        if self.progress.cycle_seconds >= plan.hours * 3600:
            self.progress.cycle += 1
            self.progress.cycle_seconds = 0.0

    def _load(self) -> None:
        state = torch.load(self.folder / CHECKPOINT, map_location=self.plan.device, weights_only=True)
        if state["alphabet"] != ALPHABET:
            raise ValueError("the checkpoint was trained with another alphabet")
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        torch.set_rng_state(state["random"].cpu())
        self.progress = Progress(**state["progress"])

    def save(self) -> None:
        """Write the checkpoint: whole or not at all."""
        state: dict[str, Any] = {
            "alphabet": ALPHABET,
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "random": torch.get_rng_state(),
            "progress": asdict(self.progress),
        }
        scratch = self.folder / (CHECKPOINT + ".new")
        torch.save(state, scratch)
        scratch.replace(self.folder / CHECKPOINT)

    def learn(self, batch: Batch) -> float:
        """Take one step; return the loss per character."""
        for group in self.optimizer.param_groups:
            group["lr"] = rate(self.plan, self.progress.cycle_seconds)
        images = as_ink(batch.images, self.plan.device)
        self.network.train()
        with torch.autocast(self.plan.device, torch.bfloat16):
            scores = self.network(images)
        chances = scores.float().transpose(0, 1).log_softmax(-1)
        steps = torch.from_numpy(np.minimum(batch.widths // STRIDE + 2, chances.shape[0]))
        targets, lengths = torch.from_numpy(batch.targets), torch.from_numpy(batch.lengths)
        losses = nn.functional.ctc_loss(chances, targets, steps, lengths, reduction="none", zero_infinity=True)
        loss = losses.sum().cpu() / max(1, int(batch.lengths.sum()))
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 2.0)
        self.optimizer.step()
        if self.progress.steps % _FOLLOW_EVERY == 0:
            self._follow()
        return float(loss.detach())

    def _follow(self) -> None:
        """Let the averaged weights follow."""
        count = self.progress.steps // _FOLLOW_EVERY
        decay = min(_DECAY, (1 + count) / (10 + count))
        with torch.no_grad():
            for kept, new in zip(self.average.state_dict().values(), self.network.state_dict().values(), strict=True):
                if kept.dtype.is_floating_point:
                    kept.lerp_(new, 1 - decay)
                else:
                    kept.copy_(new)

    def run(self, listing: Path, held_out: list[Sample], real: list[Sample]) -> None:
        """Train to the end of the cycle."""
        signal.signal(signal.SIGTERM, self._asked_to_stop)
        supply = feed.supplied(listing, self.seed, self.progress.chunk, self.plan.workers)
        now = time.monotonic()
        saved = now
        every = self.plan.measure_every * 60
        losses: list[float] = []
        while self.progress.cycle_seconds < self.plan.hours * 3600 and not self._stopping:
            batch = next(supply)
            losses.append(self.learn(batch))
            before, now = now, time.monotonic()
            self.progress.steps += 1
            self.progress.lines += len(batch.texts)
            self.progress.chunk = batch.chunk + 1
            self.progress.seconds += now - before
            self.progress.cycle_seconds += now - before
            if self.progress.steps % 50 == 0:
                self._tell(sum(losses[-50:]) / len(losses[-50:]))
            if now - saved > _SAVE_EVERY:
                self.save()
                saved = now
            if self.progress.seconds // every > (self.progress.seconds - (now - before)) // every:
                self.measure(held_out, real, sum(losses) / len(losses))
                losses, now = [], time.monotonic()
        self.save()
        if not self._stopping:
            self.measure(held_out, real, sum(losses) / max(1, len(losses)))

    def _asked_to_stop(self, _number: int, _frame: object) -> None:
        self._stopping = True

    def _tell(self, loss: float) -> None:
        done = self.progress
        learning = rate(self.plan, done.cycle_seconds)
        hours = done.seconds / 3600
        print(
            f"{done.steps} steps, {done.lines} lines, {hours:.3f} h, loss {loss:.4f}, rate {learning:.5f}", flush=True
        )

    def measure(self, held_out: list[Sample], real: list[Sample], loss: float) -> None:
        """Measure the averaged weights; append a row to the log."""
        reader = reader_of(self.average, self.plan.device)
        row: dict[str, object] = {"utc": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
        row |= {
            "steps": self.progress.steps,
            "lines": self.progress.lines,
            "hours": round(self.progress.seconds / 3600, 3),
        }
        row |= {"cpu_hours": round(time.process_time() / 3600, 3), "cycle": self.progress.cycle, "loss": round(loss, 5)}
        for name, samples in (("held_out", held_out), ("real", real)):
            if samples:
                score = measure.measured(samples, measure.read(samples, reader))
                row |= {
                    f"{name}_cer": round(score.cer, 4),
                    f"{name}_exact": round(score.exact_share, 3),
                    f"{name}_marks": round(score.marks_share, 3),
                }
                print(f"{name}: {score}", flush=True)
        log = self.folder / LOG
        fresh = not log.exists()
        with log.open("a", newline="") as out:
            writer = csv.DictWriter(out, list(row))
            if fresh:
                writer.writeheader()
            writer.writerow(row)


def as_ink(images: NDArray[np.uint8], device: str) -> torch.Tensor:
    """Return grey images (lines x 40 x width) as the network takes them: 0 paper, 1 ink."""
    tensor = torch.from_numpy(images).to(device).unsqueeze(1).float().mul_(-1 / 255).add_(1)
    return tensor.contiguous(memory_format=torch.channels_last)


def reader_of(network: nn.Module, device: str) -> measure.Reader:
    """Return a function that reads with ``network``, computing in 16 bits as training does."""
    network.eval()

    def reader(images: NDArray[np.uint8]) -> NDArray[np.float32]:
        with torch.inference_mode(), torch.autocast(device, torch.bfloat16):
            scores = network(as_ink(images, device))
        return np.asarray(scores.float().log_softmax(-1).cpu().numpy())

    return reader
