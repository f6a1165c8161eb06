"""Generated data sets: (name, objective, x, y, categorical columns)."""

import numpy as np


def numbers(rows, columns, seed):
    return np.random.default_rng(seed).normal(size=(rows, columns)).astype(np.float32)


def signal(x):
    return (
        np.sin(2 * x[:, 0]) + x[:, 1] * x[:, 2] + 0.5 * x[:, 3] ** 2 - np.abs(x[:, 4])
        + 0.7 * (x[:, 5] > 0.5) * x[:, 6] + 0.3 * x[:, 7]
    )


def binary(rows, seed=1, columns=28):
    generator = np.random.default_rng(seed + 100)
    x = numbers(rows, columns, seed)
    chance = 1 / (1 + np.exp(-(signal(x) - 0.2)))
    return x, (generator.random(rows) < chance).astype(float), ()


def binary_missing(rows, seed=2):
    x, y, _ = binary(rows, seed)
    generator = np.random.default_rng(seed + 200)
    x[generator.random(x.shape) < 0.15] = np.nan
    x[(y == 1) & (generator.random(rows) < 0.3), 9] = np.nan
    return x, y, ()


def rare(rows, seed=3):
    generator = np.random.default_rng(seed + 100)
    x = numbers(rows, 20, seed)
    chance = 1 / (1 + np.exp(-(signal(x) - 5)))
    return x, (generator.random(rows) < chance).astype(float), ()


def categories(rows, seed=4):
    generator = np.random.default_rng(seed)
    x = numbers(rows, 12, seed)
    effect = generator.normal(size=200)
    x[:, 8] = generator.integers(0, 200, rows)
    x[:, 9] = generator.integers(0, 3, rows)
    x[:, 10] = np.minimum(generator.geometric(0.02, rows), 400)
    noise = np.random.default_rng(seed + 1).normal(size=401)
    score = signal(x[:, :8]) + effect[x[:, 8].astype(int)] + 0.5 * noise[x[:, 10].astype(int)] + (x[:, 9] == 1)
    chance = 1 / (1 + np.exp(-score + 0.5))
    y = (generator.random(rows) < chance).astype(float)
    x[generator.random(rows) < 0.05, 8] = np.nan
    return x, y, (8, 9, 10)


def squares(rows, seed=5):
    generator = np.random.default_rng(seed + 100)
    x = numbers(rows, 28, seed)
    return x, signal(x) * 3 + generator.normal(size=rows), ()


def heavy(rows, seed=6):
    generator = np.random.default_rng(seed + 100)
    x = numbers(rows, 20, seed)
    return x, signal(x) * 3 + generator.standard_t(2, size=rows), ()


def sparse(rows, seed=7):
    generator = np.random.default_rng(seed + 100)
    x = numbers(rows, 30, seed)
    x[generator.random(x.shape) < 0.6] = 0
    return x, signal(x) * 3 + generator.normal(size=rows), ()


def counts(rows, seed=8):
    generator = np.random.default_rng(seed + 100)
    x = numbers(rows, 15, seed)
    return x, generator.poisson(np.exp(np.clip(signal(x) * 0.5, -4, 3))).astype(float), ()


def classes(rows, seed=9, count=6):
    generator = np.random.default_rng(seed + 100)
    x = numbers(rows, 20, seed)
    scores = np.stack([signal(np.roll(x, 2 * k, axis=1)) for k in range(count)], 1)
    noise = generator.gumbel(size=scores.shape)
    return x, np.argmax(scores + noise, axis=1).astype(float), ()
