"""The page as a folder that any web server can host; the browser does the rest.

index.html service-worker.js
app/            modules and styles, as they lie in `page/`
  litert/       LiteRT for browsers, in WebAssembly
  model.tflite  the captioner
  model.json    what it says of itself (`inference.litert.metadata`), its confidence
  probes.bin    the weights of the confidence's probes, float16, a row a noun
  files.js      for use without a network: a version, and the files to keep
"""

import hashlib
import json
import re
import shutil
import tarfile
from pathlib import Path

from captioning import pretrained
from captioning.inference.confidence import Confidence
from captioning.inference.litert.metadata import CONFIDENCE, facts_of, metadata_of
from captioning.metrics.main_noun import MEASURES
from data_prep.atomic import Kind, read_whole, replacing
from data_prep.errors import BadInput

PAGE = Path(__file__).with_name("page")
LITERT = Path(__file__).with_name("litert.tar.xz")  # made by docs/litert_js.py
LICENSE = pretrained.RUN.with_name("LICENSE-Apache-2.0.txt")  # of LiteRT, too
# Under these a browser gives the page threads. A server of ours sends them; where a
# host does not, one thread captions.
HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}
_SHOWN = ("words", "pad", "start", "end", "clitics", "image_size", "num_beams")
_IS_OURS = Kind(
    "a page made by `captioning page`",
    lambda folder: (folder / "app" / "model.json").is_file(),
    re.compile(r"index\.html|service-worker\.js|app"),  # a CNAME stays
)


def write_site(out: Path, model: Path) -> int:
    """Write the page, and return its size in bytes.

    Args:
        out: a new or empty folder, or a page that this one replaces.
        model: made by `captioning export --format litert`.

    Raises:
        BadInput: `model` is no such file, or `out` is something else.
    """
    try:
        network = read_whole(model, 2**31)
    except OSError as error:
        raise BadInput(
            f"{model} cannot be read ({error.strerror}); expected a .tflite file: "
            "check the path."
        ) from error
    description, probes = _described(network, model)
    with replacing(out, _IS_OURS) as partial:
        # New files with new times: by old ones a browser would keep its copies.
        shutil.copytree(
            PAGE, partial, copy_function=shutil.copyfile, dirs_exist_ok=True
        )
        app = partial / "app"
        (app / "litert").mkdir()
        with tarfile.open(LITERT) as archive:
            for file in archive:
                content = archive.extractfile(file).read()
                (app / "litert" / file.name).write_bytes(content)
        shutil.copyfile(LICENSE, app / "litert" / LICENSE.name)
        (app / "model.tflite").write_bytes(network)
        (app / "model.json").write_text(json.dumps(description), encoding="utf-8")
        (app / "probes.bin").write_bytes(probes)
        (app / "files.js").write_text(_files(partial), encoding="utf-8")
        return sum(file.stat().st_size for file in partial.rglob("*"))


def _described(model: bytes, path: Path) -> tuple[dict, bytes]:
    """Return model.json of a .tflite file, and probes.bin."""
    facts = facts_of(model, path)
    reranked = facts.get("reranked") or {}
    description = {name: facts[name] for name in _SHOWN} | {
        "spaced_character": facts.get("spaced_character"),
        "reranked_beams": reranked.get("num_beams"),
        "language": "en" if pretrained.is_ours(path) else "",
        "bytes": len(model),
    }
    content = metadata_of(model).get(CONFIDENCE)
    if not content:
        return description, b""
    confidence = Confidence.from_bytes(content)
    nouns = zip(confidence.words, confidence.nouns, strict=True)
    description["confidence"] = {
        "nouns": {str(word): str(noun) for word, noun in nouns},
        "probed": [str(noun) for noun in confidence.probed],
        "biases": confidence.biases.astype(float).tolist(),
        "unprobed": float(confidence.unprobed),
        "scales": confidence.scales.astype(float).tolist(),
        "measures": sorted(MEASURES),
    }
    return description, confidence.weights.astype("<f2").tobytes()


def _files(site: Path) -> str:
    """Return files.js of a page that is otherwise complete."""
    found, names = hashlib.sha256(), []
    for file in sorted(path for path in site.rglob("*") if path.is_file()):
        names.append(file.relative_to(site).as_posix())
        found.update(names[-1].encode() + b"\0")
        found.update(hashlib.sha256(file.read_bytes()).digest())
    large = ("app/litert/", "app/model.tflite")  # kept when they are first asked for
    small = [name for name in names if not name.startswith(large)]
    listing = {"version": found.hexdigest()[:16], "files": small}
    return f"self.SITE = {json.dumps(listing)};\n"
