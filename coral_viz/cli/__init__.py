"""The commands of ``python -m coral_viz``: a module each, ``NAME_command``.

``BRIEF`` and ``WORDS`` are its line in the list of commands and its own help, ``add`` gives a parser its options, and
``run`` does the work and returns the exit status, None for 0. The options hold, besides, the line that was ``typed``.
A module imports what it needs when it runs, so that help and mistyped options are answered at once.
"""

from coral_viz.cli import (
    bench_command,
    data_command,
    doctor_command,
    figures_command,
    methods_command,
    ship_command,
    sweep_command,
    tour_command,
    train_command,
)

MODULES = (
    tour_command,
    train_command,
    sweep_command,
    figures_command,
    methods_command,
    data_command,
    doctor_command,
    bench_command,
    ship_command,
)
COMMANDS = {module.__name__.rpartition(".")[2].removesuffix("_command"): module for module in MODULES}
"""By name, in the order in which help lists them."""
