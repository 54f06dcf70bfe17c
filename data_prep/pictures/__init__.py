"""Picture files that may be broken or malicious -> pixels.

`folders` finds files. `reader` reads a file and has it decoded by a separate process
(`worker_process` starts it, `worker` runs in it, `sanitize` decodes there, `formats`
lists what is accepted, `limits` how much). `decode` turns the accepted bytes into
pixels in TensorFlow, upright by the EXIF orientation (`exif`).
"""
