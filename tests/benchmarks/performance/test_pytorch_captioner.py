"""The captioner in PyTorch computes the same as ours."""

import numpy as np
import pytest
import tensorflow as tf


def test_the_pytorch_captioner_computes_what_ours_computes(both):
    torch = pytest.importorskip("torch", reason="compares with PyTorch")
    from benchmarks.performance.pytorch_captioner import PyTorchCaptioner

    ours, stock, batch = both
    model = PyTorchCaptioner(
        stock.embedding.input_dim, batch.inputs.shape[-1], stock.config
    ).eval()
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
