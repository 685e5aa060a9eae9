"""Migration by age: the model schedule of Rogers and Castro (1981), IIASA RR-81-30."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np


def rogers_castro(age: np.ndarray, p: Mapping[str, float]) -> np.ndarray:
    r"""Return the share of migrants at each age (sums to 1).

    .. math:: a_1 e^{-\alpha_1 x} + a_2 e^{-\alpha_2 (x-\mu_2) - e^{-\lambda_2 (x-\mu_2)}} + c

    Args:
        age: (age) single ages, years.
        p: `a1, alpha1, a2, alpha2, mu2, lambda2, c`.
    """
    childhood = p["a1"] * np.exp(-p["alpha1"] * age)
    since = age - p["mu2"]
    labour = p["a2"] * np.exp(-p["alpha2"] * since - np.exp(-p["lambda2"] * since))
    rate = childhood + labour + p["c"]
    return np.asarray(rate / rate.sum())
