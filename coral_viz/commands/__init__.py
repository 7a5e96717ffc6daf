"""The commands of ``python -m coral_viz``: a module each, by whose name it goes.

``BRIEF`` and ``WORDS`` are its line in the list of commands and its own help, ``add`` gives a parser its options, and
``run`` does the work and returns the exit status, None for 0. The options hold, besides, the line that was ``typed``.
A module imports what it needs when it runs, so that help and mistyped options are answered at once.
"""

from coral_viz.commands import bench, doctor, figures, methods, ship, sweep, tour, train

COMMANDS = (tour, train, sweep, figures, methods, doctor, bench, ship)
"""In the order in which help lists them."""
