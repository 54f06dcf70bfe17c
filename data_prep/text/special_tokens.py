"""The ids of the special tokens; no other module defines them.

Every vocabulary, of words, subwords or characters, begins with these four.
"""

PAD = 0  # padding after the last token of a row; 0 because `to_tensor` fills with 0
UNK = 1  # a word that is not in the vocabulary
START = 2  # what a decoder reads before its first word
END = 3  # ends a sentence

# The last private-use character: in no language, so unknown to every tokenizer.
UNKNOWN_CHARACTER = "\U0010fffd"
