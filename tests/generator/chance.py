"""Randomness: always from a named seed, never from global state, so that equal seeds give equal papers."""

import random

import numpy as np


def seeded(*name: object) -> random.Random:
    """Return the generator that ``name`` stands for, the same in every process and version of Python."""
    return random.Random(" ".join(map(str, name)))  # noqa: S311 - papers must come out the same; nothing here is secret


def arrays(rng: random.Random) -> np.random.Generator:
    """Return a generator of random arrays that continues ``rng``."""
    return np.random.default_rng(rng.getrandbits(64))
