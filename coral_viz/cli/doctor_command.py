"""``doctor``: whether this machine is ready."""

BRIEF = "versions, device and a self-test, with fixes"
WORDS = "Say which versions and devices there are, train something for five seconds, and name a fix for what fails."


def add(parser) -> None:
    """It takes no options."""


def run(options) -> int:
    from coral_viz.cli import doctor

    return doctor.main()
