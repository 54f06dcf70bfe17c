"""The ids of the special tokens: defined here, and nowhere else.

Every vocabulary, of words, subwords or characters, begins with these four.
"""

PAD = 0  # fills a batch's rows behind the last token; zero, as `to_tensor` fills
UNK = 1  # a word that the vocabulary lacks
START = 2  # what a decoder reads before its first word
END = 3  # what finishes a sentence
