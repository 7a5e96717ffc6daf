"""Two processes with B samples each against one with 2B: the same loss, the same gradients, the same training."""

import os
import runpy
import subprocess
import sys

import pytest
import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel

from coral_viz import methods, tasks, training
from coral_viz.training import distributed

KNOBS = {  # that leave nothing to chance
    "coral": {"mask_ratio": 0.0},
    "infmasking": {"mask_ratio": 0.0},
    "mae": {"mask_ratio": 1.0},
    "symile": {"negatives": "all"},
    "disentangled_ssl": {"concentration": 1e12},
}
NAMES = [name for name in methods.names() if methods.get(name).COUNT[0] == 2]


def built(name):
    torch.manual_seed(0)
    return methods.build(name, tasks.load("factors", seed=0), **KNOBS.get(name, {}))


def views():
    task = tasks.load("factors", seed=0)
    return task.views(task.sample(12, "train", 0), torch.Generator().manual_seed(0))


def share(rank, folder):
    """What one of two processes does: its rows of the views, the loss, averaged gradients; then a few steps."""
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method=f"file://{folder}/meet", rank=rank, world_size=2)
    found = {}
    for name in NAMES:
        method = built(name)
        mine = [[x[rank * 6 : rank * 6 + 6] for x in view] for view in views()]
        module = DistributedDataParallel(method)
        terms = module(*mine, 0.5)
        sum(terms.values()).backward()
        found[name] = ({k: v.item() for k, v in terms.items()}, {k: p.grad for k, p in method.named_parameters()})
    x = torch.full((3, 2), float(rank), requires_grad=True)
    weights = torch.arange(12.0).view(6, 2)
    ((distributed.gathered(x) + distributed.gathered(x)) * weights).sum().backward()
    found["gathered twice"] = x.grad
    method = built("comm")
    training.train(method, tasks.load("factors", seed=0), steps=3, batch=8, samples=64, progress=False)
    torch.save((found, method.state_dict()), f"{folder}/{rank}.pt")
    dist.destroy_process_group()


@pytest.fixture(scope="module")
def launched(tmp_path_factory):
    """What ``torchrun`` ended with, whose two processes do their share and then the command; and the folder of both."""
    folder = tmp_path_factory.mktemp("processes")
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2", __file__]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    return subprocess.run([*command, str(folder)], capture_output=True, text=True, env=environment), folder


@pytest.fixture(scope="module")
def shared(launched):
    done, folder = launched
    assert done.returncode == 0, done.stderr
    return [torch.load(folder / f"{rank}.pt", weights_only=False) for rank in range(2)]


@pytest.mark.parametrize("name", NAMES)
def test_two_processes_give_the_loss_and_gradients_of_one(shared, name):
    method = built(name)
    terms = method.loss(*views(), 0.5)
    sum(terms.values()).backward()
    for found, _ in shared:
        values, gradients = found[name]
        assert values == pytest.approx({k: v.item() for k, v in terms.items()}, abs=1e-5)
        for key, p in method.named_parameters():
            if p.grad is not None:
                torch.testing.assert_close(gradients[key], p.grad, atol=1e-5, rtol=1e-3)


def test_gathering_leaves_the_gradients_of_others_alone(shared):
    for rank, (found, _) in enumerate(shared):
        expected = 4 * torch.arange(12.0).view(6, 2)[3 * rank : 3 * rank + 3]  # two processes, two terms
        torch.testing.assert_close(found["gathered twice"], expected)


def test_processes_stay_equal_while_they_train(shared):
    (_, one), (_, two) = shared
    start = built("comm").state_dict()
    assert all(torch.equal(one[key], two[key]) for key in one)
    assert not all(torch.equal(one[key], start[key]) for key in one)


def test_one_process_gathers_itself():
    x = torch.randn(3, 4)
    assert distributed.gathered(x) is x
    assert distributed.place() == (0, 1)
    with distributed.processes("cpu") as device:
        assert device == torch.device("cpu")


def test_a_batch_that_cannot_be_shared_is_a_sentence(monkeypatch):
    monkeypatch.setattr(distributed, "place", lambda: (0, 3))
    with pytest.raises(ValueError, match="batch = 16 cannot be shared by 3 processes"):
        training.train(built("cross"), tasks.load("factors"), steps=1, batch=16, samples=64, progress=False)


def test_the_command_trains_one_run_in_two_processes(launched):
    done, folder = launched
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Kept in") == 1
    assert "balanced_accuracy" in done.stdout
    assert len([run for run in (folder / "runs").iterdir() if (run / "DONE").exists()]) == 1


if __name__ == "__main__":
    folder = sys.argv[1]
    share(int(os.environ["RANK"]), folder)
    sys.argv = ["coral_viz", "train", "comm", "--steps", "4", "--device", "cpu", "--out", f"{folder}/runs"]
    runpy.run_module("coral_viz", run_name="__main__")
