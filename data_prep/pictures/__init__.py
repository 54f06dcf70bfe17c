"""Picture files that may be broken or malicious -> pixels.

`folders` finds files. `reader` reads a file and has it decoded by a separate process:
`worker_process` is the parent, which starts it, `worker` the child, in which `sanitize`
decodes; `formats` lists what is accepted, `limits` how much. `decode` turns the
accepted bytes into pixels in TensorFlow, upright by the EXIF orientation (`exif`);
`decode_pillow` makes the same pixels without TensorFlow.
"""
