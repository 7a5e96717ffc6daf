"""``data``: check one's own data, and say what they are and what they hold."""

BRIEF = "check your own data and estimate the information in them"
WORDS = (
    "Check a data set of your own, an .npz, a folder with a task.toml or a file of MultiBench, or real data of a "
    "package by name, and print modalities, labels, groups and splits, and the estimated information about each label. "
    "Nothing is trained."
)


def add(parser) -> None:
    parser.add_argument(
        "path", help="data.npz, a folder with a task.toml, a MultiBench file, or a name such as rotations"
    )
    parser.add_argument(
        "--no-estimate",
        action="store_true",
        help="do not estimate the information in the data, which takes most of the time",
    )
    parser.add_argument("--out", default="out/data", help="folder where estimates are cached (default %(default)s)")


def run(options) -> None:
    from coral_viz.cli import own_data

    data = _read(options.path)
    print(*own_data.described(data), sep="\n", flush=True)
    if not options.no_estimate:
        print(*own_data.held(data, options.out), sep="\n")


def _read(path: str):
    """The data set in a file or folder, or of a name."""
    from coral_viz import tasks
    from coral_viz.tasks import data_files, multibench

    if tasks.is_read(path) and isinstance(task := tasks.load(path), tasks.Arrays):
        return task.data
    return multibench.dataset_of(path) if multibench.recognised(path) else data_files.read(path)
