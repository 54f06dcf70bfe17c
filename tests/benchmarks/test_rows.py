"""The benchmarks' table: opponents compute what we compute, and sums are right."""

import importlib
import json
import time

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from benchmarks import __main__ as table
from benchmarks import scaling
from benchmarks.rows import features, memory, recurrence, search, training_step
from benchmarks.rows.row import Row
from benchmarks.rows.stock_captioner import StockCaptioner
from benchmarks.rows.stock_captioner import training_step as stock_training_step
from benchmarks.rows.timing import Spread, in_turn, spread, times_as_long
from captioning.nn.cells import build_cell
from captioning.tasks.captions.config import CaptionsConfig
from captioning.tasks.captions.task import (
    TOKENS,
    Captions,
    caption_rows,
    captioning_loss,
)
from captioning.training.train_step import build_optimizer
from data_prep.errors import BadInput
from data_prep.pipeline.images import Batch
from data_prep.text.special_tokens import PAD
from data_prep.text.vocabulary import Vocabulary

SMALL = CaptionsConfig(
    encoder="small",
    train_encoder=True,
    image_size=32,
    units=6,
    embedding_dim=5,
    attention_dim=4,
    dropout=0.0,
)
WORDS = ("<pad>", "<unk>", "<start>", "<end>", "a", "boat", "gull")


# === Timing ===


def test_each_way_gets_its_turn_in_each_round(monkeypatch):
    monkeypatch.setattr("benchmarks.rows.timing._PAUSE", 0.0)
    called = []
    ways = {
        "quick": lambda: called.append("quick"),
        "slow": lambda: (called.append("slow"), time.sleep(0.02)),
    }
    seconds = in_turn(ways, rounds=3)
    assert called == ["quick", "slow"] * 4  # the first pair warms up
    assert [len(each) for each in seconds.values()] == [3, 3]
    assert min(seconds["slow"]) >= 0.02 > max(seconds["quick"])


def test_ways_are_compared_round_by_round():
    # The second round was slow for both.
    assert times_as_long([2.0, 20.0, 4.0], [1.0, 10.0, 1.0]) == Spread(2.0, 2.0, 4.0)


@pytest.mark.parametrize(
    ("median", "bar", "at_most", "reached"),
    [
        (1.2, 1.0, False, True),
        (0.9, 1.0, False, False),
        (0.9, 1.0, True, True),
        (1.2, 1.0, True, False),
        (1.2, None, False, None),
    ],
)
def test_a_row_says_whether_its_bar_is_reached(median, bar, at_most, reached):
    assert Row("a", "b", spread([median]), bar, at_most=at_most).reached is reached


# === The sums ===


def test_a_pass_of_the_recurrence_is_counted_by_its_products():
    batch, steps, units = 3, 5, recurrence.UNITS
    # Input and state, each through four gates; a product of (m, k) and (k, n) is
    # 2 m k n; the way back has two of them for each.
    forward = batch * steps * 2 * (2 * units * 4 * units)
    assert recurrence.pass_flops(4, (batch, steps)) == 3 * forward


def test_padding_is_not_counted_in_a_training_step():
    batch = training_step.made_up_batch(CaptionsConfig(), np.random.default_rng(0))
    wider = batch._replace(token_ids=tf.pad(batch.token_ids, [(0, 0), (0, 9)]))
    flops = training_step.step_flops(CaptionsConfig(), batch)
    assert training_step.step_flops(CaptionsConfig(), wider) == flops
    # Without a cell, words or attention: the projections of the regions alone, which
    # have nothing to learn behind them.
    none = CaptionsConfig(units=1, embedding_dim=1, attention_dim=512)
    images, (regions, region_dim) = len(batch.inputs), training_step.REGIONS
    alone = 2 * 2 * images * regions * region_dim * 2 * 512
    assert 1.0 < training_step.step_flops(none, batch) / alone < 1.4


def test_made_up_captions_are_as_long_as_flickr8ks():
    config = CaptionsConfig()
    batch = training_step.made_up_batch(config, np.random.default_rng(0))
    lengths = (batch.token_ids.numpy() != PAD).sum(axis=1)
    assert len(lengths) == config.training.batch_size * training_step.CAPTIONS_PER_IMAGE
    assert lengths.max() <= config.search.max_length + 1
    assert 11 < lengths.mean() < 14  # words, START and END


