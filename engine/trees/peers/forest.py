"""Forests against scikit-learn with its defaults: quality on five training sets each, out-of-bag score, time.

Usage: forest.py PEER [rows]
"""

import re
import sys
import time

import numpy as np
from raw import Peer
from sklearn import ensemble, metrics

import sets

SEEDS = 3
LEARNERS = {
    ("random_forest", True): ensemble.RandomForestClassifier,
    ("extra_trees", True): ensemble.ExtraTreesClassifier,
    ("random_forest", False): ensemble.RandomForestRegressor,
    ("extra_trees", False): ensemble.ExtraTreesRegressor,
}
CASES = [("binary", sets.binary, 2), ("categories as numbers", sets.categories, 2), ("classes", sets.classes, 6), ("squares", sets.squares, 0), ("sparse", sets.sparse, 0)]


def judge(y, predictions, classes):
    if classes:
        predictions = predictions.reshape(len(y), classes)
        return metrics.log_loss(y, np.clip(predictions, 1e-6, 1) / np.clip(predictions, 1e-6, 1).sum(1, keepdims=True)), np.mean(predictions.argmax(1) == y)
    return np.sqrt(np.mean((y - predictions) ** 2)), metrics.r2_score(y, predictions)


def main():
    peer = Peer(sys.argv[1])
    rows = int(sys.argv[2]) if len(sys.argv) > 2 else 5000
    for name, make, classes in CASES:
        x, y, _ = make((SEEDS + 1) * rows)
        test = (x[:rows], y[:rows])
        peer.data("test", *test)
        for learner in ("random_forest", "extra_trees"):
            them, us, their_secs, our_secs, bags = [], [], 0, 0, []
            for seed in range(SEEDS):
                part = slice((seed + 1) * rows, (seed + 2) * rows)
                train = (np.nan_to_num(x[part], nan=-1), y[part])
                bag = {"oob_score": True} if learner == "random_forest" else {}
                start = time.perf_counter()
                model = LEARNERS[learner, classes > 0](100, n_jobs=2, random_state=seed, **bag).fit(*train)
                their_secs += time.perf_counter() - start
                predicted = model.predict_proba(np.nan_to_num(test[0], nan=-1)) if classes else model.predict(np.nan_to_num(test[0], nan=-1))
                them.append(judge(test[1], predicted, classes))
                peer.data("train", *train)
                predicted, report, _ = peer.run("train", "test", learner=learner, classes=classes, threads=2, seed=seed)
                our_secs += report["fit_secs"]
                us.append(judge(test[1], predicted, classes))
                found = re.search(r"Some\(([-0-9.e]+)\)", report["stderr"])
                if found:
                    bags.append((float(found.group(1)), model.oob_score_))
            one, other = np.array(them).mean(0), np.array(us).mean(0)
            spread = (np.array(us) - np.array(them)).std(0, ddof=1) / SEEDS**0.5
            print(
                f"{name:22} {learner:13} loss scikit-learn {one[0]:.4f} ours {other[0]:.4f} (difference {other[0] - one[0]:+.4f} ± {spread[0]:.4f}), "
                f"score {one[1]:.4f} / {other[1]:.4f}, time {their_secs:.1f} / {our_secs:.1f} s"
                + (f", out of bag {np.mean(bags, 0)[1]:.4f} / {np.mean(bags, 0)[0]:.4f}" if bags else ""),
                flush=True,
            )


main()
