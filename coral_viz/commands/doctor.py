"""``doctor``: whether this machine is ready."""


def add(commands) -> None:
    words = "Say which versions and devices there are, train something for five seconds, and name a fix for what fails."
    parser = commands.add_parser("doctor", help="versions, device and a self-test, with fixes", description=words)
    parser.set_defaults(run=run)


def run(options) -> int:
    from coral_viz import doctor

    return doctor.main()
