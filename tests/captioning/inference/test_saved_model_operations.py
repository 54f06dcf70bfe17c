"""SavedModels of others: one that can do more than compute is refused, not run."""

import json
import shutil

import pytest
import tensorflow as tf

import captioning
from captioning import caption
from captioning.inference.saved_model import (
    EXPORT_FACTS,
    EXPORT_FORMAT,
    load_server,
    write_saved_model,
)
from captioning.inference.saved_model_operations import ALLOWED, check_operations
from data_prep.errors import BadInput

FACTS = {"format": EXPORT_FORMAT, "num_beams": 3, "patterns": {"captions": {}}}


def saved(answer, folder, **tracked):
    """Save a model that answers as ours do; `answer` is what it does besides."""

    @tf.function(
        input_signature=[tf.TensorSpec((None,), tf.string, name="image_bytes")]
    )
    def serve(image_bytes):
        with tf.control_dependencies([answer(image_bytes)]):
            rows = tf.identity(image_bytes)
        return {
            "captions": tf.fill((tf.size(rows), 3), "a dog"),
            "scores": tf.zeros((tf.size(rows), 3)),
            "errors": tf.fill((tf.size(rows),), ""),
        }

    module = tf.Module()
    for name, value in tracked.items():
        setattr(module, name, value)
    tf.saved_model.save(module, str(folder), {"captions": serve})
    (folder / EXPORT_FACTS).write_text(json.dumps(FACTS))
    return folder


def writes(tmp_path):
    return lambda images: tf.io.write_file(str(tmp_path / "written"), images[0])


def reads(tmp_path):
    return lambda images: tf.io.read_file("/etc/hostname")


def calls_python(tmp_path):
    return lambda images: tf.py_function(lambda: 1, [], tf.int32)


def saves_a_checkpoint(tmp_path):
    return lambda images: tf.raw_ops.SaveV2(
        prefix=str(tmp_path / "written"),
        tensor_names=["x"],
        shape_and_slices=[""],
        tensors=[images],
    )


def writes_in_a_loop(tmp_path):
    def body(number, images):
        written = tf.io.write_file(str(tmp_path / "written"), images[0])
        with tf.control_dependencies([written]):
            return number + 1, images

    return lambda images: tf.while_loop(lambda n, _: n < 1, body, (0, images))[0]


def writes_in_a_map(tmp_path):
    def write(image):
        with tf.control_dependencies([writes(tmp_path)([image])]):
            return tf.identity(image)

    return lambda images: (
        tf.data.Dataset.from_tensor_slices(images).map(write).get_single_element()
    )


def lists_files(tmp_path):
    return lambda images: tf.io.matching_files("/etc/*")


@pytest.mark.parametrize(
    ("does", "operation"),
    [
        (writes, "WriteFile"),
        (reads, "ReadFile"),
        (calls_python, "EagerPyFunc"),
        (saves_a_checkpoint, "SaveV2"),
        (writes_in_a_loop, "WriteFile"),
        (writes_in_a_map, "WriteFile"),
        (lists_files, "MatchingFiles"),
    ],
)
def test_what_is_more_than_a_captioner_is_refused(does, operation, tmp_path):
    export = saved(does(tmp_path), tmp_path / "export")
    with pytest.raises(BadInput, match=f"the operation {operation}.*--trust-model"):
        captioning.load(export)
    assert not list(tmp_path.glob("written*"))


def test_a_trusted_one_is_loaded(make_picture, tmp_path, capsys):
    export = saved(writes(tmp_path), tmp_path / "export")
    make_picture(30, 20).save(tmp_path / "photo.png")
    command = [str(tmp_path / "photo.png"), "--run", str(export), "--trust-model"]
    assert caption.main(command) == 0
    assert "a dog" in capsys.readouterr().out
    assert (tmp_path / "written").exists()


def test_files_beside_the_graph_are_refused(tmp_path):
    """A table that TensorFlow fills from a file as it loads."""
    (tmp_path / "words").write_text("a\nb\n")
    table = tf.lookup.StaticHashTable(
        tf.lookup.TextFileInitializer(
            str(tmp_path / "words"),
            *(tf.string, tf.lookup.TextFileIndex.WHOLE_LINE),
            *(tf.int64, tf.lookup.TextFileIndex.LINE_NUMBER),
        ),
        default_value=-1,
    )
    export = saved(table.lookup, tmp_path / "export", table=table)
    with pytest.raises(BadInput, match="files beside the graph"):
        load_server(export, "captions")


def test_other_forms_of_graph_are_refused(tiny_saved_model, tmp_path):
    check_operations(tiny_saved_model)
    for name in ("saved_model.cpb", "saved_model.pbtxt"):
        export = shutil.copytree(tiny_saved_model, tmp_path / name)
        (export / name).write_bytes(b"")
        with pytest.raises(BadInput, match=name):
            check_operations(export)
    # TensorFlow 1 had no objects, and runs the whole graph as it loads.
    old = tmp_path / "old"
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        given = tf.compat.v1.placeholder(tf.string, (None,))
        tf.compat.v1.saved_model.simple_save(
            session, str(old), {"image_bytes": given}, {"captions": given}
        )
    with pytest.raises(BadInput, match="another form of graph"):
        check_operations(old)
    (old / "saved_model.pb").write_bytes(b"\xff\xff")
    with pytest.raises(BadInput, match="cannot be loaded"):
        check_operations(old)


def test_exports_of_ours_are_loaded(joint_export, reranked_run, frozen_run, tmp_path):
    """All tasks, with tables and subwords; re-ranked; with an encoder of ImageNet."""
    check_operations(joint_export[1])
    for number, run in enumerate((reranked_run, frozen_run)):
        write_saved_model(run, tmp_path / str(number))
        check_operations(tmp_path / str(number))


def test_no_operation_of_the_list_leaves_the_graph():
    telling = ("File", "Save", "Restore", "Python", "PyFunc", "Record", "Print", "Rpc")
    telling += ("Socket", "Send", "Recv", "Checkpoint", "Summary", "Reader", "Dump")
    assert not [name for name in ALLOWED if any(word in name for word in telling)]
    assert all(tf.raw_ops.__dict__.get(name) for name in ALLOWED if "piece" not in name)
