"""What the commands of both packages share: the parser, the import of TensorFlow,
a pool of processes."""
