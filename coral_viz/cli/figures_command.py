"""``figures``: the figures and tables of a paper, from tables that ship or the user's own."""

from coral_viz.paths import DATA

VENUES = ("icml", "aistats", "uai", "cvpr", "aaai", "neurips", "iclr", "tmlr", "jmlr")
"""Those of ``style``, which takes longer to import than help may."""

BRIEF = "draw the figures and tables of a paper at a venue's exact widths"
WORDS = (
    "Draw the figures and tables of a paper from the tables that ship or from your own: pdf, svg, png, LaTeX and "
    "csv, each with its caption, and a manifest of their sources."
)


def add(parser) -> None:
    parser.add_argument("--out", default="out/paper", help="folder to write to (default %(default)s)")
    parser.add_argument("--venue", default="icml", help=f"venue: {', '.join(VENUES)} (default %(default)s)")
    parser.add_argument("--serif", action="store_true", help="set text in a serif typeface like the venue's")
    parser.add_argument(
        "--captions",
        default="none",
        choices=("none", "inside"),
        help="inside: n and interval also below each figure; none: only in its caption (default %(default)s)",
    )
    parser.add_argument(
        "--results",
        nargs="+",
        default=[],
        metavar="TABLE",
        help="your own results.parquet of a tour or of sweeps, or a csv of method, seed, metric, value",
    )
    parser.add_argument("--metric", default="", help="of sweeps, this metric alone (default: balanced accuracy)")
    words = "of sweeps, only runs with these values"
    parser.add_argument("--hold", nargs="+", default=[], metavar="SETTING=VALUE", help=words)
    words = "of sweeps, the configuration to compare with (default: the defaults)"
    parser.add_argument("--baseline", nargs="+", default=[], metavar="SETTING=VALUE", help=words)
    parser.add_argument("--data", default=DATA, help="folder of shipped data (default: the package's own)")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="draw only these figures and tables")
    parser.add_argument("--all", action="store_true", help="draw all figures, not only the twelve of a paper")


def run(options) -> None:
    from coral_viz.publishing import paper
    from coral_viz.publishing.paper import sweep_choice

    chosen = {"venue": options.venue, "serif": options.serif, "captions": options.captions, "results": options.results}
    hold, base = map(sweep_choice.parsed, (options.hold, options.baseline))
    chosen |= {"metric": options.metric, "hold": hold, "baseline": base}
    made = paper.make(options.out, **chosen, data=options.data, only=options.only, every=options.all)
    lines = [str(paths[0]) for paths in [*made.figures.values(), *made.tables.values()]]
    lines += [f"missing: {name}, since {reason}" for name, reason in made.missing.items()]
    print(*lines, sep="\n")
    count = [
        f"{len(kind)} {name}{'s' * (len(kind) != 1)}"
        for name, kind in (("figure", made.figures), ("table", made.tables))
    ]
    print(f"{' and '.join(count)}; their sources are in {made.manifest}")
