"""Training objectives: teacher forcing, and rewards for sampled captions."""
