"""Text to token ids and back.

`standardize` defines what a word is. `vocabulary` maps words to ids, `subwords` parts
of words; `tokenizers` chooses between them; `min_count` says which words are too rare.
`content_words` has the stop words.
"""
