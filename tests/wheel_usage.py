"""Run by .ci/run where only the wheel is installed: the first page's lines, without
TensorFlow, and a command that names what it lacks."""

import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path

import captioning
from captioning import pretrained

photo = Path(sys.argv[1])
assert importlib.util.find_spec("tensorflow") is None
with captioning.load() as captioner:
    said = captioner.caption(photo)
    assert captioner.caption([photo, photo.read_bytes()]) == [said, said]
    description = captioner.describe(photo, num_beams=5)
    assert len(description.captions) == 5
    assert 0 < description.confidence < 1
    assert description._repr_png_().startswith(b"\x89PNG")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / photo.name).write_bytes(photo.read_bytes())
        captioner.caption_folder(folder, output=Path(folder) / "captions.csv")
        assert said in (Path(folder) / "captions.csv").read_text()
for file in Path(pretrained.__file__).parent.glob("*.tflite"):
    name = file.stem
    with captioning.load(name) as read:
        text = "ein Boot" if name == "related_de" else "a boat"
        found = read(text, to="de" if name == "translation" else "")
        assert any(found.known), found
answer = subprocess.run(
    [sys.executable, "-m", "captioning", "train"], capture_output=True, text=True
)
assert answer.returncode == 2, answer
assert answer.stderr.endswith('pip install ".[train]"\n'), answer
*before, error = answer.stderr.splitlines()
assert before == ["loading TensorFlow ..."] and error.startswith("error: "), answer
print("the wheel works without TensorFlow")
