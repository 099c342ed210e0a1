import math

import numpy as np
import pytest

from salesnb.outlook.student import t_cdf, t_quantile

# From the printed table of the t distribution: degrees of freedom, P(t <= value), value.
TABLE = [
    (1, 0.9, 3.078),
    (1, 0.975, 12.706),
    (2, 0.95, 2.920),
    (3, 0.99, 4.541),
    (5, 0.9, 1.476),
    (5, 0.995, 4.032),
    (10, 0.95, 1.812),
    (20, 0.975, 2.086),
    (60, 0.9, 1.296),
    (120, 0.975, 1.980),
]


@pytest.mark.parametrize(("freedom", "probability", "value"), TABLE)
def test_values_are_those_of_the_printed_table(freedom, probability, value):
    assert t_quantile(probability, freedom) == pytest.approx(value, abs=0.0006)
    assert t_cdf(value, freedom) == pytest.approx(probability, abs=0.0001)


@pytest.mark.parametrize("value", [-30, -2.5, -0.3, 0, 0.7, 4, 100])
def test_one_and_two_degrees_of_freedom_have_closed_forms(value):
    assert t_cdf(value, 1) == pytest.approx(0.5 + math.atan(value) / math.pi, abs=1e-6)
    assert t_cdf(value, 2) == pytest.approx(0.5 + value / (2 * math.sqrt(2 + value**2)), abs=1e-6)


def test_many_degrees_of_freedom_come_near_the_normal_distribution():
    for value in (-2.0, -0.5, 1.0, 1.96):
        normal = 0.5 * (1 + math.erf(value / math.sqrt(2)))
        assert t_cdf(value, 1e6) == pytest.approx(normal, abs=0.001)


def test_quantile_and_probability_undo_each_other_for_whole_arrays():
    probabilities = np.linspace(0.001, 0.999, 499)[None, :]
    freedom = np.array([1.0, 2.5, 7.3, 41.0, 200.0])[:, None]
    back = t_cdf(t_quantile(probabilities, freedom), freedom)
    assert np.abs(back - probabilities).max() < 1e-6
    assert back.shape == (5, 499)
