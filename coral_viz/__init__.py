"""coral_viz: see what is redundant, unique and synergistic between modalities, and what methods keep of it.

Rooms, from the ground up (each imports only those before it): ``pid`` (partial information decomposition, no torch),
``nets``, ``losses``, ``tasks``, ``methods``, ``training``, ``readouts``, ``probing``, ``tables``, ``runs``,
``statistics``, ``style``, ``figures``, ``report``, ``paper``, ``tour``, ``explore``, ``teach``. They load on first use,
so ``import coral_viz`` costs nothing and needs no torch. All but ``pid`` come with the extra ``train``, ``explore`` and
``teach`` with ``notebooks``.
"""

__version__ = "0.1.0"

ROOMS = (
    "explore",
    "figures",
    "losses",
    "methods",
    "nets",
    "paper",
    "pid",
    "probing",
    "readouts",
    "report",
    "runs",
    "statistics",
    "style",
    "tables",
    "tasks",
    "teach",
    "tour",
    "training",
)


def __getattr__(name):
    if name in ROOMS:
        from coral_viz.extras import load

        return load(f"coral_viz.{name}")
    raise AttributeError(f"coral_viz has no {name!r}; it has {', '.join(ROOMS)}")


def __dir__():
    return [*ROOMS, "__version__"]
