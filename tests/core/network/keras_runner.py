"""A process of its own that runs exported Keras files: `{"folder": ...}` a line in, `{"difference": ...}` a line out.

A folder holds `exported.py`, `weights.safetensors`, `inputs.npy` and `outputs.npy`, images with the channels first.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
import traceback
from pathlib import Path

import numpy as np

os.environ["KERAS_BACKEND"] = "torch"
import keras


def answer(folder: Path) -> dict[str, object]:
    names = runpy.run_path(str(folder / "exported.py"))
    model = names["build"]()
    names["load_weights"](model, folder / "weights.safetensors")
    inputs, expected = np.load(folder / "inputs.npy"), np.load(folder / "outputs.npy")
    outputs = keras.ops.convert_to_numpy(model(np.moveaxis(inputs, 1, -1) if inputs.ndim == 4 else inputs))
    outputs = np.moveaxis(outputs, -1, 1) if outputs.ndim == 4 else outputs
    if outputs.shape != expected.shape:
        return {"error": f"{outputs.shape} instead of {expected.shape}"}
    scale = max(1.0, float(np.abs(expected).max()))
    return {"difference": float(np.abs(outputs - expected).max()) / scale, "parameters": model.count_params()}


if __name__ == "__main__":
    replies, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        try:
            reply = answer(Path(json.loads(line)["folder"]))
        except Exception:
            reply = {"error": traceback.format_exc()}
        print(json.dumps(reply), file=replies, flush=True)
