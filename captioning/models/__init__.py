"""Models: one recurrent cell in one-to-many, many-to-one and many-to-many use."""
