"""What the graphs of the tasks say, held against their models and their data."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from captioning.nn.cells import build_cell
from captioning.tasks.config import override
from captioning.tasks.image_encoding import cached_rows
from captioning.tasks.tags.config import TagsConfig
from captioning.tasks.tags.task import Tags
from captioning.tasks.translation.directions import tagged
from captioning.training.loading import load_run
from captioning.training.plans import Plan
from captioning.training.run_config import load_facts
from captioning.training.trainer import train
from data_prep.pictures.decode import load_pictures
from data_prep.prepared.captions import load_captions
from data_prep.prepared.records import read_shards
from data_prep.prepared.sentences import load_labelled
from data_prep.text.prefixes import with_start


@pytest.fixture(scope="module")
def tasks(joint_run):
    """The tasks of the joint run, by name."""
    return load_run(joint_run).tasks


def served(task, *arguments):
    return task.serving_function()(*map(tf.constant, arguments))


def test_sentiment_after_every_word(tasks):
    texts = ["The sailor is not happy", "", "zzz ... boat"]
    sentiment = tasks["sentiment"]
    said = served(sentiment, texts)
    positive = said["positive"].numpy()
    assert said["words"].numpy()[0].tolist() == b"The sailor is not happy".split()
    # After each word stands the verdict of the text that ends there.
    for words in range(1, 6):
        prefix = " ".join(texts[0].split()[:words])
        (expected,) = sentiment.probabilities([prefix])
        np.testing.assert_allclose(positive[0, words - 1], expected, atol=1e-5)
    np.testing.assert_allclose(
        said["verdict"], sentiment.probabilities(texts), atol=1e-5
    )
    # An unknown word and one of signs alone are told from words of the data set.
    assert said["known"].numpy()[0].all()
    assert said["known"].numpy()[2, :3].tolist() == [False, False, True]


def test_verdicts_do_not_depend_on_company(tasks, moods_data):
    sentiment = tasks["sentiment"]
    texts = load_labelled(moods_data, "test").texts[:20]
    together = sentiment.probabilities(texts)
    alone = np.concatenate([sentiment.probabilities([text]) for text in texts])
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_words_that_were_read_are_not_related(tasks):
    associations = tasks["associations"]
    said = served(associations, ["a red boat", "boat"])
    related = said["related"].numpy()
    assert related.shape == (2, 3, 10)
    for row, read in ((related[0, 2], {b"red", b"boat"}), (related[1, 0], {b"boat"})):
        assert not read & set(row.tolist())
    # Best first.
    assert np.all(np.diff(said["scores"].numpy(), axis=-1) <= 0)


def test_what_is_read_later_is_expected_until_it_is_read(tasks):
    associations = tasks["associations"]
    token_ids = associations.vocabulary.ids(tf.constant(["boat and sailor"]))
    token_ids = with_start(token_ids).to_tensor()
    boat, sailor = map(associations.related.index, ("boat", "sailor"))
    read = associations.was_read(token_ids).numpy()[0]
    np.testing.assert_array_equal(read[:, boat], [False, True, True, True])
    np.testing.assert_array_equal(read[:, sailor], [False, False, False, True])

    counts = np.zeros((1, len(associations.related)), np.uint8)
    counts[0, sailor] = 1
    silent = tf.constant(counts * 0), tf.constant(counts)
    nothing, expected = (
        associations.loss((token_ids, row), training=False) for row in silent
    )
    log_probs = associations.model(token_ids)[0, :3].numpy()
    log_probs[read[:3]] = -np.inf  # "boat" takes no part once it was read
    log_probs -= np.log(np.exp(log_probs).sum(axis=-1, keepdims=True))
    assert nothing == 0
    # After START, "boat" and "and"; nothing is left to expect after "sailor".
    np.testing.assert_allclose(expected, -log_probs[:, sailor].sum() / 4, rtol=1e-4)


def test_where_it_looks_depends_on_the_words_before(tasks, harbour_data):
    captions = tasks["captions"]
    (record,) = read_shards(harbour_data, "dev").take(1).as_numpy_iterator()
    pixels = load_pictures(
        tf.constant([record["image"]]), captions.config.vision.image_size
    )
    words, weights = captions.attention_maps(pixels, "a red boat is here")
    assert words == "a red boat is here".split()
    assert (
        weights.shape[0] == 5
        and round(weights.shape[1] ** 0.5) ** 2 == weights.shape[1]
    )
    np.testing.assert_allclose(weights.sum(axis=1), 1, rtol=1e-5)
    _, others = captions.attention_maps(pixels, "a red gull was there")
    np.testing.assert_allclose(others[:3], weights[:3], atol=1e-6)
    assert np.any(np.abs(others[3] - weights[3]) > 1e-6)
    _, elsewhere = captions.attention_maps(pixels[:, ::-1], "a red boat is here")
    assert np.any(np.abs(elsewhere[0] - weights[0]) > 1e-6)


def test_tags_through_a_frozen_encoder_are_those_of_its_regions(
    frozen_run, harbour_data
):
    """Served from a picture's bytes, and asked for the rows that training was fed."""
    config, data = load_facts(frozen_run)["captions"][:2]
    options = {name: config.get(name) for name in config.leaves()}
    config = TagsConfig.from_json(options)
    keras.utils.set_random_seed(3)
    tags = Tags.from_data(
        config, data, build_cell(config.recurrent.cell, config.recurrent.units)
    )
    rows = cached_rows(config, data, "dev")[:3]
    expected = tf.sigmoid(tags.model(tf.constant(rows))).numpy()
    tags.attach_encoder()
    records = list(read_shards(data, "dev").take(3).as_numpy_iterator())
    pictures = [record["image"] for record in records]
    said = tags.serving_function()(tf.constant([*pictures, b"no picture"]))
    assert [bool(error) for error in said["errors"].numpy()] == [False] * 3 + [True]
    assert not any(said["tags"].numpy()[3]) and not any(said["probabilities"][3])
    for row, names, probabilities in zip(
        expected, said["tags"][:3].numpy(), said["probabilities"][:3], strict=True
    ):
        found = row[[tags.tags.index(name.decode()) for name in names]]
        # The rows are kept as float16.
        np.testing.assert_allclose(probabilities, found, atol=2e-3)
        np.testing.assert_allclose(np.sort(row)[::-1][: len(found)], found, atol=4e-3)
    # Kernel and bias of each of Lite0's 49 convolutions.
    assert len(tags.tracked_resources()) == len(tags._encoder.variables) == 2 * 49


