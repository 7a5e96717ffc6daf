"""The table in sentences; all numbers and comparisons are computed from its rows."""

from __future__ import annotations

import itertools

import pandas as pd

from coral_viz import style
from coral_viz.results import components, parts, references, tables
from coral_viz.results.metrics import BEST, LINEAR
from coral_viz.results.tables import VARIANT

NEARLY_ALL, HARDLY_ANY = 0.95, 0.05  # shares of what the data hold
FEW_SEEDS = 5
NOTABLE = 0.1  # bits
MANY = 5  # more methods than that are counted, not named one by one


def kept(table: pd.DataFrame) -> list[str]:
    """The bits kept by each method (best readout), a paragraph per training distribution, and their reliability."""
    summary = tables.bits_kept(table)
    best = summary[summary["readout"] == BEST]
    paragraphs = [
        _after(distribution, best[best["distribution"] == distribution]) for distribution in tables.distributions(best)
    ]
    return [*paragraphs, " ".join([*_beyond(best), *_readouts(summary), *_luck(table), *_caution(best)])]


def bits(table: pd.DataFrame) -> pd.DataFrame:
    """Mean bits kept, found by the best readout: a row per method, a column per training distribution and label."""
    summary = tables.bits_kept(table)
    best = summary[summary["readout"] == BEST]
    wide = best.pivot(index=VARIANT, columns=["distribution", "label"], values="estimate")
    order = [(distribution, label) for distribution in tables.distributions(best) for label in tables.labels(best)]
    wide = wide.reindex(index=style.method_order(wide.index), columns=[place for place in order if place in wide])
    wide.index = pd.Index(map(_name, wide.index), name="method")
    return wide.rename(columns=style.ATOM_SYMBOLS, level="label")


def leakage(table: pd.DataFrame) -> str:
    """For each method, the largest redundancy between two of its parts about a label that is not redundant."""
    rows = table[parts.are(table, "pair") & (table["metric"] == "redundancy")]
    rows = rows[rows["label"] != "redundancy"]
    if rows.empty:
        return ""
    means = tables.summarise(rows, [*VARIANT, "part", "distribution", "label"])
    top = means.loc[means.groupby(VARIANT)["estimate"].idxmax()].sort_values("estimate", ascending=False)
    variants = style.method_order(tables.variants(top))
    words = [_leak(tables.of_variant(top, variant).iloc[0]) for variant in variants]
    if len(variants) > MANY:
        worst = top.head(MANY - 2)
        words = [_leak(row) for _, row in worst.iterrows()]
        words.append(f"the other {len(top) - len(worst)} at most {top['estimate'].iloc[len(worst)]:z.2f} bits")
    return f"The most that two parts hold in common, the redundancy label aside: {'; '.join(words)}."


def _leak(row: pd.Series) -> str:
    """How much of what two parts of one method hold in common; of what only where it is notable."""
    about = f" of {_label(row['label'])} in both {parts.part_title(row['part'])}, {tables.after(row['distribution'])}"
    name = _name((row["method"], row["knob"]))
    return f"{name} {row['estimate']:z.2f} bits{about if row['estimate'] >= NOTABLE else ''}"


def _after(distribution: str, rows: pd.DataFrame) -> str:
    """Sentences on one training distribution; neighbouring labels that the same methods kept share a sentence."""
    per_label = [(label, rows[rows["label"] == label]) for label in tables.labels(rows)]
    sentences = []
    for _, group in itertools.groupby(per_label, key=lambda pair: _pattern(pair[1])):
        labels, frames = zip(*group)
        sentences.append(_sentence(labels, pd.concat(frames)))
    rest = [sentence[0].upper() + sentence[1:] for sentence in sentences[1:]]
    return " ".join([f"{tables.after(distribution).capitalize()}, {sentences[0]}", *rest])


def _pattern(rows: pd.DataFrame) -> list:
    """Who kept nearly all (2), some (1) or hardly any (0) of what truth."""
    kinds = (rows["share"] > HARDLY_ANY).astype(int) + (rows["share"] >= NEARLY_ALL).astype(int)
    return sorted(zip(rows["method"], rows["knob"], kinds, rows["truth"].round(6)))


def _sentence(labels: tuple[str, ...], rows: pd.DataFrame) -> str:
    """Who kept nearly all, some, or hardly any of labels that share a pattern; to go on with, so in small letters."""
    truth = rows["truth"].iloc[0]
    scale = f"{references.bits(rows.iloc[0])}{' each' * (len(labels) > 1)}"
    names = _join([_label(label) for label in labels])
    full, none = rows[rows["share"] >= NEARLY_ALL], rows[rows["share"] <= HARDLY_ANY]
    variants = tables.variants(rows)
    if len(full) == len(rows):
        who = "every method" if len(variants) > 1 else _name(*variants)
        least = full["estimate"].min().round(2)
        amount = f"at least {least:.2f}" if least < truth else f"{truth:.2f}"
        return f"{who} kept nearly all of {names} ({amount} of {scale})."
    if len(none) == len(rows):
        who = "no method kept" if len(variants) > 1 else f"{_name(*variants)} did not keep"
        most = none["estimate"].max().round(2)
        return f"{who} more than {most:.2f} of {scale} of {names}." if most > 0 else f"{who} any of {names} ({scale})."
    found = _some(rows.drop([*full.index, *none.index]))
    for group, share in ((full, "nearly all"), (none, "hardly any")):
        if len(group):
            is_last = share == "hardly any" or none.empty
            found.append(f"{_names(group, is_last)} {share if found else f'kept {share}'}")
    return f"of {names} ({scale}), {_join(found)}."


