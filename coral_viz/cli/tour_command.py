"""``tour``: train, probe, decompose and draw, and write a report."""

from coral_viz.cli import shared_options

BRIEF = "train, probe, decompose and draw; write a report"
WORDS = (
    "Train methods with several seeds, measure which information each embedding keeps and in which part, and write "
    "a page with tables and figures. Ctrl-C keeps finished runs; the same command continues from there."
)


def add(parser) -> None:
    parser.add_argument("--out", default="out/tour", help="folder of the report and its runs (default %(default)s)")
    parser.add_argument(
        "--methods",
        nargs="+",
        metavar="METHOD",
        help="name or name:hyperparameter=value,...; module:Class of your own; 'all': all that fit",
    )
    shared_options.add_task(parser)
    parser.add_argument("--seeds", nargs="+", type=int, metavar="SEED", help="seeds (default 41 42 43)")
    shared_options.add_budget(parser)
    quick = "train one seed with few steps, in about a minute on two cores; results have not converged"
    parser.add_argument("--quick", action="store_true", help=quick)
    shared_options.add_device(parser)
    shared_options.add_jobs(parser)


def run(options) -> int:
    from coral_viz.cli import tour

    result = tour.run(
        options.out,
        chosen=options.methods,
        task=options.task,
        seeds=options.seeds or (tour.SEEDS[:1] if options.quick else None),
        budget=tour.budget(options.task, short=True, quick=options.quick, steps=options.steps, batch=options.batch),
        device=options.device,
        jobs=options.jobs,
        command=options.typed,
    )
    print(f"Read {result.page}")
    return 1 if len(result.failures) else 0
