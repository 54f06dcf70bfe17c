"""Tasks: the shapes of sequence that one cell serves, one file each."""

from captioning.tasks.associations import Associations
from captioning.tasks.captions import Captions
from captioning.tasks.sentiment import Sentiment
from captioning.tasks.tags import Tags
from captioning.tasks.task import Task
from captioning.tasks.translation import Translation

# In the order of the lesson, and of a joint run.
TASKS: dict[str, type[Task]] = {
    "captions": Captions,
    "sentiment": Sentiment,
    "translation": Translation,
    "associations": Associations,
    "tags": Tags,
}
