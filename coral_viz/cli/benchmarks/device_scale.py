"""How large the units of ``bench cuda`` are: as in the papers, or tiny, so that a CPU rehearses the same code."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Scale:
    """What a rehearsal makes smaller.

    device: where all computes. methods, distributions, protocols: of the experiment. others: whether all other methods
    are timed, too. sizes: pixels, by the task that shows them. settings: of the task. timed: steps between two
    looks at the clock. timings: how many are compared. budget: of a run. seeds: of runs, in order. peak: rows of the
    matrices whose product gives the device's peak. jobs: how many processes are tried side by side. compiler: the
    backend of ``torch.compile``. tour, tour_seeds, tour_jobs: the budget of the tour's runs, their seeds, their
    processes. tests: which are run, as pytest's ``-k`` takes it.
    """

    device: str
    methods: tuple[str, ...] = ("comm", "infmasking", "coral", "cross", "cross_self")
    distributions: tuple[str, ...] = ("biased", "unbiased")
    protocols: tuple[str, ...] = ("clean", "comm", "coral")
    others: bool = True
    sizes: dict[int, str] = field(default_factory=lambda: {224: "trifeature", 32: "trifeature-32"})
    settings: dict = field(default_factory=dict)
    timed: int = 20
    timings: int = 5
    batch: int = 64
    budget: dict = field(default_factory=dict)
    seeds: tuple[int, ...] = (41, 42, 43, 44, 45)
    peak: int = 8192
    jobs: tuple[int, ...] = (1, 2, 3)
    compiler: str = "inductor"
    tour: dict = field(default_factory=dict)
    tour_seeds: tuple[int, ...] = (41, 42, 43)
    tour_jobs: int = 4
    tests: str = ""


def rehearsal(device: str) -> Scale:
    """Every unit in seconds on a CPU."""
    tiny = {"steps": 2, "batch": 8, "samples": 32, "probe_samples": 64, "test_samples": 64}
    return Scale(
        device,
        methods=("comm",),
        distributions=("biased",),
        protocols=("clean", "coral"),
        others=False,
        sizes={16: "trifeature-32"},
        settings={"size": 16, "values": 4, "pairs": 64, "renders": 1},
        timed=1,
        timings=2,
        batch=8,
        budget=tiny,
        seeds=(41,),
        peak=64,
        jobs=(1,),
        compiler="eager",
        tour=tiny,
        tour_seeds=(41,),
        tour_jobs=1,
        tests="rendering",
    )
