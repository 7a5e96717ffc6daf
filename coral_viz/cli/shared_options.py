"""Options that several commands take, in the same words."""


def check_text(arguments: list[str]) -> None:
    """ValueError for an argument that is no UTF-8: files could not be named after it, nor anything said of it."""
    for word in arguments:
        try:
            word.encode()
        except UnicodeEncodeError:
            raise ValueError(f"the argument {word!r} is no UTF-8; choose another name.") from None


def add_task(parser) -> None:
    parser.add_argument(
        "--task",
        default="factors",
        help="name or name:setting=value,...; module:function of your own; your data.npz (default %(default)s)",
    )


def add_like(parser) -> None:
    words = "defaults: level (equal for all methods) or paper (those of each paper) (default %(default)s)"
    parser.add_argument("--like", default="level", help=words)


def add_budget(parser) -> None:
    parser.add_argument("--steps", type=int, help="training steps per run (default: the task's)")
    parser.add_argument("--batch", type=int, help="samples per step (default: the task's)")


def add_device(parser) -> None:
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda (default %(default)s)")


def add_jobs(parser) -> None:
    parser.add_argument("--jobs", type=int, help="runs in parallel (default: one per core, at most 4)")
