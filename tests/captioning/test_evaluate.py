"""captioning.evaluate: of a run, and of a file of captions, which needs words alone."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from captioning import evaluate
from data_prep.errors import BadInput
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


def test_written_captions_score_as_the_run_did(tiny_run, tmp_path, capsys):
    out = tmp_path / "captions.json"
    evaluate.main(["--run", str(tiny_run), "--split", "test", "--out", str(out)])
    table = capsys.readouterr().out
    assert "CIDEr-D" in table and "BLEU-4" in table and "F1 of all facts" in table
    data = json.loads((tiny_run / "config.json").read_text())
    data = data["tasks"]["captions"]["data"]
    listed = json.loads(out.read_text())
    assert [set(entry) for entry in listed] == [{"image", "caption"}] * 100
    evaluate.main(["--captions", str(out), "--data", data, "--split", "test"])
    assert capsys.readouterr().out == table


def test_the_references_themselves_state_all_facts(harbour_data, tmp_path, capsys):
    split = load_captions(harbour_data, "dev")
    said = [
        {"image": image, "caption": captions[0]}
        for image, captions in zip(split.image_ids, split.captions, strict=True)
    ]
    file = tmp_path / "said.json"
    file.write_text(json.dumps(said))
    evaluate.main(["--captions", str(file), "--data", str(harbour_data)])
    table = dict(line.rsplit(None, 1) for line in capsys.readouterr().out.splitlines())
    assert table["F1 of all facts"] == table["F1 of relation"] == "1.0000"
    assert table["BLEU-1"] == "1.0000"


def test_diversity_stands_beside_peoples(tiny_run, harbour_data, tmp_path, capsys):
    split = load_captions(harbour_data, "dev")
    said = [{"image": image, "caption": "a boat in a"} for image in split.image_ids]
    file = tmp_path / "said.json"
    file.write_text(json.dumps(said))
    arguments = ["--data", str(harbour_data), "--diversity", "--json"]
    evaluate.main(["--captions", str(file), *arguments])
    found = json.loads(capsys.readouterr().out)
    assert (found["words a caption"], found["different words"]) == (4, 3)
    assert (found["break off"], found["repeat themselves"]) == (1, 0)
    # The harbour's people may well end in "a pier that it is in front of".
    assert found["words a caption, people"] > 6 and found["break off, people"] < 0.1
    evaluate.main(["--run", str(tiny_run), *arguments])
    assert "different words, people" in json.loads(capsys.readouterr().out)
    with pytest.raises(BadInput, match="--diversity are about captions"):
        evaluate.main(["--run", str(tiny_run), "--task", "tags", *arguments[2:3]])
    evaluate.main(["--captions", str(file), *arguments[:2], "--habits"])  # as once
    assert "different words" in capsys.readouterr().out


def test_a_grey_picture_says_the_same_of_all(tiny_run, tmp_path):
    out = tmp_path / "grey.json"
    evaluate.main(["--run", str(tiny_run), "--grey", "--out", str(out)])
    assert len({entry["caption"] for entry in json.loads(out.read_text())}) == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "cannot be read"),
        ('{"image": "a"}', "cannot be read"),
        ('[{"image": "a"}]', "cannot be read"),
        ('[{"image": "a", "caption": 3}]', "not text"),
        ('[{"image": "a", "caption": "b"}, {"image": "a", "caption": "c"}]', "twice"),
        ('[{"image": "a", "caption": "b"}]', "miss 100.*name 1 others"),
    ],
)
def test_bad_caption_files(content, message, harbour_data, tmp_path):
    file = tmp_path / "bad.json"
    file.write_text(content)
    with pytest.raises(BadInput, match=message):
        evaluate.main(["--captions", str(file), "--data", str(harbour_data)])


def test_captions_and_run_exclude_each_other(tiny_run, tmp_path):
    with pytest.raises(BadInput, match="--captions goes with"):
        evaluate.main(["--captions", "x.json", "--run", str(tiny_run)])
    with pytest.raises(BadInput, match="--captions goes with"):
        evaluate.main(["--captions", "x.json", "--data", "d", "--beams", "2"])
    with pytest.raises(BadInput, match="--captions goes with"):
        evaluate.main(["--captions", "x.json", "--data", "d", "--no-rerank"])
    with pytest.raises(BadInput, match="needs --data"):
        evaluate.main(["--captions", "x.json"])
    for file in ("--captions", "--model"):
        with pytest.raises(BadInput, match="and --task is translation; expected"):
            evaluate.main([file, "x", "--data", "d", "--task", "translation"])
    with pytest.raises(BadInput, match="--out is"):
        evaluate.main(
            ["--run", str(tiny_run), "--out", str(tmp_path / "no" / "x.json")]
        )
    with pytest.raises(BadInput, match="length_penalty is -1.0"):
        evaluate.main(["--run", str(tiny_run), "--length-penalty", "-1"])


def test_captions_of_a_folder_are_scored_by_a_file_of_references(tmp_path, capsys):
    said = tmp_path / "said.csv"
    said.write_text("image,caption\nphotos/a.jpg,a red boat\nphotos/b.jpg,two gulls\n")
    references = tmp_path / "captions.jsonl"
    references.write_text(
        '{"image": "a.jpg", "captions": ["A red boat.", "The boat."]}\n'
        '{"image": "b.jpg", "captions": ["Two gulls."]}\n'
    )
    flags = ["--captions", str(said), "--references", str(references), "--json"]
    evaluate.main(flags)
    printed = capsys.readouterr()
    assert json.loads(printed.out)["BLEU-1"] == pytest.approx(1)
    assert "said.csv: captions: read as CSV, separator ','" in printed.err
    said.write_text("image,caption\nphotos/a.jpg,a red boat\n")
    with pytest.raises(BadInput, match=r"miss 1 of the 2 images .*b\.jpg"):
        evaluate.main(flags)
    with pytest.raises(BadInput, match="--data, .* or --references"):
        evaluate.main(["--captions", str(said)])
