"""Pictures for people: arrays and names in, PNG files out."""
