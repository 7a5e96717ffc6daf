"""``methods``: what there is to train."""

BRIEF = "the methods there are, as a table"
WORDS = "List the methods that can be trained, as a table: source, modalities, parts of the embedding, knobs, cost."


def add(parser) -> None:
    """It takes no options."""


def run(options) -> None:
    from coral_viz.methods.catalogue import markdown

    print(markdown(), end="")
