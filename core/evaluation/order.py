"""The order of classes in a confusion matrix: by their samples, or so that confused ones stand together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering
from scipy.spatial.distance import squareform

from core.evaluation.confusion import Confusion


def by_frequency(matrix: Confusion) -> NDArray[np.int64]:
    """Indices of the classes, most samples first; equal ones stay as given."""
    return np.argsort(-np.asarray(matrix.support), kind="stable")


def by_confusion(matrix: Confusion) -> NDArray[np.int64]:
    """Indices of the classes, those that are taken for each other side by side.

    Hierarchical clustering (average linkage) of the distance 1 - (s_ij + s_ji) / 2, s_ij the share of class i that is
    called j; leaves in the order that keeps neighbours closest (Bar-Joseph, Gifford, Jaakkola, Fast optimal leaf
    ordering for hierarchical clustering, 2001). As given where there are fewer than three classes or no mistake.
    """
    shares = np.nan_to_num(matrix.row_shares)
    close = (shares + shares.T) / 2
    np.fill_diagonal(close, 0.0)
    size = len(close)
    if size < 3 or not close.any():
        return np.arange(size, dtype=np.int64)
    distances = squareform(1.0 - close - np.eye(size), checks=False)
    tree = linkage(distances, "average")
    order = np.asarray(leaves_list(optimal_leaf_ordering(tree, distances)), dtype=np.int64)
    return order if order[0] <= order[-1] else order[::-1].copy()
