"""``ship``: from a finished tour or sweep to what the package ships."""

BRIEF = "write the tables and figures of data/ from a finished tour or sweep"
WORDS = "Write tables, figures or trained methods of a finished tour or sweep to data/, which ships with the package."


def add(parser) -> None:
    parser.add_argument("tour", help="folder of the tour or sweep")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--name", help="ship the tables and figures under this name, such as factors")
    what.add_argument("--runs", type=int, metavar="SEED", help="ship the trained methods and recordings of this seed")
    what.add_argument("--grid", metavar="NAME", help="ship the tables of a sweep under this name, such as coral")
    parser.add_argument("--data", default="data", help="folder to write to (default %(default)s)")
    parser.add_argument("--command", required=True, help="the command that made the folder, for the manifest")


def run(options) -> None:
    from coral_viz.publishing import shipping

    if options.grid is not None:
        paths = shipping.ship_grid(options.tour, options.data, name=options.grid, command=options.command)
    elif options.runs is None:
        paths = shipping.ship(options.tour, options.data, name=options.name, command=options.command)
    else:
        paths = shipping.ship_runs(options.tour, options.data, seed=options.runs, command=options.command)
    print(*paths, sep="\n")
