"""Quality against LightGBM with equal settings on five training sets each, the same for both; spreads are over these sets.

Usage: quality.py PEER [rows]
"""

import sys

import lightgbm as lgb
import numpy as np
from raw import Peer
from sklearn import metrics

import sets


def auc(y, p):
    return metrics.roc_auc_score(y, p)


def log_loss(y, p):
    return metrics.log_loss(y, p)


def rmse(y, p):
    return float(np.sqrt(np.mean((y - p) ** 2)))


def mae(y, p):
    return float(np.mean(np.abs(y - p)))


def pinball(y, p):
    return metrics.mean_pinball_loss(y, p, alpha=0.9)


def deviance(y, p):
    return metrics.mean_poisson_deviance(y, np.maximum(p, 1e-12))


CASES = [
    ("binary", sets.binary, "binary", {}, {"objective": "binary"}, [auc, log_loss]),
    ("binary missing", sets.binary_missing, "binary", {}, {"objective": "binary"}, [auc, log_loss]),
    ("rare", sets.rare, "binary", {}, {"objective": "binary"}, [auc, log_loss]),
    ("categories", sets.categories, "binary", {}, {"objective": "binary"}, [auc, log_loss]),
    ("squares", sets.squares, "l2", {}, {"objective": "l2"}, [rmse]),
    ("heavy l1", sets.heavy, "l1", {}, {"objective": "l1"}, [mae]),
    ("heavy huber", sets.heavy, "huber", {"alpha": 1.0}, {"objective": "huber", "parameter": 1.0}, [mae]),
    ("heavy quantile", sets.heavy, "quantile", {"alpha": 0.9}, {"objective": "quantile", "parameter": 0.9}, [pinball]),
    ("sparse", sets.sparse, "l2", {}, {"objective": "l2"}, [rmse]),
    ("counts", sets.counts, "poisson", {}, {"objective": "poisson"}, [deviance]),
    ("classes", sets.classes, "multiclass", {"num_class": 6}, {"objective": "multiclass", "parameter": 6}, [log_loss]),
    ("goss", sets.binary, "binary", {"data_sample_strategy": "goss"}, {"objective": "binary", "rows": "goss"}, [auc, log_loss]),
    ("bagging", sets.squares, "l2", {"bagging_fraction": 0.7, "bagging_freq": 1}, {"objective": "l2", "rows": "bag"}, [rmse]),
]


SEEDS = 5


def theirs(objective, options, train, x_test, categorical, seed):
    data = lgb.Dataset(*train, categorical_feature=list(categorical) or "auto")
    parameters = {"objective": objective, "verbose": -1, "num_threads": 2, "seed": seed, **options}
    return lgb.train(parameters, data, 100).predict(x_test)


def main():
    peer = Peer(sys.argv[1])
    rows = int(sys.argv[2]) if len(sys.argv) > 2 else 20000
    only = sys.argv[3:]
    for name, make, objective, options, ours, measures in CASES:
        if only and name not in only:
            continue
        x, y, categorical = make((SEEDS + 1) * rows)
        test = (x[:rows], y[:rows])
        peer.data("test", *test, categorical)
        them, us = [], []
        for seed in range(SEEDS):
            part = slice((seed + 1) * rows, (seed + 2) * rows)
            train = (x[part], y[part])
            predictions = theirs(objective, options, train, test[0], categorical, seed)
            them.append([measure(test[1], predictions) for measure in measures])
            peer.data("train", *train, categorical)
            predictions, _, _ = peer.run("train", "test", threads=2, seed=seed, **ours)
            predictions = predictions.reshape(predictions.size // rows, rows) if predictions.size == rows else predictions.reshape(rows, -1)
            us.append([measure(test[1], np.squeeze(predictions)) for measure in measures])
        for at, measure in enumerate(measures):
            one, other = np.array(them)[:, at], np.array(us)[:, at]
            difference = other - one
            print(
                f"{name:16} {measure.__name__:9} LightGBM {one.mean():.5f} ± {one.std(ddof=1):.5f}  ours {other.mean():.5f} ± "
                f"{other.std(ddof=1):.5f}  paired difference {difference.mean():+.5f} ± {difference.std(ddof=1) / SEEDS**0.5:.5f}",
                flush=True,
            )


main()
