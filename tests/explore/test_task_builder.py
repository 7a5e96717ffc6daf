"""The task builder: tasks and truths are those of the dials, bad dials are a sentence."""

import numpy as np
import pytest

from coral_viz import explore, style, tasks
from coral_viz.explore.presenter import AT_REST


@pytest.fixture(scope="module")
def shown():
    return explore.tasks()


def built(shown, **dials):
    return shown.compute(shown.settings | dials)


def test_the_task_is_the_one_of_the_dials(shown):
    task = built(shown, classes=3, sigma=0.4, alpha=1.0, amplitude_unique=2.0, tokens=10)
    same = tasks.load("factors", seed=41, classes=3, rho=0.25, sigma=0.4, alpha=1.0, amplitude_unique=2.0, tokens=10)
    np.testing.assert_array_equal(task.batch.inputs[0], same.sample(20, "train", 41).inputs[0])
    assert task.task.truth == same.truth


def test_a_task_may_be_handed_over():
    task = tasks.load("factors", seed=3, distribution="biased", classes=6, features=36, sigma=0.8, rho=0.5)
    explorer = explore.tasks(task, tokens=4)
    said = {name: explorer.settings[name] for name in ("distribution", "classes", "sigma", "rho", "alpha", "tokens")}
    assert said == {"distribution": "biased", "classes": 6, "sigma": 0.8, "rho": 0.5, "alpha": 2.3, "tokens": 4}
    assert explorer.compute(explorer.settings).task.dials.resolved() == task.dials.resolved() | {"tokens": 4}
    with pytest.raises(ValueError, match="shows 'factors' of two modalities, not 'digits'"):
        explore.tasks(tasks.load("digits", seed=0))
    with pytest.raises(ValueError, match=r"no control for warp = 0\.5; it shows warp = 0\.0"):
        explore.tasks(tasks.load("factors", seed=0, warp=0.5))


def test_without_noise_all_bits_are_left_and_with_much_none(shown):
    clear, drowned = built(shown, sigma=0.05), built(shown, sigma=3.0, amplitude_unique=0.1)
    for label, atoms in clear.left.items():
        assert atoms.information == pytest.approx(clear.task.truth[label].information, abs=0.05)
    assert drowned.left["unique_1"].information < 0.1 < drowned.left["redundancy"].information


def test_looks_bring_their_noise_and_have_room_for_all_classes():
    explorer = explore.tasks(observation="spread", classes=2)
    explorer.widgets["observation"].value = "looks"
    explorer.widgets["tokens"].value = 1
    assert explorer.settings["sigma"] == 1.3
    poor = explorer.compute(explorer.settings)
    assert 0.2 < poor.left["unique_1"].information < 0.9
    explorer.widgets["classes"].value = 10
    assert explorer.presenter.words == AT_REST
    assert explorer.compute(explorer.settings).task.features == 60
    assert explore.tasks(observation="looks", sigma=0.5).settings["sigma"] == 0.5


def test_silent_latents_have_no_label(shown):
    assert list(built(shown, amplitude_redundancy=0.0).left) == ["unique_1", "unique_2", "synergy"]


def test_a_distribution_turns_its_dials(shown):
    explorer = explore.tasks()
    explorer.widgets["distribution"].value = "relation"
    silent = {name: explorer.settings[name] for name in ("amplitude_redundancy", "amplitude_unique", "alpha", "rho")}
    assert silent == {"amplitude_redundancy": 0, "amplitude_unique": 0, "alpha": 0, "rho": 0.25}
    assert explorer.presenter.words == AT_REST
    explorer.widgets["distribution"].value = "biased"
    assert explorer.settings["rho"] == 1
    assert explorer.settings["alpha"] == 2.3
    explorer.widgets["rho"].value = 0.5
    explorer.widgets["distribution"].value = "unbiased"
    explorer.widgets["classes"].value = 2
    assert explorer.settings["rho"] == 0.5
    assert explore.tasks(distribution="biased", rho=0.3).settings["rho"] == 0.3


def test_what_modalities_share_in_training_is_told(shown):
    explorer = explore.tasks(distribution="biased")
    caption = explorer.caption(explorer.compute(explorer.settings), explorer.settings)
    assert caption.endswith("In training the two modalities share 4.00 bits.")
    assert caption.startswith("Bits left: redundancy 1.")


def test_samples_and_bits_are_two_pictures():
    explorer = explore.tasks(picture="a sample", sample=2)
    assert "Two views of one sample" in explorer.presenter.shown.alt
    explorer.widgets["picture"].value = "bits left in the data"
    assert explorer.presenter.shown.alt.startswith("Bars of the information")
    assert explorer.figure(style.talk()).alt == explorer.presenter.shown.alt


@pytest.mark.parametrize("observation", ["looks", "spread"])
def test_every_number_of_classes_that_is_offered_has_room(observation):
    explorer = explore.tasks(observation=observation)
    classes, tokens = explorer.widgets["classes"], explorer.widgets["tokens"]
    for count in (2, classes.max):
        classes.value = count
        tokens.value = tokens.min
        assert (classes.value, explorer.presenter.words) == (count, AT_REST)
        assert eval(explorer.code()).settings == explorer.settings


def test_dials_that_leave_no_label_are_a_sentence_and_the_picture_stays():
    explorer = explore.tasks()
    for name in ("redundancy", "unique", "relation"):
        explorer.widgets[f"amplitude_{name}"].value = 0.0
    assert explorer.presenter.words == "all amplitudes are 0, so there is no label; raise one of them."


def test_code_builds_the_view_again():
    explorer = explore.tasks(distribution="biased", sigma=0.5, classes=3)
    again = eval(explorer.code())
    assert again.settings == explorer.settings
    assert again.presenter.shown.png == explorer.presenter.shown.png


def test_a_setting_that_does_not_exist_is_a_sentence():
    with pytest.raises(ValueError, match=r"explore\.tasks has no setting 'colour'; it has picture, distribution"):
        explore.tasks(colour=1)
    with pytest.raises(ValueError, match="sigma = 7 is not allowed; the nearest is 3"):
        explore.tasks(sigma=7)
