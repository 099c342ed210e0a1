"""Budgets by SciPy's SLSQP, called as pymc-marketing's optimizer calls it: ftol 1e-9, 1,000 steps, equal shares to begin.

A script of its own environment, which has NumPy and SciPy only: budgets_in_scipy.py INSTANCE, a file of JSON with the
curves' ``form``, ``height``, ``scale`` and ``shape`` (lists), ``low``, ``high`` and ``total``. Objective and gradient are
given in closed form, without draws, so that nothing but the optimizer is measured.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
from scipy.optimize import minimize


def main(path: str) -> None:
    """Solve, and print what came out as JSON."""
    asked = json.loads(Path(path).read_text(encoding="utf-8"))
    form = np.array(asked["form"])
    height, scale, shape, low, high = (
        np.array(asked[name]) for name in ("height", "scale", "shape", "low", "high")
    )
    is_power, is_exponential, is_log, is_hill = (
        form == name for name in ("power", "exponential", "log", "hill")
    )

    def value(x: np.ndarray) -> float:
        z = np.maximum(x, 0) / scale
        out = np.empty_like(z)
        out[is_power] = z[is_power] ** shape[is_power]
        out[is_exponential] = -np.expm1(-z[is_exponential])
        out[is_log] = np.log1p(z[is_log])
        out[is_hill] = 1 - 1 / (1 + z[is_hill] ** shape[is_hill])
        return -float(height @ out)

    def rise(x: np.ndarray) -> np.ndarray:
        z = np.maximum(x, 1e-9 * scale) / scale
        out = np.empty_like(z)
        s = shape[is_power]
        out[is_power] = s * z[is_power] ** (s - 1)
        out[is_exponential] = np.exp(-z[is_exponential])
        out[is_log] = 1 / (1 + z[is_log])
        s, y = shape[is_hill], z[is_hill]
        out[is_hill] = s * y ** (s - 1) / (1 + y**s) ** 2
        return -height / scale * out

    begun = time.perf_counter()
    found = minimize(
        value,
        np.full(len(form), asked["total"] / len(form)),
        jac=rise,
        method="SLSQP",
        bounds=np.column_stack([low, high]),
        constraints=[{"type": "eq", "fun": lambda x: x.sum() - asked["total"], "jac": np.ones_like}],
        options={"ftol": 1e-9, "maxiter": 1_000},
    )
    seconds = time.perf_counter() - begun
    print(json.dumps({"seconds": seconds, "outcome": -value(found.x), "message": found.message, "off": float(abs(found.x.sum() - asked["total"]))}))  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1])
