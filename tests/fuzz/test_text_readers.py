"""Readers of text files, on mutated ones: an answer or `BadInput`, nothing else."""

import gzip
import io
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from captioning.decoding import Reranker
from captioning.tasks.captions.reranker_file import FILE, load_reranker
from captioning.training.run_config import load_facts
from data_prep.datasets import folder
from data_prep.examples import Skipped
from data_prep.prepared.captions import load_captions
from data_prep.prepared.dataset_info import DatasetInfo
from data_prep.readers.caption_files import read_captions, usable_captions
from data_prep.readers.karpathy_splits import read_karpathy
from data_prep.text.vocabulary import Vocabulary

sys.path.insert(0, str(Path(__file__).parent))
from mutations import answers, mutated  # noqa: E402

PAIRS = [("a.jpg", "A dog, running."), ("b/ü.png", 'A "big" cat.'), ("a.jpg", "犬 é")]
_CSV = [
    'image,caption\na.jpg,"A dog, running."\nb.png,"A ""big"" cat."\n',
    "nr;Bild;Satz\r\n1;a.jpg;A dog.\r\n2;b.png;'A cat'\r\n",
    "image_name| comment_number| comment\na.jpg| 0| A dog.\n",
    "a.jpg\tA dog.\nb.jpg\tA cat.\n",
]
_JSON = [
    json.dumps(dict(PAIRS)),
    json.dumps([{"image": i, "caption": [c]} for i, c in PAIRS]),
    json.dumps({"image": ["a.jpg"], "caption": ["A dog."]}),
    json.dumps(
        {
            "images": [{"id": 1, "file_name": "a.jpg"}],
            "annotations": [{"image_id": "1", "caption": "A dog."}],
        }
    ),
]
_LINES = ["\n".join(json.dumps({"image": i, "text": c}) for i, c in PAIRS)]
_KARPATHY = [
    json.dumps(
        {
            "images": [
                {"filename": "a.jpg", "split": s, "sentences": [{"raw": "A dog."}]}
                for s in ("train", "val", "test")
            ]
        }
    )
]


def encoded(texts: list[str]) -> list[bytes]:
    return [t.encode(e) for t in texts for e in ("utf-8", "utf-16", "utf-16-le")]


@pytest.mark.parametrize(
    ("ending", "texts"), [(".csv", _CSV), (".json", _JSON), (".jsonl", _LINES)]
)
def test_caption_files(ending, texts, tmp_path):
    file = tmp_path / f"captions{ending}"

    @given(mutated(encoded(texts)))
    def read(data):
        file.write_bytes(data)

        def pairs():
            for name, caption in read_captions(file, Skipped()):
                assert isinstance(name, str)
                for text in usable_captions([caption], name, Skipped()):
                    text.encode("utf-8")

        answers(pairs)

    read()


def test_packed_caption_files(tmp_path):
    file = tmp_path / "captions.csv.gz"

    @given(mutated([gzip.compress(text.encode()) for text in _CSV]))
    def read(data):
        file.write_bytes(data)
        answers(lambda: list(read_captions(file, Skipped())))

    read()


KEYS = st.sampled_from(
    ["image", "file_name", "images", "id", "image_id", "caption", "Text", "annotations"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | KEYS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5)
    ),
    max_leaves=20,
)


@pytest.mark.parametrize("ending", [".json", ".jsonl"])
def test_json_of_any_shape(ending, tmp_path):
    file = tmp_path / f"captions{ending}"

    @given(VALUES)
    def read(value):
        file.write_text(json.dumps(value))
        answers(lambda: list(read_captions(file, Skipped())))

    read()


NAMES = ["a.jpg", "B.JPG", "images/c.png", "deep/ü.png"]


def test_any_names_lead_into_the_folder_or_nowhere(tmp_path):
    source = tmp_path / "source"
    for name in NAMES:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes(b"picture")
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    (source / "out").symlink_to(tmp_path)
    inputs = [*NAMES, "../secret.jpg", "out/secret.jpg", "C:\\x\\a.jpg", "/a.jpg", "c"]
    inputs += [str(source / "a.jpg"), str(tmp_path / "secret.jpg")]

    @given(st.lists(mutated([name.encode() for name in inputs], most=2), max_size=4))
    def read(names):
        names = [name.decode("utf-8", "surrogateescape") for name in names]
        (tmp_path / "c.json").write_text(json.dumps(dict.fromkeys(names, "A dog.")))

        def examples():
            for one in folder.read(source, Skipped(), captions=tmp_path / "c.json"):
                assert one.image_id in NAMES and one.image == source / one.image_id

        answers(examples)

    read()


def test_parquet(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    import pyarrow

    whole = io.BytesIO()
    parquet.write_table(pyarrow.table({"image": NAMES, "text": ["A"] * 4}), whole)
    file = tmp_path / "captions.parquet"

    @given(mutated([whole.getvalue()]))
    def read(data):
        file.write_bytes(data)
        answers(lambda: list(read_captions(file, Skipped())))

    read()


def test_karpathys_file(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"picture")

    @given(mutated(encoded(_KARPATHY)))
    def read(data):
        (tmp_path / "splits.json").write_bytes(data)
        answers(lambda: list(read_karpathy(tmp_path, "splits.json", Skipped())))

    read()


def test_vocabularies(tmp_path):
    file = tmp_path / "vocabulary.txt"

    @given(mutated([b"<pad>\n<unk>\n<start>\n<end>\na\ndog\n\xe7\x8a\xac\n"]))
    def read(data):
        file.write_bytes(data)
        answers(lambda: Vocabulary.load(file))

    read()


@pytest.mark.parametrize("name", ["dataset.json", "dev.jsonl"])
def test_prepared_data_sets(name, harbour_data, tmp_path):
    """`dataset.json`, and the captions beside the pictures."""
    for file in harbour_data.iterdir():
        if file.is_file():
            (tmp_path / file.name).write_bytes(file.read_bytes())
    whole = (tmp_path / name).read_bytes()

    @given(mutated([whole]))
    def read(data):
        (tmp_path / name).write_bytes(data)
        answers(lambda: DatasetInfo.load(tmp_path))
        answers(lambda: load_captions(tmp_path, "dev"))

    read()


def test_configs_of_runs(tiny_run, tmp_path):
    whole = (tiny_run / "config.json").read_bytes()

    @given(mutated([whole]))
    def read(data):
        (tmp_path / "config.json").write_bytes(data)
        answers(lambda: load_facts(tmp_path))

    read()


def test_rerankers(tmp_path):
    keys = np.arange(5, dtype=np.int64)
    rows = np.ones(6, np.float32)
    whole = Reranker(
        *(keys, rows, np.ones((6, 3), np.int8), rows, rows, rows[:3], rows[:3]),
        *(rows, np.int64(4), np.int64(3)),
        *(np.array([3], np.int32), np.ones((1, 3), np.float32), rows[:1]),
    ).to_bytes()

    @given(mutated([whole]))
    def read(data):
        (tmp_path / FILE).write_bytes(data)
        answers(lambda: load_reranker(tmp_path, 4, 3))

    read()
