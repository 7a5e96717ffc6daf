"""The table in words: sentences whose every number and every comparison is computed from its rows."""

from __future__ import annotations

import itertools

import pandas as pd

from coral_viz import style, tables
from coral_viz.figures.parts import part_name
from coral_viz.tables import VARIANT

NEARLY_ALL, HARDLY_ANY = 0.95, 0.05  # shares of the truth
FEW_SEEDS = 5
NOTABLE = 0.1  # bits


def kept(table: pd.DataFrame) -> list[str]:
    """What each method kept by the best readout, a paragraph per training distribution, and how far to trust it."""
    summary = tables.bits_kept(table)
    best = summary[summary["readout"] == "best"]
    paragraphs = [
        _after(distribution, best[best["distribution"] == distribution]) for distribution in tables.distributions(best)
    ]
    return [*paragraphs, " ".join([*_readouts(summary), *_caution(best)])]


def leakage(table: pd.DataFrame) -> str:
    """For each method, the most that two of its parts hold in common about a label that is not redundant."""
    rows = table[table["part"].str.contains("|", regex=False) & (table["metric"] == "redundancy")]
    rows = rows[rows["label"] != "redundancy"]
    if rows.empty:
        return ""
    means = tables.summarise(rows, [*VARIANT, "part", "distribution", "label"])
    words = []
    for variant in style.method_order(tables.variants(means)):
        top = tables.of_variant(means, variant).nlargest(1, "estimate").iloc[0]
        first, second = map(part_name, top["part"].split("|"))
        about = f" of {_label(top['label'])} in both {first} and {second}, after {top['distribution']} training"
        words.append(f"{_name(variant)} {top['estimate']:z.2f} bits{about if top['estimate'] >= NOTABLE else ''}")
    return f"The most that two parts hold in common, the redundancy label aside: {'; '.join(words)}."


def _after(distribution: str, rows: pd.DataFrame) -> str:
    """Sentences on one training distribution; neighbouring labels that the same methods kept share a sentence."""
    per_label = [(label, rows[rows["label"] == label]) for label in tables.labels(rows)]
    sentences = []
    for _, group in itertools.groupby(per_label, key=lambda pair: _pattern(pair[1])):
        labels, frames = zip(*group)
        sentences.append(_sentence(labels, pd.concat(frames)))
    rest = [sentence[0].upper() + sentence[1:] for sentence in sentences[1:]]
    return " ".join([f"After {distribution} training, {sentences[0]}", *rest])


def _pattern(rows: pd.DataFrame) -> list:
    """Who kept nearly all (2), some (1) or hardly any (0) of what truth."""
    kinds = (rows["share"] > HARDLY_ANY).astype(int) + (rows["share"] >= NEARLY_ALL).astype(int)
    return sorted(zip(rows["method"], rows["knob"], kinds, rows["truth"].round(6)))


def _sentence(labels: tuple[str, ...], rows: pd.DataFrame) -> str:
    """Who kept nearly all, some, or hardly any of labels that share a pattern; to go on with, so in small letters."""
    truth = rows["truth"].iloc[0]
    scale = f"{truth:.3g} bit{'' if truth == 1 else 's'}{' each' * (len(labels) > 1)}"
    names = _join([_label(label) for label in labels])
    full, none = rows[rows["share"] >= NEARLY_ALL], rows[rows["share"] <= HARDLY_ANY]
    variants = tables.variants(rows)
    if len(full) == len(rows):
        who = "every method" if len(variants) > 1 else _name(*variants)
        return f"{who} kept nearly all of {names} (at least {full['estimate'].min():z.2f} of {scale})."
    if len(none) == len(rows):
        who = "no method kept" if len(variants) > 1 else f"{_name(*variants)} did not keep"
        return f"{who} more than {max(0.0, none['estimate'].max()):z.2f} of {scale} of {names}."
    some = rows.drop([*full.index, *none.index]).sort_values("estimate", ascending=False)
    found = []
    for variant in dict.fromkeys(some[VARIANT].itertuples(index=False, name=None)):
        values = tables.of_variant(some, variant)["estimate"].sort_index()
        found.append(f"{_name(variant)} kept {_join([f'{value:z.2f}' for value in values])}")
    found += [f"{_names(full)} nearly all"] if len(full) else []
    found += [f"{_names(none)} hardly any"] if len(none) else []
    return f"of {names} ({scale}), {_join(found)}."


def _readouts(summary: pd.DataFrame) -> list[str]:
    """Where a linear readout finds notably less than the best one."""
    if not {"best", "linear"} <= set(summary["readout"]):
        return []
    wide = summary.pivot(index=[*VARIANT, "distribution", "label"], columns="readout", values="estimate")
    gap = wide["best"] - wide["linear"]
    if gap.max() < NOTABLE:
        return [
            f"A linear readout finds all but {max(0.0, gap.max()):.2f} bits of what the best one finds, everywhere."
        ]
    hidden, found = wide[gap >= NOTABLE].reset_index(), []
    for distribution in tables.distributions(hidden):
        here = hidden[hidden["distribution"] == distribution]
        for label in tables.labels(here):
            linear = here[here["label"] == label].set_index(VARIANT)["linear"]
            values = [f"{linear[variant]:z.2f} with {_name(variant)}" for variant in style.method_order(linear.index)]
            found.append(f"of {_label(label)} after {distribution} training {_join(values)}")
    return [f"A linear readout finds less of it: {'; '.join(found)}."]


def _caution(rows: pd.DataFrame) -> list[str]:
    seeds = rows["n"].min()
    if seeds >= FEW_SEEDS:
        return []
    return [f"With {seeds} seed{'' if seeds == 1 else 's'} this is a first look, not a ranking."]


def _name(variant: tuple[str, str]) -> str:
    return style.method_style(*variant).label


def _names(rows: pd.DataFrame) -> str:
    return _join([_name(variant) for variant in style.method_order(tables.variants(rows))])


def _label(label: str) -> str:
    return style.ATOM_NAMES.get(label, label).lower()


def _join(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
