"""Models: one recurrent cell, every shape of sequence."""
