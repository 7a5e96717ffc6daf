"""``train``: one run, also by several processes as one."""

from coral_viz.cli import shared_options

BRIEF = "train and measure one run; with torchrun on several devices"
WORDS = "Train one method with one seed and print what its embedding keeps; with torchrun on several devices."


def add(parser) -> None:
    parser.add_argument("method", help="name or name:hyperparameter=value,...; module:Class of your own")
    shared_options.add_task(parser)
    parser.add_argument("--seed", type=int, default=41, help="seed of the task and its samples (default %(default)s)")
    parser.add_argument(
        "--training-seed", type=int, help="seed of initial weights, order, views and masks (default: SEED)"
    )
    shared_options.add_like(parser)
    shared_options.add_budget(parser)
    shared_options.add_device(parser)
    parser.add_argument("--out", default="out/runs", help="folder of runs (default %(default)s)")
    parser.add_argument("--log", help="log loss terms and results to tensorboard (in OUT/logs) or wandb")
    words = "record the training at about POINTS steps, for explore.recordings() (if no number follows: %(const)s)"
    parser.add_argument("--record", nargs="?", const=12, type=int, metavar="POINTS", help=words)


def run(options) -> None:
    from coral_viz.cli import tour
    from coral_viz.runs import RunSpec, Store, alone, replay, run_logs

    (name, knobs), (task, dials) = tour.parse(options.method), tour.parse(options.task)
    budget = {key: value for key, value in (("steps", options.steps), ("batch", options.batch)) if value is not None}
    chosen = {"knobs": knobs, "dials": dials, "budget": budget, "like": options.like}
    spec = RunSpec.make(name, task, options.seed, training_seed=options.training_seed, **chosen)
    recorder = replay.Recorder(spec, options.record) if options.record is not None else None
    log = run_logs.named(options.log, f"{options.out}/logs") if options.log is not None else None
    rows = alone(spec, Store(options.out), options.device, recorder, log)
    if rows is not None:
        if recorder:
            print(f"Recorded in {replay.save(recorder.replay, f'{options.out}/replays')}")
        whole = rows[(rows["part"] == "all") & (rows["readout"] != "")]
        print(whole.pivot_table("value", ["metric", "readout"], "label").round(3).to_string())
        print(f"Kept in {options.out}/{spec.id}")
