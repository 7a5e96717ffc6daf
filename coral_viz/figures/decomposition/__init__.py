"""Decompositions: gates, atoms, lattices, unique information, and errors of solvers and estimators."""