# === The opponent of stock layers ===


@pytest.fixture
def both():
    """Our captioner without its encoder, the stock one with the same weights, and a
    batch of two pictures with two captions each."""
    keras.utils.set_random_seed(0)
    cell = build_cell(SMALL.cell, SMALL.units)
    captions = Captions(SMALL, Vocabulary(WORDS), cell)
    _, regions, region_dim = captions.model.encoder.output_shape
    captions.model.encoder = None
    decoder = captions.model.decoder
    batch = Batch(
        inputs=tf.random.normal((2, regions, region_dim)),
        token_ids=tf.constant([[2, 4, 5, 3], [2, 4, 3, 0], [2, 6, 3, 0], [2, 5, 4, 3]]),
        caption_to_image=tf.constant([0, 0, 1, 1]),
        image_numbers=tf.range(2),
    )
    stock = StockCaptioner(len(WORDS), SMALL)
    stock(tf.gather(batch.inputs, batch.caption_to_image), batch.token_ids)
    pairs = [
        (stock.image, decoder.image_projection),
        (stock.embedding, decoder.embedding),
        (stock.state_h, decoder.state_projections[0]),
        (stock.state_c, decoder.state_projections[1]),
        (stock.recurrence.cell, decoder.cell),
        (stock.query, decoder.attention.query),
        (stock.key, decoder.attention.key),
        (stock.value, decoder.attention.value),
        (stock.readout, decoder.readout),
    ]
    for theirs, ours in pairs:
        theirs.set_weights(ours.get_weights())
    stock.output_bias.assign(decoder.output_bias)
    return captions.model, stock, batch


def test_the_stock_captioner_computes_what_ours_computes(both):
    ours, stock, batch = both
    inputs = batch.token_ids[:, :-1]
    expected = ours(batch.inputs, inputs, batch.caption_to_image)
    found = stock(tf.gather(batch.inputs, batch.caption_to_image), inputs)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_the_stock_captioner_learns_by_the_same_loss(both):
    ours, stock, batch = both
    optimizer = build_optimizer(SMALL, 100)
    optimizer.build(stock.trainable_variables)
    step = stock_training_step(stock, optimizer, PAD)
    expected = captioning_loss(ours, batch, SMALL.label_smoothing, training=False)
    regions = tf.gather(batch.inputs, batch.caption_to_image)
    first = float(step(regions, batch.token_ids))
    assert first == pytest.approx(float(expected), rel=1e-5)
    for _ in range(20):
        last = float(step(regions, batch.token_ids))
    assert last < first


# === The command ===


def test_the_one_of_pytorch_computes_what_ours_computes(both):
    torch = pytest.importorskip("torch", reason="compares with PyTorch")
    from benchmarks.rows.torch_captioner import TorchCaptioner

    ours, stock, batch = both
    model = TorchCaptioner(len(WORDS), batch.inputs.shape[-1], SMALL).eval()
    weights = {
        "output_bias": stock.output_bias,
        "embedding.weight": stock.embedding.embeddings,
    }
    for name in ("image", "state_h", "state_c", "query", "key", "value", "readout"):
        layer = getattr(stock, name)
        weights[f"{name}.weight"] = tf.transpose(layer.kernel)
        weights[f"{name}.bias"] = layer.bias
    cell = stock.recurrence.cell
    weights["recurrence.weight_ih_l0"] = tf.transpose(cell.kernel)
    weights["recurrence.weight_hh_l0"] = tf.transpose(cell.recurrent_kernel)
    weights["recurrence.bias_ih_l0"] = cell.bias
    weights["recurrence.bias_hh_l0"] = tf.zeros_like(cell.bias)
    model.load_state_dict(
        {name: torch.tensor(np.array(weight)) for name, weight in weights.items()}
    )
    regions = np.array(tf.gather(batch.inputs, batch.caption_to_image), np.float32)
    token_ids = np.array(batch.token_ids)[:, :-1]
    expected = ours(batch.inputs, token_ids, batch.caption_to_image)
    found = model(torch.tensor(regions), torch.tensor(token_ids).long())
    np.testing.assert_allclose(found.detach().numpy(), expected, atol=1e-4)


