"""Tags, one-to-one: a picture in, its tags out, by one step of the cell."""
