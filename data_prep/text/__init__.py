"""Text to token ids and back.

`word_splitting` defines what a word is, `standardize` finds words. `vocabulary` maps
words to ids, `subwords` parts of words; `choose_tokenizer` chooses between them, and
`python_tokenizers` does without TensorFlow. `min_count` says which words are too rare.
`content_words` has the stop words.
"""
