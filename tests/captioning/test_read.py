"""python -m captioning.read, as its user meets it, over small runs of all tasks."""

import functools
import io
import json
import sys

import pytest

from captioning import caption, read
from captioning.inference.read import tensorflow_engine
from captioning.inference.saved_model import load_server
from captioning.training.run_config import load_facts
from data_prep.errors import BadInput

KOREAN = "나는 불행하게도 오늘 지갑을 잃어버렸기 때문에 정말 기분이 좋지 않다"


@pytest.fixture(scope="module")
def servers():
    """`load_server` that loads each task of a run once."""
    return functools.cache(load_server)


@pytest.fixture
def answers(joint_run, servers, monkeypatch, capsys):
    """Return a function: arguments -> exit status, lines of stdout, stderr."""
    monkeypatch.setattr(tensorflow_engine, "load_server", servers)

    def ask(*arguments):
        status = read.main([*map(str, arguments), "--run", str(joint_run)])
        out, err = capsys.readouterr()
        return status, out.splitlines(), err

    return ask


def test_sentiment_says_its_verdict_after_every_word(answers):
    status, lines, err = answers("sentiment", KOREAN)
    assert status == 0 and not err
    assert "\x1b" not in "".join(lines)
    assert " ".join(lines[:-1:2]).split() == KOREAN.split()
    numbers = " ".join(lines[1:-1:2]).split()
    assert len(numbers) == 10
    assert all(0 <= float(number.strip("()")) <= 1 for number in numbers)
    assert lines[-1].startswith(("-> positive (", "-> negative ("))
    assert lines[-1].endswith(f"({numbers[-1].strip('()')})")


def test_bad_texts_do_not_stop_good_ones(answers):
    status, lines, err = answers("sentiment", "", "happy", "caf\udce9", "  ", "xyzzy")
    assert status == 0
    assert [line.split() for line in lines[::3]] == [["happy"], ["xyzzy"]]
    errors = [line for line in err.splitlines() if line.startswith("error: ")]
    assert len(errors) == 3
    assert "text 1 is empty" in errors[0] and "not UTF-8" in errors[1]
    assert "note: text 5 has no word that the model knows" in err
    assert lines[4].startswith("(0.")
    assert answers("sentiment", "", "\udcff")[0] == 2


def test_json_has_a_line_for_good_and_bad(answers):
    status, lines, err = answers("sentiment", "happy sad", "", "b\udcff", "--json")
    assert status == 0 and not err
    good, empty, bytes_ = map(json.loads, lines)
    assert [word["word"] for word in good["words"]] == ["happy", "sad"]
    assert good["positive"] == good["words"][-1]["positive"]
    assert set(empty) == set(bytes_) == {"text", "error"}
    assert bytes_["text"] == "b\\xff"


@pytest.mark.parametrize(
    ("what", "answered"), [("sentiment", 0), ("related", 2), ("translate", 2)]
)
def test_ten_thousand_words(answers, what, answered):
    to = ["--to", "de"] if what == "translate" else []
    status, lines, err = answers(what, *to, "boat " * 10_000)
    assert status == answered
    if answered == 2:
        (line,) = err.splitlines()
        assert "10,000 words" in line and "because" in line and not lines


def test_translate_reads_a_file_line_by_line(answers, tmp_path):
    file = tmp_path / "said.txt"
    file.write_bytes(b"a boat is on the water\n\xff\xfe\nthe sky is red\nc\0d\n")
    status, lines, err = answers("translate", "--to", "ko", "--file", file)
    assert status == 0
    assert [line.split(" -> ")[0] for line in lines] == [
        "a boat is on the water",
        "the sky is red",
    ]
    assert "line 2 of" in err and "line 4 of" in err and "NUL" in err
    _, (line,), _ = answers("translate", "--to", "de", "a boat", "--json")
    found = json.loads(line)["translations"]
    assert found[0]["score"] >= found[-1]["score"] and len(found) > 1
    assert isinstance(found[0]["translation"], str)


def test_translate_must_be_told_a_language_that_was_learned(answers):
    with pytest.raises(BadInput, match="expected one of en, de, ko. Add --to"):
        answers("translate", "a boat")
    with pytest.raises(BadInput, match="'fr'.*one of en, de, ko"):
        answers("translate", "--to", "fr", "a boat")


def test_related_takes_several_words_as_one_text(answers):
    status, (line,), err = answers("related", "boat", "water")
    assert status == 0 and not err
    before, after = line.split(" -> ")
    assert before == "boat water"
    assert 1 <= len(after.split(", ")) <= 10
    assert not {"boat", "water"} & set(after.split(", "))
    _, lines, _ = answers("related", "boat", "water", "--every-word")
    assert [row.split("->")[0].strip() for row in lines] == ["boat", "water"]
    assert lines[1].split(" -> ")[1] == after


