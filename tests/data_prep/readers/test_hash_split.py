"""Splits by hash: the shares asked for, and the same split for ever."""

from collections import Counter

from data_prep.readers.hash_split import group_by_hash, split_by_hash


def test_split_by_hash_has_the_shares_asked_for():
    counts = Counter(split_by_hash(f"{n}.jpg", 0.8, 0.1) for n in range(10_000))
    # Four standard deviations: sqrt(10,000 * 0.1 * 0.9) = 30.
    assert abs(counts["dev"] - 1000) < 120
    assert abs(counts["test"] - 1000) < 120
    assert split_by_hash("any", 1.0, 0.0) == "train"
    assert split_by_hash("any", 0.0, 0.0) == "test"


def test_split_by_hash_never_changes():
    """A change would move test pictures of old data sets to train."""
    # First byte of `printf 0.jpg | sha256sum` and so on; 0x80 is one half.
    first_bytes = [0x39, 0x4C, 0x88, 0xDA, 0xAC, 0x3F, 0x7C, 0x86]
    for number, byte in enumerate(first_bytes):
        split = split_by_hash(f"{number}.jpg", 0.5, 0.25)
        expected = ("train", "train", "dev", "test")[byte // 0x40]
        assert split == expected


def test_group_by_hash_keeps_the_order_of_the_items():
    names = [f"{n}.jpg" for n in range(40)]
    groups = group_by_hash(enumerate(names), lambda item: item[1], 0.5, 0.25)
    assert list(groups) == ["train", "dev", "test"]
    assert sorted(item for group in groups.values() for item in group) == list(
        enumerate(names)
    )
    for split, group in groups.items():
        assert group == sorted(group)
        assert {split_by_hash(name, 0.5, 0.25) for _, name in group} == {split}
