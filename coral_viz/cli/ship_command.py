"""``ship``: from a finished tour or sweep to what the package ships."""

BRIEF = "make the tables and pictures of data/ from a finished tour or sweep"
WORDS = "Write what the package ships, tables, pictures or trained methods, to data/ from a finished tour or sweep."


def add(parser) -> None:
    parser.add_argument("tour", help="folder of the tour or sweep")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--name", help="ship the tables and pictures, under this name, such as factors")
    what.add_argument("--runs", type=int, metavar="SEED", help="ship the trained methods of this seed and recordings")
    what.add_argument("--grid", metavar="NAME", help="ship the tables of a sweep, under this name, such as coral")
    parser.add_argument("--data", default="data", help="folder to write to (default %(default)s)")
    parser.add_argument("--command", required=True, help="what made the folder, for the manifest")


def run(options) -> None:
    from coral_viz.publishing import shipping

    if options.grid is not None:
        paths = shipping.ship_grid(options.tour, options.data, name=options.grid, command=options.command)
    elif options.runs is None:
        paths = shipping.ship(options.tour, options.data, name=options.name, command=options.command)
    else:
        paths = shipping.ship_runs(options.tour, options.data, seed=options.runs, command=options.command)
    print(*paths, sep="\n")