def _some(rows: pd.DataFrame) -> list[str]:
    """Who kept how much, the most first; the extremes of many."""
    rows = rows.sort_values("estimate", ascending=False)
    variants = list(dict.fromkeys(rows[VARIANT].itertuples(index=False, name=None)))
    if len(variants) > MANY:
        most, least = rows.iloc[0], rows.iloc[-1]
        ends = [f"{row['estimate']:z.2f} with {_name((row['method'], row['knob']))}" for row in (least, most)]
        return [f"{len(variants)} methods kept from {ends[0]} to {ends[1]}"]
    found = []
    for variant in variants:
        values = tables.of_variant(rows, variant)["estimate"].sort_index()
        found.append(f"{_name(variant)} kept {_join([f'{value:z.2f}' for value in values])}")
    return found


def _readouts(summary: pd.DataFrame) -> list[str]:
    """Where a linear readout finds notably less than the best one; where it misses most, if that is in many places."""
    if not {BEST, LINEAR} <= set(summary["readout"]):
        return []
    wide = summary.pivot(index=[*VARIANT, "distribution", "label"], columns="readout", values="estimate")
    wide = wide.assign(gap=wide[BEST] - wide[LINEAR])
    most = wide["gap"].max().round(2)
    if most < NOTABLE:
        amount = f"all but {most:.2f} bits of what" if most > 0 else "what"
        return [f"A linear readout finds {amount} the best one finds, everywhere."]
    hidden = wide[wide["gap"] >= NOTABLE].reset_index()
    if len(tables.variants(hidden)) > MANY:
        top = hidden.loc[hidden["gap"].idxmax()]
        return [
            f"A linear readout finds at least {NOTABLE:g} bits less in {len(hidden)} of {len(wide)} cases, most of all "
            f"with {_name((top['method'], top['knob']))}: {top[LINEAR]:z.2f} instead of {top[BEST]:z.2f} bits of "
            f"{_label(top['label'])} {tables.after(top['distribution'])}."
        ]
    found = []
    for distribution in tables.distributions(hidden):
        here = hidden[hidden["distribution"] == distribution]
        for label in tables.labels(here):
            linear = here[here["label"] == label].set_index(VARIANT)[LINEAR]
            values = [f"{linear[variant]:z.2f} with {_name(variant)}" for variant in style.method_order(linear.index)]
            found.append(f"of {_label(label)} {tables.after(distribution)} {_join(values)}")
    return [f"A linear readout finds less of it: {'; '.join(found)}."]


def _beyond(rows: pd.DataFrame) -> list[str]:
    """Where embeddings seem to hold more than the data are estimated to, and what that means."""
    by = rows["estimate"] - rows["truth"]
    more = rows[(rows["known"] == references.ESTIMATE) & (by >= references.HARDLY)]
    if more.empty:
        return []
    top = more.loc[by[more.index].idxmax()]
    return [
        f"{_name((top['method'], top['knob']))} seems to hold {top['estimate']:z.2f} bits of {_label(top['label'])}, "
        f"more than the {top['truth']:z.2f} that the data are estimated to hold. No embedding can: the estimate found "
        "less in the data than there is, or the test samples were favourable."
    ]


def _luck(table: pd.DataFrame) -> list[str]:
    """Where bits vary most between trainings on the same data, if any was trained on several times."""
    rows = tables.beside_truth(table, part="all", readout=BEST)
    spread = components.components(rows, [*VARIANT, "distribution", "label"]).dropna(subset=["trainings_sd"])
    if spread.empty:
        return []
    top = spread.loc[spread["trainings_sd"].idxmax()]
    return [
        f"Trained again on the same data, results vary most with {_name((top['method'], top['knob']))}: bits of "
        f"{_label(top['label'])} {tables.after(top['distribution'])} have a standard deviation of "
        f"{top['trainings_sd']:.2f} between trainings of one seed and of {top['seeds_sd']:.2f} between seeds."
    ]


def _caution(rows: pd.DataFrame) -> list[str]:
    seeds = rows["n"].min()
    if seeds >= FEW_SEEDS:
        return []
    return [f"With {seeds} seed{'' if seeds == 1 else 's'} this is a first look, not a ranking."]


def _name(variant: tuple[str, str]) -> str:
    return style.method_style(*variant).label


def _names(rows: pd.DataFrame, is_last: bool) -> str:
    """The methods of the rows by name; how many, if many, where the last group is all the others."""
    found = style.method_order(tables.variants(rows))
    if len(found) <= MANY:
        return _join([_name(variant) for variant in found])
    return f"the other {len(found)}" if is_last else f"{len(found)} methods"


def _label(label: str) -> str:
    return style.label_style(label).name.lower()


def _join(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
