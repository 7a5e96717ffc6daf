"""The loss terms of a training, which stay on their device for many steps, so that no step waits for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import torch
from torch import Tensor

FETCHED = 200
"""Steps after which their loss terms are fetched from the device, which waits for it."""


class TrainingDiverged(RuntimeError):
    """A loss term became NaN or infinite; the message names the step and the terms."""


@dataclass
class History:
    """The loss terms of every step in nats. The latest ones may still be ``on_device``, see ``fetch``.

    ``log`` is called with the number of every step and its terms by name, once they are fetched.
    """

    terms: list[str] = field(default_factory=list)
    values: list[list[float]] = field(default_factory=list)
    on_device: list[Tensor] = field(default_factory=list)
    log: Callable[[int, dict[str, float]], None] | None = None

    def record(self, terms: dict[str, Tensor]) -> None:
        """Append one step, on its device; every ``FETCHED`` steps, all are fetched."""
        self.terms = list(terms)
        self.on_device.append(torch.stack([term.detach().float() for term in terms.values()]))
        if len(self.on_device) == FETCHED:
            self.fetch()

    def fetch(self) -> None:
        """Wait for the device and fetch its steps. TrainingDiverged at the first term that is not finite."""
        steps = torch.stack(self.on_device).tolist() if self.on_device else []
        self.on_device.clear()
        for values in steps:
            self.values.append(values)
            broken = [name for name, value in zip(self.terms, values) if not np.isfinite(value)]
            if broken:
                raise TrainingDiverged(
                    f"step {len(self.values)}: {', '.join(broken)} is not finite; lower the learning rate."
                )
            if self.log:
                self.log(len(self.values), dict(zip(self.terms, values)))

    @contextmanager
    def fetched(self) -> Iterator[None]:
        """A context at whose end all steps are fetched; an error after a divergence is replaced by the latter."""
        try:
            yield
        except Exception:
            self.fetch()
            raise
        self.fetch()

    def frame(self, every: int = 1) -> pd.DataFrame:
        """One row per ``every`` steps (their mean), one column per term, indexed by the last step of each."""
        table = pd.DataFrame(self.values, columns=self.terms, dtype=float)
        step = (table.index // every + 1) * every
        return table.groupby(np.minimum(step, max(len(table), 1))).mean().rename_axis("step")
