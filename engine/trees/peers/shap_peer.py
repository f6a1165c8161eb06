"""SHAP of LightGBM's own trees, by LightGBM and by this crate, and of this crate's trees by both: equality and time.

Usage: shap_peer.py PEER [rows]

LightGBM's model is written as the text that `examples/shap_trees.rs` reads, so that both explain the same trees.
"""

import subprocess
import sys
import time

import lightgbm as lgb
import numpy as np
import shap
from raw import Peer

import sets


def flatten(model, columns, path):
    """One line a tree: nodes, then per node column, threshold, missing left, left, right, cover; then leaf values and covers."""
    dump = model.dump_model()
    lines = [f"{columns} {len(dump['tree_info'])}"]
    for info in dump["tree_info"]:
        nodes, leaves = [], []

        def visit(node, nodes=nodes, leaves=leaves):
            if "leaf_value" in node:
                leaves.append((node["leaf_value"], node.get("leaf_count", 1)))
                return -len(leaves)
            at = len(nodes)
            nodes.append(None)
            left, right = visit(node["left_child"]), visit(node["right_child"])
            nodes[at] = (node["split_feature"], node["threshold"], int(node["default_left"]), left, right, node["internal_count"])
            return at

        visit(info["tree_structure"])
        words = [len(nodes), *(repr(word) for node in nodes for word in node), *(repr(word) for leaf in leaves for word in leaf)]
        lines.append(" ".join(str(word) for word in words))
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines))


def main():
    peer = Peer(sys.argv[1])
    reader = sys.argv[1].replace("peer", "shap_trees")
    rows = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
    x, y, _ = sets.binary(rows)
    model = lgb.train({"objective": "binary", "verbose": -1, "num_threads": 2}, lgb.Dataset(x, y), 100)
    flatten(model, x.shape[1], peer.path("trees"))
    peer.data("test", x, y)
    for threads in (1, 2):
        start = time.perf_counter()
        theirs = model.predict(x, pred_contrib=True, num_threads=threads)
        their_secs = time.perf_counter() - start
        done = subprocess.run(
            [reader, peer.path("trees"), peer.path("test"), peer.path("shap"), str(threads)],
            capture_output=True, text=True, check=True,
        )
        ours = np.fromfile(peer.path("shap"), "<f8").reshape(theirs.shape)
        print(
            f"{rows} rows, 100 trees of 31 leaves, {threads} threads: ours {float(done.stdout):.2f} s, LightGBM {their_secs:.2f} s "
            f"({float(done.stdout) / their_secs:.2f}x); largest difference {np.abs(ours - theirs).max():.1e} of values up to {np.abs(theirs).max():.2f}",
            flush=True,
        )
    few = x[:500]
    reference = shap.TreeExplainer(model, feature_perturbation="tree_path_dependent").shap_values(few)
    reference = reference[1] if isinstance(reference, list) else reference
    print(f"against the shap package: largest difference {np.abs(ours[:500, :-1] - reference).max():.1e}")


main()
