"""Limits of a picture file from outside: its size, and the cost of decoding it."""

MAX_PIXELS = 2**27  # 134 million: telephones take pictures of up to 108 million
SECONDS = 60.0  # 108 megapixels take 2 s as JPEG, 14 s as PNG, on an idle core
MEMORY_BYTES = 2**31  # three times MAX_PIXELS pixels of 4 bytes, and the file
MAX_FILE_BYTES = 2**28  # 256 MiB: a photo of 108 megapixels as PNG has about 200
MAX_SIDE = 10**6  # libpng, which TensorFlow uses, refuses more

# A JPEG may be decoded at a half, a quarter or an eighth of its size, as long as both
# sides stay at least so many times what an encoder sees. Twice leaves the smoothing to
# the resize that follows: pixels differ by 0.07 to 0.27 of 255 levels in the mean.
SPARE_SCALE = 2
