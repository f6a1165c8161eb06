"""Time and memory against LightGBM with equal settings, 100 k and 1 M rows, one and two threads; each engine in its own process.

Usage: speed.py PEER [rows…]

LightGBM's time includes the construction of its data set, ours the binning; both read the same float32 values.
"""

import json
import os
import subprocess
import sys
import time

from raw import Peer

import sets

ROUNDS = 100
REPEATS = int(os.environ.get("REPEATS", "3"))


def lightgbm(rows, threads):
    """Runs in a child process: prints seconds and peak memory."""
    import resource

    import lightgbm as lgb

    x, y, _ = sets.binary(rows)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    data = lgb.Dataset(x, y, params={"num_threads": threads, "verbose": -1})
    data.construct()
    binned = time.perf_counter() - start
    model = lgb.train({"objective": "binary", "num_threads": threads, "verbose": -1}, data, ROUNDS)
    fit = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    test = x[:100000]
    start = time.perf_counter()
    model.predict(test, num_threads=threads)
    predict = time.perf_counter() - start
    print(json.dumps({"bin": binned, "fit": fit, "predict": predict, "peak_kb": peak, "before_kb": before}))


def main():
    peer = Peer(sys.argv[1])
    for rows in [int(word) for word in sys.argv[2:]] or [100_000, 1_000_000]:
        x, y, _ = sets.binary(rows)
        peer.data("train", x, y)
        peer.data("test", x[:100000], y[:100000])
        del x, y
        for threads in (1, 2):
            ours, theirs = [], []
            for _ in range(REPEATS):
                _, report, _ = peer.run("train", "test", objective="binary", rounds=ROUNDS, threads=threads)
                ours.append(report)
                done = subprocess.run(
                    [sys.executable, __file__, "child", str(rows), str(threads)], capture_output=True, text=True, check=True
                )
                theirs.append(json.loads(done.stdout.strip().splitlines()[-1]))
            us = {key: min(one[key] for one in ours) for key in ("bin_secs", "fit_secs", "predict_secs", "peak_bytes")}
            them = {key: min(one[key] for one in theirs) for key in theirs[0]}
            print(
                f"{rows:8} rows, {threads} threads: fit ours {us['fit_secs']:.2f} s (bins {us['bin_secs']:.2f}), LightGBM {them['fit']:.2f} s "
                f"(bins {them['bin']:.2f}): {us['fit_secs'] / them['fit']:.2f}x; predict 100 k {us['predict_secs']:.2f} / {them['predict']:.2f} s; "
                f"peak ours {us['peak_bytes'] / 1e6:.0f} MB with data, LightGBM {them['peak_kb'] / 1e3:.0f} MB of which before {them['before_kb'] / 1e3:.0f}",
                flush=True,
            )


if sys.argv[1] == "child":
    lightgbm(int(sys.argv[2]), int(sys.argv[3]))
else:
    main()
