"""The reader of PyTorch files: it reads the format and refuses everything else."""

import hashlib
import pickle
import struct

import numpy as np
import pytest

from captioning.encoders.torch_files import read_state_dict

MAGIC = 0x1950A86A20F9469CFC6C
HEADER = (
    pickle.dumps(MAGIC, 2)
    + pickle.dumps(1001, 2)
    + pickle.dumps({"protocol_version": 1001, "little_endian": True}, 2)
)


def text(value: str) -> bytes:
    return b"X" + struct.pack("<I", len(value)) + value.encode()


def number(value: int) -> bytes:
    return b"J" + struct.pack("<i", value)


def numbers(values: tuple) -> bytes:
    return b"(" + b"".join(map(number, values)) + b"t"


def tensor(key, count, size, stride, offset=0, kind=b"FloatStorage") -> bytes:
    """The opcodes of one tensor, as torch's legacy writer puts them."""
    pid = b"(" + text("storage") + b"ctorch\n" + kind + b"\n" + text(key)
    storage = pid + text("cpu") + number(count) + b"NtQ"
    layout = number(offset) + numbers(size) + numbers(stride)
    hooks = b"\x89ccollections\nOrderedDict\n)R"
    return b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + layout + hooks + b"tR"


def state_dict(**tensors: bytes) -> bytes:
    items = b"".join(text(name) + opcodes for name, opcodes in tensors.items())
    return b"\x80\x02ccollections\nOrderedDict\n)R(" + items + b"u."


def storage(array: np.ndarray) -> bytes:
    return struct.pack("<q", array.size) + array.tobytes()


def save(tmp_path, data: bytes):
    path = tmp_path / "weights.pth"
    path.write_bytes(data)
    return path, hashlib.sha256(data).hexdigest()


def two_storages() -> bytes:
    """Two views of one storage, one of them transposed, and one scalar."""
    floats, scalar = np.arange(12, dtype="<f4") / 8, np.array([2**40], "<i8")
    names = state_dict(
        kernel=tensor("a", 12, (2, 3), (1, 2), offset=4),
        bias=tensor("a", 12, (4,), (1,)),
        steps=tensor("b", 1, (), (), kind=b"LongStorage"),
    )
    # The storages follow in the order of the keys, not of the tensors.
    keys = pickle.dumps(["b", "a"], 2)
    return HEADER + names + keys + storage(scalar) + storage(floats)


def test_reads_a_file_written_by_hand(tmp_path):
    arrays = read_state_dict(*save(tmp_path, two_storages()))
    assert list(arrays) == ["kernel", "bias", "steps"]
    expected = np.arange(4, 10, dtype="float32").reshape(3, 2).T / 8
    np.testing.assert_array_equal(arrays["kernel"], expected)
    np.testing.assert_array_equal(arrays["bias"], [0, 0.125, 0.25, 0.375])
    assert arrays["kernel"].dtype == np.float32
    assert arrays["steps"].shape == () and arrays["steps"] == 2**40


def test_a_file_truncated_at_any_byte_is_refused(tmp_path):
    whole = two_storages()
    for length in range(0, len(whole), 5):
        with pytest.raises(ValueError, match="not a legacy PyTorch file"):
            read_state_dict(*save(tmp_path, whole[:length]))


def test_bytes_after_the_end_are_refused(tmp_path):
    with pytest.raises(ValueError, match="after the last storage"):
        read_state_dict(*save(tmp_path, two_storages() + b"\0"))


@pytest.mark.parametrize(
    "program, name",
    [
        (b"cos\nsystem\n(S'touch {marker}'\ntR.", r"os\.system"),
        (b'cbuiltins\nexec\n(S\'open("{marker}", "w")\'\ntR.', r"builtins\.exec"),
        (b"(S'touch {marker}'\nios\nsystem\n.", r"os\.system"),
        (b"ctorch\nload\n(S'{marker}'\ntR.", r"torch\.load"),
        (b"ctorch\nByteStorage\n.", r"torch\.ByteStorage"),
        # A dotted name may not reach through an admitted one.
        (b"\x80\x04\x8c\x0bcollections\x8c\x14OrderedDict.fromkeys\x93.", "fromkeys"),
    ],
)
@pytest.mark.parametrize("before", [b"", HEADER], ids=["as header", "as tensors"])
def test_a_pickle_with_other_names_is_refused_and_not_run(
    tmp_path, before, program, name
):
    marker = tmp_path / "executed"
    program = program.replace(b"{marker}", str(marker).encode())
    path, sha256 = save(tmp_path, before + program)
    with pytest.raises(ValueError, match=name):
        read_state_dict(path, sha256)
    assert not marker.exists()


@pytest.mark.parametrize(
    "tensors",
    [
        pickle.dumps([1, 2], 2),
        pickle.dumps({"a": 1}, 2),
        state_dict(a=number(1)),
        # Calls a storage's type; sets an attribute of the admitted call.
        b"ctorch\nFloatStorage\n)R.",
        b"ctorch._utils\n_rebuild_tensor_v2\n}" + text("a") + number(1) + b"sb.",
        b"ccollections\nOrderedDict\nN}" + text("get") + number(1) + b"s\x86b.",
        b"(" + text("module") + number(1) + b"tQ.",
        state_dict(a=tensor("a", 4, (5,), (1,))),
        state_dict(a=tensor("a", 4, (2,), (1,), offset=3)),
        state_dict(a=tensor("a", 4, (2,), (-1,))),
        state_dict(a=tensor("a", 4, (2, 2), (1,))),
        state_dict(a=tensor("a", 5, (4,), (1,))),
        state_dict(a=tensor("b", 4, (4,), (1,))),
    ],
)
def test_anything_but_plain_tensors_is_refused(tmp_path, tensors):
    four = storage(np.ones(4, "<f4"))
    data = HEADER + tensors + pickle.dumps(["a"], 2) + four
    with pytest.raises(ValueError, match="not a legacy PyTorch file"):
        read_state_dict(*save(tmp_path, data))


def test_a_file_with_another_checksum_is_not_parsed(tmp_path):
    path, sha256 = save(tmp_path, b"cos\nsystem\n(S'false'\ntR.")
    with pytest.raises(ValueError, match=f"{sha256}, expected {'0' * 64}: install"):
        read_state_dict(path, "0" * 64)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ValueError, match="nowhere.pth"):
        read_state_dict(tmp_path / "nowhere.pth", "0" * 64)
