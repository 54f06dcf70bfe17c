"""The same captioner as ours, written in PyTorch with `torch.nn.LSTM`, for comparison.

Each caption comes with the regions of its picture; captions are padded to the longest
of the batch.
"""

import torch
from torch import nn
from torch.nn import functional

from captioning.tasks.captions.config import CaptionsConfig


class PyTorchCaptioner(nn.Module):
    """The equations of `captioning`'s decoder.

    Args:
        vocabulary_size: number of words.
        region_dim: features of a region.
        config: sizes and dropout.
    """

    def __init__(self, vocabulary_size: int, region_dim: int, config: CaptionsConfig):
        super().__init__()
        dim, units, attention = (
            config.recurrent.embedding_dim,
            config.recurrent.units,
            config.attention.attention_dim,
        )
        self.config = config
        self.image = nn.Linear(region_dim, dim)
        self.embedding = nn.Embedding(vocabulary_size, dim)
        self.state_h, self.state_c = nn.Linear(dim, units), nn.Linear(dim, units)
        self.recurrence = nn.LSTM(dim, units, batch_first=True)
        self.query = nn.Linear(units, attention)
        self.key = nn.Linear(region_dim, attention)
        self.value = nn.Linear(region_dim, attention)
        self.readout = nn.Linear(units + attention, dim)
        self.output_bias = nn.Parameter(torch.zeros(vocabulary_size))
        self.drop = nn.Dropout(config.regularization.dropout)

    def forward(self, regions, token_ids):
        """Return logits ``(captions, time, vocabulary_size)``.

        Args:
            regions: float ``(captions, regions, region_dim)``.
            token_ids: int ``(captions, time)``.
        """
        regions = functional.layer_norm(regions, regions.shape[-1:], eps=1e-3)
        # Dropout drops a channel from all regions at once.
        regions = regions * self.drop(torch.ones_like(regions[:, :1]))
        image = self.image(regions.mean(dim=1))
        words = self.embedding(token_ids) * self.config.recurrent.embedding_dim**0.5
        inputs = self.drop(words + image[:, None])
        states = (
            torch.tanh(project(image)) for project in (self.state_h, self.state_c)
        )
        outputs, _ = self.recurrence(inputs, tuple(state[None] for state in states))
        scores = self.query(outputs) @ self.key(regions).transpose(1, 2)
        weights = torch.softmax(
            scores / self.config.attention.attention_dim**0.5, dim=-1
        )
        context = weights @ self.value(regions)
        hidden = torch.tanh(self.readout(torch.cat([outputs, context], dim=-1)))
        return self.drop(hidden) @ self.embedding.weight.T + self.output_bias


def training_step(model: PyTorchCaptioner, pad: int):
    """Return a function: (regions of each caption, token ids) -> loss."""
    config = model.config
    optimizer = torch.optim.AdamW(
        model.parameters(),
        config.optimizer.learning_rate,
        weight_decay=config.optimizer.weight_decay,
    )

    def step(regions, token_ids):
        optimizer.zero_grad(set_to_none=True)
        logits = model(regions, token_ids[:, :-1])
        loss = functional.cross_entropy(
            logits.flatten(0, 1),
            token_ids[:, 1:].flatten(),
            ignore_index=pad,
            label_smoothing=config.regularization.label_smoothing,
        )
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), config.optimizer.clip_norm)
        optimizer.step()
        return float(loss.detach())

    return step
