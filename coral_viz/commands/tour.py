"""``tour``: train, probe, decompose and draw, and write a report."""

from coral_viz.commands import shared


def add(commands) -> None:
    parser = commands.add_parser("tour", help="train, probe, decompose and draw; writes a report to read")
    parser.add_argument("--out", default="out/tour", help="folder of the report and its runs (default %(default)s)")
    parser.add_argument(
        "--methods", nargs="+", metavar="METHOD", help="name or name:knob=value,...; 'all' for all that fit"
    )
    shared.add_task(parser)
    parser.add_argument("--seeds", nargs="+", type=int, metavar="SEED", help="worlds (default 41 42 43)")
    shared.add_budget(parser)
    parser.add_argument("--quick", action="store_true", help="one seed, few steps: under a minute, numbers not settled")
    shared.add_device(parser)
    shared.add_jobs(parser)
    parser.set_defaults(run=run)


def run(options) -> int:
    from coral_viz import tour

    result = tour.run(
        options.out,
        chosen=options.methods,
        task=options.task,
        seeds=options.seeds or (tour.SEEDS[:1] if options.quick else None),
        budget=tour.budget(options.task, quick=options.quick, steps=options.steps, batch=options.batch),
        device=options.device,
        jobs=options.jobs,
    )
    print(f"Read {result.page}")
    return 1 if len(result.failures) else 0
