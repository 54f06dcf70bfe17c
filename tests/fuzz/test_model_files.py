"""Files of models, on mutated ones: refused with a sentence, or unchanged."""

import shutil
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from captioning.inference.confidence import Confidence
from captioning.inference.litert.engine import LiteRTEngine
from captioning.inference.litert.metadata import facts_of, with_facts
from captioning.training.compact_runs import write_compact
from captioning.training.compact_weights import unpack
from captioning.training.hdf5_weights import check_arrays
from captioning.training.loading import load_run, multitask
from captioning.training.manifest import MANIFEST, check_manifest
from data_prep.errors import DAMAGED, BadInput
from data_prep.pictures.decode_pillow import upright
from data_prep.pictures.reader import BadPicture, PictureReader

sys.path.insert(0, str(Path(__file__).parent))
from mutations import mutated  # noqa: E402

# Should a test fail: Hypothesis shows the whole file.
pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner)
    ),
    max_leaves=8,
)


def refused(read) -> bool:
    try:
        read()
    except BadInput as error:
        assert str(error).count(" ") > 3  # a sentence
        return True
    return False


@pytest.fixture(scope="module")
def compact_run(tiny_run, tmp_path_factory):
    out = tmp_path_factory.mktemp("compact") / "run"
    write_compact(tiny_run, out)
    return out


@pytest.mark.parametrize(
    "name",
    ["config.json", "captions/vocabulary.txt", "model.compact.h5", MANIFEST],
)
def test_no_change_of_a_run_is_silent(name, compact_run, tmp_path):
    run = shutil.copytree(compact_run, tmp_path / "run")
    whole = (run / name).read_bytes()

    @given(mutated([whole]))
    def read(data):
        (run / name).write_bytes(data)
        if not refused(lambda: check_manifest(run)):
            # A manifest may lose its names: then nothing of the run itself is altered.
            assert data == whole or name == MANIFEST

    read()


def test_no_change_of_a_tflite_file_is_silent(tiny_litert, tmp_path):
    whole, file = tiny_litert.read_bytes(), tmp_path / "mutated.tflite"

    @given(mutated([whole]))
    def read(data):
        file.write_bytes(data)
        assert refused(lambda: LiteRTEngine(file)) or data == whole

    read()


def test_facts_of_a_tflite_file_with_the_right_checksum(tiny_litert, tmp_path):
    facts = facts_of(tiny_litert.read_bytes(), tiny_litert)
    small = tf.lite.TFLiteConverter.from_concrete_functions(
        [tf.function(lambda x: x + 1.0).get_concrete_function(tf.TensorSpec((2,)))]
    ).convert()

    @given(st.dictionaries(st.sampled_from([*facts, "more"]), VALUES, max_size=3))
    def read(changes):
        file = with_facts(small, facts | changes)
        if not refused(lambda: facts_of(file, tmp_path)):
            found = facts_of(file, tmp_path)
            assert all(isinstance(word, str) for word in found["words"])
            assert max(found["pad"], found["start"], found["end"]) < len(found["words"])

    read()


def test_compact_weights_without_a_checksum(compact_run, tiny_run, tmp_path):
    fresh, packed = tmp_path / "fresh.weights.h5", tmp_path / "mutated.h5"
    multitask(load_run(tiny_run, encoder=False).tasks).save_weights(fresh)
    first = fresh.read_bytes()

    @given(mutated([(compact_run / "model.compact.h5").read_bytes()]))
    def read(data):
        packed.write_bytes(data)
        fresh.write_bytes(first)
        try:
            with h5py.File(packed) as file:
                check_arrays(file, len(first))
            unpack(packed, fresh)
        except DAMAGED:
            pass

    read()


def test_confidences(tmp_path):
    words = np.array(["dog", "dogs", "man"])
    whole = Confidence(
        words, words, words[:2], np.ones((2, 4)), np.ones(2), np.ones(()), np.ones(3)
    ).to_bytes()

    @given(mutated([whole]))
    def read(data):
        (tmp_path / "confidence.npz").write_bytes(data)
        refused(lambda: Confidence.of_run(tmp_path))

    read()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF"])
def test_pictures(form, make_picture, encode_picture):
    whole = [
        encode_picture(make_picture(size, 23, seed=size).convert(mode), form)
        for size, mode in ((16, "RGB"), (40, "L"))
    ]
    with PictureReader() as reader:

        @given(mutated(whole))
        def read(data):
            try:
                answer = reader.read_bytes(data, "it")
            except BadPicture as error:
                assert str(error).startswith("it ")
                return
            assert upright(answer).size  # what the reader lets pass, Pillow decodes

        read()
