"""``methods``: a table of all methods."""

BRIEF = "list all methods as a table"
WORDS = "List all methods as a table: paper, modalities, parts of the embedding, hyperparameters, cost."


def add(parser) -> None:
    """It takes no options."""


def run(options) -> None:
    from coral_viz.methods.catalogue import markdown

    print(markdown(), end="")