@pytest.mark.parametrize("what", [["related"], ["sentiment"], ["translate", "--to=en"]])
def test_another_language_is_answered_with_a_note(answers, what):
    status, lines, err = answers(*what, "корабль船")
    assert status == 0 and lines
    assert err == "note: the text has no word that the model knows\n"


def test_a_word_read_often_is_still_not_answered(answers):
    _, (line,), _ = answers("related", "boat " * 200)
    assert "boat" not in line.split(" -> ")[1].split(", ")


def test_an_export_reads_as_its_run_does(joint_export, servers, monkeypatch, capsys):
    monkeypatch.setattr(tensorflow_engine, "load_server", servers)
    run, exported = joint_export
    facts = json.loads((exported / "captioning_export.json").read_text())
    # One task searches with other beams than the first one does.
    assert facts["num_beams"] == facts["patterns"]["captions"]["num_beams"] == 2
    assert facts["patterns"]["translation"]["num_beams"] == 3
    assert list(facts["patterns"]) == list(load_facts(run))
    for what in (["sentiment"], ["translate", "--to", "ko"], ["related"]):
        said = []
        for path in (run, exported):
            assert read.main([*what, "a boat", "--run", str(path)]) == 0
            said.append(capsys.readouterr().out)
        assert said[0] == said[1]
    read.main(["translate", "--to=ko", "a boat", "--json", "--run", str(exported)])
    assert len(json.loads(capsys.readouterr().out)["translations"]) == 3
    with pytest.raises(BadInput, match="'fr'.*one of en, de, ko"):
        read.main(["translate", "--to=fr", "a", "--run", str(exported)])


def test_standard_input_and_a_plot(answers, monkeypatch, tmp_path):
    stdin = io.TextIOWrapper(
        io.BytesIO("happy\n\xe9\n배가\n".encode("latin-1", "replace"))
    )
    monkeypatch.setattr(sys, "stdin", stdin)
    plot = tmp_path / "read.PNG"
    status, lines, err = answers("sentiment", "--plot", plot)
    assert status == 0 and "line 2 of standard input is not UTF-8" in err
    assert plot.stat().st_size > 5_000 and f"drew {plot}" in err


def test_what_cannot_work_is_said_before_anything_is_loaded(tmp_path):
    with pytest.raises(BadInput, match="nowhere.txt cannot be read"):
        read.main(["sentiment", "--file", str(tmp_path / "nowhere.txt")])
    with pytest.raises(BadInput, match="Leave one out"):
        read.main(["sentiment", "a", "--file", str(tmp_path)])
    with pytest.raises(BadInput, match="in one that does not exist or cannot"):
        read.main(["sentiment", "a", "--plot", str(tmp_path / "no" / "x.png")])
    for name in ("x.foo", "x.jpg", "png", "x"):
        with pytest.raises(BadInput, match=rf"{name}; .* ends in \.png.*Name another"):
            read.main(["sentiment", "a", "--plot", str(tmp_path / name)])


def test_a_run_must_have_learned_it(tiny_run):
    with pytest.raises(BadInput, match="learned captions, not sentiment"):
        read.main(["sentiment", "a", "--run", str(tiny_run)])
    with pytest.raises(BadInput, match="nowhere is not a run"):
        read.main(["related", "a", "--run", "nowhere"])


# === Tags beside captions ===


@pytest.fixture
def photo(tmp_path, make_picture, encode_picture):
    path = tmp_path / "a.jpg"
    path.write_bytes(encode_picture(make_picture(80, 60), "JPEG"))
    return path


def test_tags_stand_beside_the_caption(joint_run, photo, capsys):
    assert caption.main([str(photo), "--run", str(joint_run), "--tags"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(f"{photo} -> ") and line.endswith("]")
    tags = line[line.rindex("  [") + 3 : -1].split(", ")
    assert tags and all(tags)
    arguments = [str(photo), "--run", str(joint_run), "--tags", "--json"]
    assert caption.main([*arguments]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [tag["tag"] for tag in found["tags"]] == tags
    assert all(tag["probability"] >= 0.3 for tag in found["tags"][1:])


def test_tags_of_another_run(tiny_run, joint_run, photo, capsys, monkeypatch):
    arguments = [str(photo), "--run", str(tiny_run)]
    monkeypatch.chdir(photo.parent)
    with pytest.raises(BadInput, match="no run under runs/ that learned tags"):
        caption.main([*arguments, "--tags"])
    assert caption.main([*arguments, "--tags-run", str(joint_run)]) == 0
    assert capsys.readouterr().out.rstrip().endswith("]")
