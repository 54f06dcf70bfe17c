"""The scripts of docs/scale.md, run with the variables that the schedulers set."""

import os
import re
import shlex
import subprocess
import textwrap
from pathlib import Path

import pytest

from captioning.cli import caption_flags

PAGE = Path(__file__).resolve().parents[2] / "docs" / "scale.md"
BLOCKS = re.findall(r"(?:^    .*\n|^\n)+", PAGE.read_text("utf-8"), re.MULTILINE)


def script_with(words):
    """Return the one block of the page that has these words, or its shell commands."""
    (block,) = (block for block in BLOCKS if words in block)
    _, _, of_container = block.partition("            - |\n")
    return textwrap.dedent(of_container.partition("resources:")[0].rstrip() or block)


@pytest.mark.parametrize(
    "words, variables",
    [
        ("#SBATCH --job-name=captions", "SLURM_ARRAY_TASK_ID=3 SLURM_CPUS_PER_TASK=2"),
        ("name: captions", "JOB_COMPLETION_INDEX=2"),
        ("seq 100 |", ""),
    ],
)
def test_each_script_captions_the_third_shard(words, variables, tmp_path):
    command = tmp_path / "captioning"
    command.write_text('#!/bin/sh\necho "$@"\n')
    command.chmod(0o755)
    parallel = tmp_path / "parallel"
    parallel.write_text(
        '#!/bin/sh\nshift 2\nwhile read n; do echo "$@" | sed "s/{}/$n/" | sh; done\n'
    )
    parallel.chmod(0o755)
    said = subprocess.run(
        ["sh", "-c", script_with(words)],
        env={
            "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
            **dict(pair.split("=") for pair in variables.split()),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    flags = [
        caption_flags.parse(shlex.split(line.removeprefix("caption ")))
        for line in said.stdout.splitlines()
    ]
    assert (3, 100) in [one.shard for one in flags]
    assert all(str(one.list) == "photos.txt" and one.threads for one in flags)
