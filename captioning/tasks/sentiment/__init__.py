"""Sentiment, many-to-one: a text in, read word by word, its class out."""
