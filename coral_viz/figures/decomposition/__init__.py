"""Decompositions themselves: gates, atoms, the lattice, unique information, and how good solvers and estimators are."""
