"""Speed and memory: the rows of the table of `python -m benchmarks`, a file a subject.

`row` is a row of the table, `timing` measures ways in turn. `keras_captioner` and
`pytorch_captioner` are the same model as ours, written with stock layers.
"""