def test_associations_are_asked_for_the_other_captions_words(tasks, harbour_data):
    associations = tasks["associations"]
    token_ids, counts, own = associations._questions(harbour_data, "dev")
    captions = load_captions(harbour_data, "dev").captions[0]
    word = "buoy" if "buoy" in " ".join(captions) else "lighthouse"
    column = associations.related.index(word)
    has = [word in caption.lower() for caption in captions]
    for row, own_word in enumerate(has):
        assert own[row, column] == own_word
        assert counts[row, column] == sum(has) - own_word
    assert token_ids.nrows() == len(counts) == 5 * 100


def test_tags_of_the_harbour_are_its_objects(tasks, harbour_data):
    tags = tasks["tags"]
    assert "sailing boat" in tags.tags and "gulls" in tags.tags
    record = next(iter(load_captions(harbour_data, "dev").scenes))
    truth = tags._truth(load_captions(harbour_data, "dev"))[0]
    named = [tag for tag, is_there in zip(tags.tags, truth, strict=True) if is_there]
    assert named and all(
        f'"{tag}"' in record or tag in ("gulls", "sailor") for tag in named
    )


def test_translation_is_told_the_language_in_its_first_token(joint_run):
    translation = load_run(joint_run).task("translation")
    assert list(map(str, translation.directions)) == [
        "en-de",
        "de-en",
        "en-ko",
        "ko-en",
    ]
    texts, into = ["a boat", "a boat"], ["de", "ko"]
    ids = tagged(translation.subwords, texts, into).to_list()
    tags = translation.subwords.language_ids
    assert [row[0] for row in ids] == [tags["de"], tags["ko"]]
    assert ids[0][1:] == ids[1][1:] and ids[0][-1] == 3  # END


def test_the_served_translation_is_the_translated(joint_run):
    texts = ["A red boat.", "The sailor sees a green buoy behind the pier."]
    translation = load_run(joint_run).task("translation")
    said = served(translation, texts, ["de", "de"])
    best = [text.decode("utf-8") for text in said["translations"].numpy()[:, 0]]
    assert best == translation.translate(texts, "de")


def test_a_loaded_translator_outlives_a_training(
    joint_run, tiny_config, harbour_data, tmp_path
):
    """A training sets a seed, which makes TensorFlow forget what has no name."""
    translation = load_run(joint_run).task("translation")
    serve = translation.serving_function()
    texts, languages = tf.constant(["A red boat."]), tf.constant(["de"])
    before = serve(texts, languages)["translations"].numpy().tolist()
    config = override(tiny_config, epochs=1)
    train({"captions": Plan(config, harbour_data)}, tmp_path / "run")
    assert serve(texts, languages)["translations"].numpy().tolist() == before
