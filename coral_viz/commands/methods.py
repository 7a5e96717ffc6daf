"""``methods``: what there is to train."""


def add(commands) -> None:
    commands.add_parser("methods", help="the methods there are, as a table").set_defaults(run=run)


def run(options) -> None:
    from coral_viz.methods.catalogue import markdown

    print(markdown(), end="")
