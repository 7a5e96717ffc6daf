"""coral_viz: see what is redundant, unique and synergistic between modalities, and what methods keep of it.

Rooms, from the ground up (each imports only those before it): ``pid`` (partial information decomposition, no torch),
``tasks``, ``training``, ``methods`` (with ``nets`` and ``losses``), ``evaluation``, ``results``, ``runs``, ``figures``,
``publishing``, ``explore``, ``teach``, ``cli``. Beside them stand ``style`` (how every picture looks), ``options``
(named settings) and ``registries`` (named tasks and methods); ``files``, ``paths``, ``parents`` and ``extras`` are how
the package meets its machine. Rooms load on first use, so ``import coral_viz`` costs nothing and needs no torch. All
but ``pid`` come with the extra ``train``, ``explore`` and ``teach`` with ``notebooks``.
"""

__version__ = "0.1.0"

ROOMS = (
    "cli",
    "evaluation",
    "explore",
    "figures",
    "methods",
    "options",
    "pid",
    "publishing",
    "registries",
    "results",
    "runs",
    "style",
    "tasks",
    "teach",
    "training",
)


def __getattr__(name):
    if name in ROOMS:
        from coral_viz.extras import load

        return load(f"coral_viz.{name}")
    raise AttributeError(f"coral_viz has no {name!r}; it has {', '.join(ROOMS)}")


def __dir__():
    return [*ROOMS, "__version__"]
