"""The cluster: which worker this process is, as TF_CONFIG or SLURM says."""

import json

import pytest

from captioning.training.cluster import _place, _resolver, workers_of
from captioning.training.workers import ALONE
from data_prep.errors import BadInput


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    """No worker is named; what the resolvers set is undone."""
    monkeypatch.delenv("TF_CONFIG", raising=False)
    monkeypatch.delenv("SLURM_PROCID", raising=False)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    return monkeypatch


def config(kind, index, **jobs):
    return json.dumps({"cluster": jobs, "task": {"type": kind, "index": index}})


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (config("worker", 1, worker=["a:1", "b:1"]), (1, 2)),
        (config("chief", 0, chief=["a:1"], worker=["b:1", "c:1"]), (0, 3)),
        (config("worker", 1, chief=["a:1"], worker=["b:1", "c:1"]), (2, 3)),
    ],
)
def test_tf_config_names_the_workers(text, place, environment):
    environment.setenv("TF_CONFIG", text)
    assert _place(_resolver()) == place


def test_slurm_names_the_workers(environment):
    environment.setenv("PATH", "")  # no nvidia-smi
    environment.setenv("SLURM_PROCID", "2")
    environment.setenv("SLURM_STEP_NUM_TASKS", "3")
    environment.setenv("SLURM_STEP_NODELIST", "node[07-08]")
    environment.setenv("SLURM_STEP_TASKS_PER_NODE", "2,1")
    resolver = _resolver()
    assert _place(resolver) == (2, 3)
    assert resolver.cluster_spec().as_dict() == {
        "worker": ["node07:8888", "node07:8889", "node08:8888"]
    }


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{", "cannot be read"),
        (config("ps", 0, worker=["a:1"], ps=["b:1"]), "jobs worker, ps"),
        (config("worker", 2, worker=["a:1", "b:1"]), "worker 2"),
        (json.dumps({"cluster": {"worker": ["a:1"]}}), "cannot be read"),
    ],
)
def test_another_cluster_is_refused(text, found, environment):
    environment.setenv("TF_CONFIG", text)
    with pytest.raises(BadInput, match=found):
        workers_of("multiworker", 1.0)


def test_workers_that_are_not_named_are_refused(environment):
    with pytest.raises(BadInput, match="neither TF_CONFIG nor SLURM's"):
        workers_of("multiworker", 1.0)
    environment.setenv("SLURM_PROCID", "0")  # outside of srun
    with pytest.raises(BadInput, match="SLURM's variables name no workers"):
        workers_of("multiworker", 1.0)


def test_without_a_strategy_a_process_is_alone():
    assert workers_of(None, 1.0) is ALONE
    assert workers_of("mirrored", 1.0).replicas == 1  # there is one device
