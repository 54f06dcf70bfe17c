"""What a batch is scored by: teacher forcing, or rewards for sampled captions."""
