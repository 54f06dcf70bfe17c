"""captioning.evaluate --captions: words alone are read, and no TensorFlow."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from captioning import evaluate
from data_prep.prepared.captions import load_captions

ROOT = Path(__file__).resolve().parents[2]

WITHOUT_TENSORFLOW = """
import sys
from captioning import evaluate
evaluate.main(sys.argv[1:])
loaded = {"tensorflow", "keras", "PIL"} & set(sys.modules)
sys.exit(f"{loaded} loaded" if loaded else 0)
"""


def test_a_file_of_captions_is_scored_without_any_picture(
    harbour_data, tmp_path, capsys
):
    data = shutil.copytree(harbour_data, tmp_path / "data")
    shards = list(data.glob("*.tfrecord"))
    assert shards
    for shard in shards:
        shard.rename(shard.with_suffix(".gone"))
    words = load_captions(data, "test")
    listed = [
        {"image": image, "caption": captions[0]}
        for image, captions in zip(words.image_ids, words.captions, strict=True)
    ]
    captions = tmp_path / "captions.json"
    captions.write_text(json.dumps(listed))
    flags = ["--captions", str(captions), "--data", str(data), "--split", "test"]
    assert evaluate.main([*flags, "--json"]) == 0
    scores = json.loads(capsys.readouterr().out)
    assert scores["ROUGE-L"] > 0.99  # they are among the references
    assert scores["F1 of all facts"] > 0.2
    answer = subprocess.run(
        [sys.executable, "-c", WITHOUT_TENSORFLOW, *flags],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 0, answer.stderr
    assert "CIDEr-D" in answer.stdout
