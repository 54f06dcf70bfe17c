"""Readers of raw files: captions, sentences, splits, and where pictures lie.

The data sets of `data_prep.datasets` are built from them. To read another file form,
e.g. Excel, add it to `caption_files` or `sentence_files`.
"""
