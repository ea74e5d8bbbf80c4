"""A fitted model as one file of arrays: the only way it leaves training."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cleaner.model.forest import Forest

if TYPE_CHECKING:
    import lightgbm as lgb

ZIP_TIMESTAMP = (1980, 1, 1, 0, 0, 0)  # the same arrays must give the same file


def floor32(value: float) -> np.float32:
    """The largest float32 not above: `x > value` then means the same for every float32 x."""
    rounded = np.float32(value)
    return rounded if float(rounded) <= value else np.nextafter(rounded, np.float32(-np.inf))


def to_forest(model: lgb.Booster, depth: int) -> Forest:
    """The trees, padded to full depth."""
    trees = [tree["tree_structure"] for tree in model.dump_model()["tree_info"]]
    n_inner, n_leaves = 2**depth - 1, 2**depth
    feature = np.zeros((len(trees), n_inner), np.int16)
    threshold = np.full((len(trees), n_inner), np.inf, np.float32)
    value = np.zeros((len(trees), n_inner + n_leaves), np.float32)
    for t, tree in enumerate(trees):
        for position, node in _nodes(tree, 0, n_inner):
            if "split_feature" in node and position < n_inner:
                feature[t, position], threshold[t, position] = (
                    node["split_feature"],
                    floor32(node["threshold"]),
                )
                value[t, position] = node["internal_value"]
            else:
                value[t, position] = node["leaf_value"]
    return Forest(feature, threshold, value[:, n_inner:], value[:, :n_inner], 0.0)


def _nodes(node: dict[str, Any], position: int, n_inner: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """Every position of the full tree with the node there; a leaf fills all positions below it."""
    yield position, node
    if position < n_inner:
        split = "split_feature" in node
        yield from _nodes(node["left_child"] if split else node, 2 * position + 1, n_inner)
        yield from _nodes(node["right_child"] if split else node, 2 * position + 2, n_inner)


def sha256_of(arrays: dict[str, NDArray[Any]]) -> str:
    """One sha256 over all arrays but the header."""
    total = hashlib.sha256()
    for name in sorted(arrays):
        total.update(f"{name} {arrays[name].dtype} {arrays[name].shape}\n".encode())
        total.update(np.ascontiguousarray(arrays[name]).tobytes())
    return total.hexdigest()


def write_model(path: Path, arrays: dict[str, NDArray[Any]], header: dict[str, Any]) -> None:
    """The arrays and their header as a compressed npz that numpy reads; byte for byte the same for the
    same arrays."""
    text = json.dumps(header | {"sha256": sha256_of(arrays)}, ensure_ascii=False, sort_keys=True)
    named_arrays = {"header": np.frombuffer(text.encode(), np.uint8)} | arrays
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(named_arrays):
            raw = io.BytesIO()
            np.lib.format.write_array(raw, np.ascontiguousarray(named_arrays[name]), allow_pickle=False)
            archive.writestr(
                zipfile.ZipInfo(f"{name}.npy", ZIP_TIMESTAMP), raw.getvalue(), zipfile.ZIP_DEFLATED
            )
