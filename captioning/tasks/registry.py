"""The tasks by name. A module of a task is imported when the task is first asked for.

To add a task: a folder beside these with `config.py` and `task.py`, and a line here.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # TensorFlow takes seconds to import, the options a little
    from captioning.tasks.config import TaskConfig
    from captioning.tasks.task import Task

# Name -> the classes of its configuration and of the task, in the order of the lesson.
_CLASSES = {
    "captions": ("CaptionsConfig", "Captions"),
    "sentiment": ("SentimentConfig", "Sentiment"),
    "translation": ("TranslationConfig", "Translation"),
    "associations": ("AssociationsConfig", "Associations"),
    "tags": ("TagsConfig", "Tags"),
}
TASK_NAMES = tuple(_CLASSES)
SEARCHING = ("captions", "translation")  # they write sentences, by beam search


def task_class(task: str) -> "type[Task]":
    """Return the class of a task. Imports TensorFlow."""
    module = importlib.import_module(f"captioning.tasks.{task}.task")
    return getattr(module, _CLASSES[task][1])


def config_class(task: str) -> "type[TaskConfig]":
    """Return the class of a task's configuration."""
    return getattr(_config_module(task), _CLASSES[task][0])


def presets(task: str) -> "dict[str, TaskConfig]":
    """Return the presets of a task by data set, the one of its defaults first."""
    return _config_module(task).PRESETS


def preset(task: str, name: str) -> "TaskConfig":
    """Return a preset of a task.

    Raises:
        ValueError: there is none of this name.
    """
    known = presets(task)
    name = name.removesuffix(f"-{task}")  # as an earlier version called some of them
    if name not in known:
        raise ValueError(
            f"The preset {name!r} of {task} is not known; expected one of "
            f"{', '.join(known)}."
        )
    return known[name]


def preset_for(data_set: str, task: str) -> "TaskConfig":
    """Return the preset of a task for a data set, by name; the task's defaults if there
    is none for it."""
    known = presets(task)
    return known.get(data_set) or next(iter(known.values()))


def _config_module(task: str):
    return importlib.import_module(f"captioning.tasks.{task}.config")