@pytest.mark.parametrize("name", table.SUBJECTS)
def test_every_subject_is_a_module_with_rows(name):
    module = importlib.import_module(f"benchmarks.rows.{name}")
    assert module.__doc__.startswith("Rows about ")
    assert callable(module.rows)


def fake_rows(name, run, rounds):
    if name == "search":
        raise BadInput("no run")
    yield Row("ours", "theirs", spread([1.5, 1.0, 3.0]), 1.2, absolute="2 s")
    yield Row("ours", "a limit", spread([90.0]), 95, unit="%")


def test_the_table_goes_on_past_a_subject_that_cannot_be_measured(monkeypatch, capsys):
    monkeypatch.setattr(table, "rows_of", fake_rows)
    monkeypatch.setattr(table, "chosen_run", lambda flags, pattern: None)
    assert table.main(["--rows", "search", "recurrence"]) == 2
    said, complained = capsys.readouterr()
    assert complained == "error: search: no run\n"
    assert said.splitlines()[2:] == [
        "| ours | theirs | 1.50 (1.00 to 3.00)x | >= 1.2 (reached) | 2 s |",
        "| ours | a limit | 90.0 (90.0 to 90.0)% | >= 95 (MISSED) |  |",
    ]


def test_rows_as_json(monkeypatch, capsys):
    monkeypatch.setattr(table, "rows_of", fake_rows)
    assert table.main(["--rows", "recurrence", "--json"]) == 0
    first, _ = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert first["value"] == {"median": 1.5, "least": 1.0, "most": 3.0}
    assert first["reached"] is True


# === Rows of a run ===


def test_the_one_by_one_beam_says_what_ours_says(tiny_run):
    captions, regions = search.cached_regions(tiny_run, 6)
    assert regions.shape[0] == 6
    with search.without_encoder(captions):
        ours = caption_rows(captions.captioner(num_beams=3), regions)
        one_by_one = search._beam_one_by_one(captions, 3)
        assert [one_by_one(row) for row in regions] == ours
    assert captions.model.encoder is not None


def test_the_greedy_one_says_what_greedy_search_says(tiny_run):
    captions, regions = search.cached_regions(tiny_run, 2)
    with search.without_encoder(captions):
        found = captions.model.greedy_search(
            tf.constant(regions), TOKENS, max_length=captions.config.search.max_length
        )
        one_by_one = search._greedy_by_predict(captions)
        for row, expected in zip(regions, found.token_ids[:, 0].numpy(), strict=True):
            said = one_by_one(row)
            assert said == expected[: len(said)].tolist()


def test_features_are_timed_on_the_runs_own_pictures(tiny_run, monkeypatch):
    monkeypatch.setattr(features, "PHOTOS", 3)
    monkeypatch.setattr("benchmarks.rows.timing._PAUSE", 0.0)
    (row,) = features.rows(tiny_run, rounds=1)
    assert row.value.median > 0
    assert "photos/s" in row.absolute


def test_the_command_is_measured_on_as_many_photos_as_it_says(tiny_run):
    found = memory.captioned(tiny_run, 2)
    assert found.seconds > 0
    assert found.peak_bytes > 1e8  # TensorFlow alone


def test_a_command_that_fails_is_told(tmp_path):
    with pytest.raises(BadInput, match="captioning.caption.* failed: "):
        memory.captioned(tmp_path / "no-run", 1)


# === Cost against work ===


def test_where_nothing_can_be_drawn_is_said_before_anything_is_measured(tmp_path):
    for out in (tmp_path / "scaling.foo", tmp_path / "missing" / "scaling.png"):
        with pytest.raises(BadInput, match=f"--out is {out}"):
            scaling.main(["--run", "nowhere", "--out", str(out)])


def test_all_panels_are_drawn(tmp_path):
    costs = [spread([2.0, 1.0, 3.0]), spread([4.0, 3.0, 5.0])]
    lines = [scaling.Line(name, [8, 16], costs) for name in ("ours", "theirs")]
    panels = [
        scaling.Panel("a", "steps", "ms", lines),
        scaling.Panel("b", "photos", "seconds", lines[:1]),
    ]
    scaling.draw(panels, tmp_path / "scaling.png")
    with Image.open(tmp_path / "scaling.png") as picture:
        assert picture.size == (816, 384)
        assert len(picture.convert("RGB").getcolors(1 << 20)) > 10
