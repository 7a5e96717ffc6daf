"""Partial information decomposition of two sources and a target, in bits; numpy and scipy, never torch.

Which function to call:

- a table p[x1, x2, y], or a batch of them: ``broja(p)``, certified; by another measure: ``decompose_pmf(p, "i_min")``,
  one of ``measures.names()``;
- two sources of a binary target, as tables or posteriors of samples: ``broja_binary``, ``posterior_table``, and
  ``roc_hull`` for figures;
- named examples: ``gates.gate("AND")``; conversion to dit and back: ``to_dit``, ``from_dit``;
- pointwise atoms of outcomes: ``decompose_pointwise(p, "i_sx")``; pointwise information of samples:
  ``pointwise_of_samples(z1, z2, y)``, or ``pointwise_information(t, y)`` with your own posteriors;
- samples, of embeddings or symbols: ``decompose(z1, z2, y)``, with intervals if asked; ``decompose_parts`` for named
  parts;
- held-out posteriors of your own classifiers: ``atoms_from_posteriors``, ``information_from_posterior``;
- a table of counts: ``bias_corrected(counts)``, or ``infer(counts)`` for intervals and a test of S = 0;
- sources with known atoms, to test an estimator: ``truths.load("mixture")``;
- any number of variables without a target, as a table p[x1, ..., xM]: ``total_correlation(p)``,
  ``dual_total_correlation(p)``, ``o_information(p)``;
- Gaussian sources and target of any dimensions: ``gaussian(covariance, d1, d2)``, exact;
- samples with a continuous target: ``gaussian_of_samples(z1, z2, y, copula=True)``, or, for dependence that is not
  monotone, ``decompose_continuous(z1, z2, y)``; without a target: ``gaussian_total_correlation(covariance_of(x))``,
  ``gaussian_dual_total_correlation`` and ``gaussian_o_information``;
- the synergy of three or more sources together: ``union_information(p)``, certified;
- the redundancy lattice of up to four sources: ``redundancy_lattice(3).decompose(p, measures.i_min)``, or for
  embeddings ``decompose_many([z1, z2, z3], y)``.
"""

import importlib

from coral_viz.pid import gates, information, measures, truths
from coral_viz.pid.atoms import NAMES, Atoms
from coral_viz.pid.binary import broja_binary, posterior_table, roc_hull
from coral_viz.pid.bridge import from_dit, to_dit
from coral_viz.pid.broja_solver import broja
from coral_viz.pid.gaussian_closed_form import gaussian
from coral_viz.pid.inference import bias_corrected, infer
from coral_viz.pid.lattice import redundancy_lattice
from coral_viz.pid.many_unions import union_information
from coral_viz.pid.measures import decompose_pmf, decompose_pointwise
from coral_viz.pid.multivariate import dual_total_correlation, o_information, total_correlation
from coral_viz.pid.posteriors import atoms_from_posteriors, information_from_posterior, pointwise_information

__all__ = [
    "NAMES",
    "Atoms",
    "atoms_from_posteriors",
    "bias_corrected",
    "broja",
    "broja_binary",
    "covariance_of",
    "decompose",
    "decompose_continuous",
    "decompose_many",
    "decompose_parts",
    "decompose_pmf",
    "decompose_pointwise",
    "dual_total_correlation",
    "from_dit",
    "gates",
    "gaussian",
    "gaussian_dual_total_correlation",
    "gaussian_o_information",
    "gaussian_of_samples",
    "gaussian_total_correlation",
    "infer",
    "information",
    "information_from_posterior",
    "measures",
    "o_information",
    "pointwise_information",
    "pointwise_of_samples",
    "posterior_table",
    "redundancy_lattice",
    "roc_hull",
    "to_dit",
    "total_correlation",
    "truths",
    "union_information",
]


_ON_FIRST_USE = {  # scikit-learn and scipy.stats take a second to import
    "decompose": "estimate",
    "decompose_continuous": "continuous",
    "decompose_many": "many_sources",
    "decompose_parts": "estimate",
    "covariance_of": "gaussian_multivariate",
    "gaussian_dual_total_correlation": "gaussian_multivariate",
    "gaussian_o_information": "gaussian_multivariate",
    "gaussian_of_samples": "gaussian_estimate",
    "gaussian_total_correlation": "gaussian_multivariate",
    "pointwise_of_samples": "estimate",
}


def __getattr__(name):
    if name in _ON_FIRST_USE:
        return getattr(importlib.import_module(f"coral_viz.pid.{_ON_FIRST_USE[name]}"), name)
    raise AttributeError(f"coral_viz.pid has no {name!r}.")
