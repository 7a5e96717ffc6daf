"""``methods``: what there is to train."""


def add(commands) -> None:
    words = "List the methods that can be trained, as a table: source, modalities, parts of the embedding, knobs, cost."
    parser = commands.add_parser("methods", help="the methods there are, as a table", description=words)
    parser.set_defaults(run=run)


def run(options) -> None:
    from coral_viz.methods.catalogue import markdown

    print(markdown(), end="")
