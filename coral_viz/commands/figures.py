"""``figures``: the figures and tables of a paper, from tables that ship or the user's own."""


def add(commands) -> None:
    parser = commands.add_parser("figures", help="the figures and tables of a paper, at a venue's exact widths")
    parser.add_argument("--out", default="out/paper", help="folder to write to (default %(default)s)")
    parser.add_argument("--venue", default="icml", help="whose columns: icml, neurips, cvpr, ... (default %(default)s)")
    parser.add_argument(
        "--results", nargs="+", default=[], metavar="TABLE", help="own results.parquet of a tour or sweeps"
    )
    parser.add_argument("--data", default="data", help="folder of shipped data (default %(default)s)")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="these figures and tables alone")
    parser.set_defaults(run=run)


def run(options) -> None:
    from coral_viz import paper

    chosen = {"venue": options.venue, "results": options.results, "data": options.data, "only": options.only}
    made = paper.make(options.out, **chosen)
    lines = [str(paths[0]) for paths in [*made.figures.values(), *made.tables.values()]]
    lines += [f"missing: {name}, since {reason}" for name, reason in made.missing.items()]
    print(*lines, sep="\n")
    print(f"{len(made.figures)} figures and {len(made.tables)} tables; what they rest on is in {made.manifest}")
