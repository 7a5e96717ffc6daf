"""What is chosen by hand of the sweeps of a paper: the metric, the runs, and the configuration to compare with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from coral_viz.figures.sweep import sweep_data, sweep_words
from coral_viz.publishing.paper.sources import Source, Sources


@dataclass(frozen=True)
class SweepChoice:
    """A choice for all sweeps of a set.

    Attributes:
        metric: the only one that is drawn; "" for those that are drawn by default.
        hold: the values of settings that runs must have, as numbers, switches or words, or as text that says them.
        base: the configuration to compare with, in the same form; defaults for settings that it does not name.
    """

    metric: str = ""
    hold: Mapping[str, object] = field(default_factory=dict)
    base: Mapping[str, object] = field(default_factory=dict)

    @property
    def words(self) -> list[str]:
        """The choice as arguments of a command."""
        said = ["--metric", self.metric] if self.metric else []
        for option, settings in (("--hold", self.hold), ("--baseline", self.base)):
            said += (
                [option, *(f"{name}={sweep_words.plain(value)}" for name, value in settings.items())]
                if settings
                else []
            )
        return said

    def of(self, sources: Sources) -> Sources:
        """The sources with the chosen runs of sweeps. ValueError if no sweep has such a setting or metric, or if one
        that has the setting has no run with this value."""
        tables = [source.content for source in sources.sweeps.values() if isinstance(source.content, pd.DataFrame)]
        varied = dict.fromkeys(name for table in tables for name in sweep_data.settings(table))
        if unknown := [name for name in (*self.hold, *self.base) if name not in varied]:
            raise ValueError(f"no sweep varies {unknown[0]!r}; they vary {', '.join(varied)}.")
        if self.metric and not any((table["metric"] == self.metric).any() for table in tables):
            raise ValueError(f"no table of a sweep holds the metric {self.metric!r}.")
        for table in tables:
            self.based(table)
        return replace(sources, sweeps={name: self._held(source) for name, source in sources.sweeps.items()})

    def based(self, table: pd.DataFrame) -> dict[str, object]:
        """The values of the base that a table has settings for."""
        return {
            name: level(table, name, value) for name, value in self.base.items() if name in sweep_data.settings(table)
        }

    def _held(self, source: Source) -> Source:
        table = source.content
        if not (self.hold and isinstance(table, pd.DataFrame)):
            return source
        kept, known = pd.Series(True, table.index), sweep_data.settings(table)
        for name, said in self.hold.items():
            kept &= table[name] == level(table, name, said) if name in known else True
        if not kept.any():
            words = " and ".join(f"{name} = {value}" for name, value in self.hold.items())
            raise ValueError(f"no run of {str(source.path)!r} has {words}.")
        return Source(source.path, table[kept])


DEFAULTS = SweepChoice()


def level(table: pd.DataFrame, setting: str, said: object) -> object:
    """The value of a setting that is said, itself or as text. ValueError if no run of the table has it."""
    levels = list(table[setting].dropna().unique())
    for value in levels:
        if value == said or sweep_words.plain(value) == str(said) or (isinstance(said, str) and str(value) == said):
            return value
    words = ", ".join(sweep_words.plain(value) for value in sorted(levels, key=str))
    raise ValueError(f"no run has {setting} = {said}; there are {words}.")


def parsed(words: list[str]) -> dict[str, str]:
    """``["mask_ratio=0.5"]`` as a dict of texts. ValueError for words without a value."""
    said = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not (name and equals and value):
            raise ValueError(f"{word!r} cannot be read: write setting=value, such as mask_ratio=0.5.")
        said[name] = value
    return said
