"""python docs/litert_js.py: the page's LiteRT, from npm, into one packed archive.

    python docs/litert_js.py            # writes captioning/serving/litert.tar.xz
    python docs/litert_js.py --check    # says whether that is what npm has

The packages are locked by version and by npm's own checksum. Of four builds of the same
WebAssembly two are taken: one that runs in every browser, and one with threads. Packed
together they take 2.4 MB, half of what they take in a wheel one by one.
"""

import base64
import hashlib
import io
import lzma
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ARCHIVE = Path(__file__).parents[1] / "captioning" / "serving" / "litert.tar.xz"
PACKAGES = {  # name and version -> sha512, as npm's "integrity"
    "@litertjs/core@2.5.3": "PlGmbMOq9WitX7FO0jhbdJw9GthatsyuCQXjTt/wJZo0FLaw48q4tz8I"
    "wqgqCIkviYGr9OFDL1kCnN4nzWoyJQ==",
    "@litertjs/wasm-utils@2.5.3": "4fJiw6tBQnIs+0jH/OQ16nYOiSl8/+zZnn5h2ul8aTKHi05sVq"
    "ZW580Tmk78pC2kT39A9OYBVdFawteZ/sI1kQ==",
}
CORE, UTILS = PACKAGES
# What is taken: the package, the file there, its name in the archive.
FILES = [
    (CORE, "dist/index.js", "litert.js"),
    (UTILS, "dist/index.js", "wasm-utils.js"),
    *(
        (CORE, f"wasm/{name}", name)
        for kind in ("compat", "threaded")
        for name in (
            f"litert_wasm_{kind}_internal.js",
            f"litert_wasm_{kind}_internal.wasm",
        )
    ),
]
# A browser finds the second package by a path, without a bundler.
IMPORT = b'from "@litertjs/wasm-utils"', b'from "./wasm-utils.js"'


def archive() -> bytes:
    """Return the archive, made of what npm has."""
    packages = {package: downloaded(package) for package in PACKAGES}
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for package, path, name in FILES:
            with tarfile.open(fileobj=io.BytesIO(packages[package])) as npm:
                content = npm.extractfile(f"package/{path}").read()
            if name == "litert.js":
                assert content.count(IMPORT[0]) == 1
                content = content.replace(*IMPORT)
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    # A dictionary of 32 MB: the second build repeats most of the first.
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 9, "dict_size": 2**25}]
    return lzma.compress(packed.getvalue(), filters=filters)


def downloaded(package: str) -> bytes:
    """Return an npm package, checked."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            ["npm", "pack", "--silent", package],
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        (file,) = Path(folder).iterdir()
        content = file.read_bytes()
    found = base64.b64encode(hashlib.sha512(content).digest()).decode()
    if found != PACKAGES[package]:
        raise SystemExit(f"{package} has the sha512 {found}; another is expected")
    return content


def main(check: bool) -> None:
    made = archive()
    if not check:
        ARCHIVE.write_bytes(made)
        print(f"{ARCHIVE}: {len(made):,} bytes")
    elif lzma.decompress(made) != lzma.decompress(ARCHIVE.read_bytes()):
        raise SystemExit(f"{ARCHIVE} is not what npm has; run python {sys.argv[0]}")


if __name__ == "__main__":
    main(check="--check" in sys.argv[1:])
