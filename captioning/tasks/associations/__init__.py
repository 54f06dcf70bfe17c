"""Associations, many-to-many in step: after each word, the words that go with it."""
