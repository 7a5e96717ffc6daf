"""The commands of ``python -m coral_viz``: each module adds its options (``add``) and does its work (``run``).

``run`` returns the exit status, None for 0; its options hold, besides, the line that was ``typed``. It imports what it
needs itself, so that help and mistyped options are answered at once.
"""

from coral_viz.commands import bench, doctor, figures, methods, ship, sweep, tour, train

COMMANDS = (tour, train, sweep, figures, methods, doctor, bench, ship)
"""In the order in which help lists them."""
