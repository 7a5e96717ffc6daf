"""The task of most tests of methods, and two views of a batch."""

import pytest
from fresh import task_and_views


@pytest.fixture(scope="module")
def task_with_views():
    return task_and_views()


@pytest.fixture(scope="module")
def task(task_with_views):
    return task_with_views[0]


@pytest.fixture(scope="module")
def views(task_with_views):
    return task_with_views[1]
