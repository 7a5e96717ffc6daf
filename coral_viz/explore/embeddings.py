"""Embeddings of a run: maps, bits by part, decompositions between parts, and similarity of parts."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd
from matplotlib.figure import Figure

from coral_viz import figures, style
from coral_viz.evaluation import projections
from coral_viz.explore import finished
from coral_viz.explore.explorer import Explorer, choice
from coral_viz.figures.course.embedding_map import Map, embedding_map, separation
from coral_viz.figures.course.part_similarity import similarity as similarities
from coral_viz.results.metrics import BEST
from coral_viz.results.parts import are, parse, part_title

NOTHING, BEFORE = "nothing", "before training"


@dataclass(frozen=True)
class Side:
    """One of the embeddings that are compared: of a run, trained or untrained."""

    title: str
    key: tuple[str, str, bool]  # folder, run, whether trained
    run: finished.Finished
    embedded: finished.Embedded


class Embeddings(Explorer):
    """``explore.embeddings()``: a finished run, alone, beside another one, or beside its untrained method."""

    NAME = "embeddings"
    ONLY = MappingProxyType(
        {
            "map": ("part", "label", "projection"),
            "bits by part": ("label",),
            "between parts": ("label",),
            "similarity": (),
        }
    )
    MORE = ("folder", "part", "projection")

    def controls(self):
        chosen = finished.chooser(self)
        beside = choice("beside it", [NOTHING, BEFORE], BEFORE)
        picture = choice("picture", PICTURES, "map")
        part, label = choice("part", ["all"], "all"), choice("label", ["redundancy"], "redundancy")
        projection = choice("projection", projections.names(), "PCA")
        widgets = chosen | {"beside": beside, "picture": picture, "part": part, "label": label}

        def follow(change=None):
            """Offer the parts and labels of the run, and the other runs of the folder."""
            folder, run = chosen["folder"].value, chosen["run"].value
            others = [option for option in finished.listed(folder) if option[1] != run]
            with self.following(), contextlib.suppress(ValueError):  # ``compute`` says what is wrong with the run
                finished.offer(beside, [(NOTHING, NOTHING), (BEFORE, BEFORE), *others])
                embedded = finished.embedded(folder, run)
                finished.offer(part, [(part_title(name), name) for name in embedded.parts])
                finished.offer(label, [(style.label_style(name).name, name) for name in embedded.labels])

        follow()
        chosen["run"].observe(follow, "value")
        return widgets | {"projection": projection}

    def compute(self, settings):
        sides = _sides(settings["folder"], settings["run"], settings["beside"])
        for side in sides:
            if settings["label"] not in side.embedded.labels:
                raise ValueError(f"{side.title} has no label {settings['label']!r}.")
            finished.check_classes(side.embedded.labels, settings["label"])
        return PICTURES[settings["picture"]][0](sides, settings)

    def draw(self, computed, settings, look):
        return PICTURES[settings["picture"]][1](computed, settings, look)

    def caption(self, computed, settings):
        return PICTURES[settings["picture"]][2](computed, settings)


def _sides(folder: str, run: str, beside: str) -> list[Side]:
    """From left to right: before training, if asked for, the run, another run."""
    ids = [run] if beside in (NOTHING, BEFORE) else [run, beside]
    names = finished.titles([finished.opened(folder, run_id).spec for run_id in ids])
    sides = [_side(name, folder, run_id) for name, run_id in zip(names, ids)]
    return [_side(BEFORE, folder, run, trained=False), *sides] if beside == BEFORE else sides


def _side(title: str, folder: str, run_id: str, trained: bool = True) -> Side:
    run, embedded = finished.opened(folder, run_id), finished.embedded(folder, run_id, trained)
    return Side(title, (folder, run_id, trained), run, embedded)


# --- the map ----------------------------------------------------------------------------------------------------------


def _maps(sides: list[Side], settings: dict) -> dict[str, Map]:
    maps = {}
    for side in sides:
        part = settings["part"] if settings["part"] in side.embedded.parts else "all"
        points, axes = finished.projected(*side.key, part, settings["projection"])
        classes = side.embedded.labels[settings["label"]][: len(points)]
        maps[f"{side.title}: {part_title(part)}"] = Map(points, classes, axes)
    return maps


def _draw_maps(maps: dict[str, Map], settings: dict, look) -> Figure:
    words = f"{settings['projection']} of {finished.MAPPED} test samples; each map has axes and a scale of its own."
    return embedding_map(maps, label=settings["label"], small_print=words, look=look)


def _say_maps(maps: dict[str, Map], settings: dict) -> str:
    told = [f"{separation(shown.points, shown.classes):.0%} ({name})" for name, shown in maps.items()]
    return f"Share of the spread on the map that lies between the classes of {settings['label']}: {', '.join(told)}."


# --- what was measured ------------------------------------------------------------------------------------------------


def _rows(sides: list[Side], settings: dict) -> pd.DataFrame:
    """The rows of the trained runs; two of one objective and distribution are told apart by seed, else by id."""
    frames = [side.run.rows for side in sides if side.key[2]]
    kinds = {tuple(rows[["method", "knob", "distribution"]].iloc[0]) for rows in frames}
    if len(kinds) < len(frames):
        seeds = [f" seed {rows['seed'].iloc[0]}" for rows in frames]
        marks = seeds if len(set(seeds)) == len(frames) else [f" {rows['run_id'].iloc[0][:6]}" for rows in frames]
        frames = [rows.assign(knob=rows["knob"] + mark) for rows, mark in zip(frames, marks)]
    return pd.concat(frames, ignore_index=True)


def _draw_bits(rows: pd.DataFrame, settings: dict, look) -> Figure:
    return figures.matrix(rows, look=look)


def _say_bits(rows: pd.DataFrame, settings: dict) -> str:
    whole = rows[(rows["part"] == "all") & (rows["metric"] == "bits") & (rows["readout"] == BEST)]
    told = [f"{row.value:z.2f} ({_name(row)})" for row in whole[whole["label"] == settings["label"]].itertuples()]
    return f"Bits about {settings['label']} in the whole embedding, after training: {', '.join(told)}."


def _draw_between(rows: pd.DataFrame, settings: dict, look) -> Figure:
    return figures.stacked(rows, look=look)


def _say_between(rows: pd.DataFrame, settings: dict) -> str:
    about = rows[(rows["label"] == settings["label"]) & are(rows, "pair")]
    told = []
    for (_, part), atoms in about.groupby(["run_id", "part"], sort=False):
        first, second = map(part_title, parse(part).names)
        bits = atoms.set_index("metric")["value"]
        told.append(
            f"{_name(atoms.iloc[0])}: in both {first} and {second} {bits['redundancy']:.2f}, in {first} only "
            f"{bits['unique_1']:.2f}, in {second} only {bits['unique_2']:.2f}, only together {bits['synergy']:.2f}"
        )
    return f"Bits about {settings['label']}, after training. {'; '.join(told)}."


def _name(row) -> str:
    return ", ".join(filter(None, [style.method_style(row.method, row.knob).label, row.distribution]))


# --- geometry ---------------------------------------------------------------------------------------------------------


def _similarities(sides: list[Side], settings: dict) -> dict:
    return {side.title: finished.similarities(*side.key) for side in sides}


def _draw_similarities(rows: dict, settings: dict, look) -> Figure:
    return similarities(rows, look=look)


def _say_similarities(rows: dict, settings: dict) -> str:
    return "Cosine compares directions sample by sample; orthogonal parts can hold the same information."


PICTURES = {
    "map": (_maps, _draw_maps, _say_maps),
    "bits by part": (_rows, _draw_bits, _say_bits),
    "between parts": (_rows, _draw_between, _say_between),
    "similarity": (_similarities, _draw_similarities, _say_similarities),
}
"""By the name to choose: what is computed, how it is drawn, what is said below."""
