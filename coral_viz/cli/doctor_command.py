"""``doctor``: whether this machine is ready."""

BRIEF = "report versions and devices, test this machine, and name fixes"
WORDS = "Report versions and devices, train for five seconds, and name a fix for every failure."


def add(parser) -> None:
    """It takes no options."""


def run(options) -> int:
    from coral_viz.cli import doctor

    return doctor.main()
