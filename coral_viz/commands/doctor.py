"""``doctor``: whether this machine is ready."""


def add(commands) -> None:
    parser = commands.add_parser("doctor", help="versions, device and a five-second self-test, with fixes")
    parser.set_defaults(run=run)


def run(options) -> int:
    from coral_viz import doctor

    return doctor.main()
