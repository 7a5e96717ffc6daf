"""The commands of ``python -m coral_viz``: a module each, ``NAME_command``.

``BRIEF`` is its line in the list of commands, ``WORDS`` its help. ``add`` adds its options to a parser. ``run`` does
the work and returns the exit status, None for 0; its options also have the line that was ``typed``. Modules import
their dependencies when they run, so that help and errors in options appear at once.
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
