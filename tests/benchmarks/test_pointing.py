"""The pointing game: hits, chance and constant guesses, of weights made up by hand."""

import numpy as np
import pytest

from benchmarks import pointing, pointing_game
from data_prep.errors import BadInput
from data_prep.harbour.captions import captions_of
from data_prep.harbour.render import render
from data_prep.harbour.scene import facts, sample_scene
from data_prep.prepare import prepare

SIDE = 4  # cells whose centres lie at 1/8, 3/8, 5/8 and 7/8
LEFT_HALF, LOWER_RIGHT = (0.0, 0.0, 0.5, 1.0), (0.75, 0.75, 1.0, 1.0)
UPPER_LEFT_CELL, LOWER_RIGHT_CELL = 0, SIDE * SIDE - 1


def peaking(*regions):
    """Weights ``(words, regions)``, each word's highest at one region."""
    weights = np.full((len(regions), SIDE * SIDE), 0.5 / (SIDE * SIDE))
    weights[np.arange(len(regions)), regions] += 0.5
    return weights


def test_weights_that_peak_inside_hit_and_others_do_not():
    words, boxes = ["a", "buoy"], {"buoy": LEFT_HALF}
    for region, hit in ((UPPER_LEFT_CELL, 1.0), (LOWER_RIGHT_CELL, 0.0)):
        # "a" looks elsewhere, which must not matter.
        weights = peaking(SIDE * SIDE - 1 - region, region)
        share = pointing_game.table(pointing_game.point(words, weights, boxes))["all"]
        assert (share.nouns, share.hit, share.any_word) == (1, hit, hit)
        assert (share.chance, share.one_region, share.possible) == (0.5, 1.0, 1.0)


def test_chance_and_the_best_constant_guess_as_computed_by_hand():
    words = ["buoy", "and", "pier"]
    boxes = {"buoy": LEFT_HALF, "pier": LOWER_RIGHT}
    pointed = pointing_game.point(words, peaking(0, 0, 0), boxes)
    pointed += pointing_game.point(words[:1], peaking(5), boxes)
    found = pointing_game.table(pointed)
    assert list(found) == ["all", "buoy", "pier"]
    # 8, 8 and 1 of 16 centres; a region of the left half hits two of the three.
    assert found["all"].chance == pytest.approx((8 + 8 + 1) / 3 / 16)
    assert found["all"].hit == found["all"].one_region == pytest.approx(2 / 3)
    assert found["buoy"].hit == 1.0 and found["pier"].hit == 0.0
    assert found["pier"].chance == 1 / 16 and found["pier"].one_region == 1.0


def test_a_box_between_all_centres_cannot_be_hit():
    pointed = pointing_game.point(
        ["sailor"], peaking(5), {"sailor": (0.4, 0.4, 0.6, 0.6)}
    )
    share = pointing_game.table(pointed)["sailor"]
    assert share.possible == share.hit == share.chance == share.one_region == 0.0
    # But four cells meet it.
    assert (share.touched, share.chance_to_touch) == (1.0, 4 / 16)


def test_the_head_noun_counts_and_the_sharper_word_beside_it():
    words, boxes = "a rowing boat".split(), {"rowing boat": LEFT_HALF}
    weights = peaking(3, UPPER_LEFT_CELL, LOWER_RIGHT_CELL)
    weights[2] *= 0.9
    (one,) = pointing_game.point(words, weights, boxes)
    assert (one.peak, one.sharper) == (LOWER_RIGHT_CELL, UPPER_LEFT_CELL)


def test_regions_go_along_the_rows():
    inside = pointing_game.centres_inside((0.0, 0.25, 1.0, 0.5), SIDE)  # the second row
    assert np.flatnonzero(inside).tolist() == [4, 5, 6, 7]


def test_nouns_of_absent_things_are_ignored():
    words = "two gulls over a sailboat under grey clouds".split()
    assert [noun[2] for noun in pointing_game.nouns(words)] == ["gulls", "sailing boat"]
    weights = peaking(*range(len(words)))
    (one,) = pointing_game.point(words, weights, {"gulls": LEFT_HALF})
    assert one.kind == "gulls" and one.peak == 1


def test_every_sentence_names_just_the_things_that_have_a_box():
    for index in range(60):
        scene = sample_scene("test", index, seed=0)
        _, boxes = render(scene, 64)
        objects = {fact.about for fact in facts(scene) if fact.kind == "object"}
        assert set(boxes) == objects
        for sentence in captions_of(scene):
            words = sentence.lower().replace(",", "").rstrip(".").split()
            assert {kind for *_, kind in pointing_game.nouns(words)} == set(boxes)
        shares = pointing.boxes_of(scene.to_json())
        for kind, box in boxes.items():
            np.testing.assert_allclose(np.array(shares[kind]) * 64, box, atol=1e-6)


@pytest.mark.parametrize("which", ["tiny_run", "frozen_run"])
def test_a_run_is_measured(which, request, monkeypatch, capsys):
    """Its own captions say little: those of 30 pictures are replaced by references."""
    from captioning.tasks.captions.task import Captions
    from data_prep.prepared.captions import load_captions

    def references(self, data, split):
        found = load_captions(data, split)
        captions = [texts[0] for texts in found.captions[:30]]
        captions += [""] * (len(found.captions) - 30)
        return dict(zip(found.image_ids, captions, strict=True))

    monkeypatch.setattr(Captions, "caption_split", references)
    run = request.getfixturevalue(which)
    assert pointing.main(["--run", str(run), "--split", "dev"]) == 0
    out = capsys.readouterr().out
    rows = [line.split("|")[1:-1] for line in out.splitlines() if line[0:1] == "|"]
    assert rows[0][0].strip() == "named" and rows[2][0].strip() == "all"
    counts = [int(row[1]) for row in rows[2:]]
    assert counts[0] == sum(counts[1:]) >= 2 * 30  # at least two things a scene
    for row in rows[2:]:
        hit, touched, any_word, chance, to_touch, one_region, possible = map(
            float, row[2:]
        )
        assert max(hit, any_word, one_region) <= possible and chance <= one_region
        assert hit <= touched and chance <= to_touch
    assert "0 further nouns" in out


def test_a_run_that_names_nothing_is_bad_input(tiny_run, monkeypatch):
    from captioning.tasks.captions.task import Captions

    monkeypatch.setattr(
        Captions, "caption_split", lambda self, data, split: dict.fromkeys(range(100))
    )
    with pytest.raises(BadInput, match="names nothing that the pictures show"):
        pointing.measure(tiny_run, None, "dev")


def test_pictures_without_scenes_are_bad_input(tiny_run, tmp_path, make_picture):
    (tmp_path / "photos").mkdir()
    listed = ["image,caption"]
    for number in range(20):
        make_picture(40, 30, seed=number).save(tmp_path / "photos" / f"{number}.png")
        listed.append(f"{number}.png,A picture of number {number}.")
    (tmp_path / "photos" / "captions.csv").write_text("\n".join(listed) + "\n")
    prepare("folder", tmp_path / "photos", tmp_path / "data")
    with pytest.raises(BadInput, match="does not say what its pictures show"):
        pointing.measure(tiny_run, tmp_path / "data", "train")
