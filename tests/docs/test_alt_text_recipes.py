"""The recipes of docs/alt-text.md draft alt text, and fail so that a person looks."""

import functools
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
GOOD = "![a boat](harbour.jpg)\n"
BARE = "# Here\n\n![](harbour.jpg)\n"


@pytest.fixture(scope="module")
def recipes():
    """The blocks of YAML on the page: of pre-commit, and of GitHub."""
    page = (ROOT / "docs" / "alt-text.md").read_text("utf-8")
    blocks = re.findall(r"^```yaml\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    return [yaml.safe_load(block) for block in blocks]


@pytest.fixture
def repository(tmp_path):
    """A repository with a page without images; and the environment of its commands."""
    programs = tmp_path / "bin"
    programs.mkdir()
    script = f'#!/bin/sh\nexec "{sys.executable}" -m captioning "$@"\n'
    (programs / "captioning").write_text(script)
    (programs / "captioning").chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "GIT_CONFIG_GLOBAL": os.devnull,
        **{f"GIT_{who}_NAME": "x" for who in ("AUTHOR", "COMMITTER")},
        **{f"GIT_{who}_EMAIL": "x" for who in ("AUTHOR", "COMMITTER")},
    }
    folder = tmp_path / "repository"
    folder.mkdir()

    run = functools.partial(
        subprocess.run, cwd=folder, env=environment, capture_output=True, text=True
    )
    (folder / "a b.md").write_text(GOOD)
    (folder / "harbour.jpg").write_bytes((ROOT / "docs" / "harbour.jpg").read_bytes())
    for command in ("git init -q -b main", "git add -A", "git commit -q -m pages"):
        assert run(command.split()).returncode == 0
    return folder, run


def drafted(text):
    return re.fullmatch(r"# Here\n\n!\[(a|the|two) [\w ]+\.?\]\(harbour\.jpg\)\n", text)


def test_the_hook_drafts_into_the_pages_that_it_is_given(recipes, repository):
    folder, run = repository
    (hook,) = recipes[0]["repos"][0]["hooks"]
    command = shlex.split(hook["entry"])
    assert re.search(hook["files"], "docs/index.html") and hook["language"] == "system"
    (folder / "new page.md").write_text(BARE)
    (folder / "broken.md").write_text("![](none.jpg)")
    done = run([*command, "a b.md", "new page.md", "broken.md"])
    assert done.returncode == 1 and "none.jpg does not exist" in done.stderr
    assert (folder / "a b.md").read_text() == GOOD
    assert drafted((folder / "new page.md").read_text())
    assert not list(folder.glob("*.alt.*"))
    done = run([*command, "a b.md", "new page.md"])
    assert done.returncode == 0 and "0 images without alt text" in done.stderr


def test_the_hook_replaces_no_file_of_the_author(recipes, repository):
    folder, run = repository
    (hook,) = recipes[0]["repos"][0]["hooks"]
    (folder / "page.md").write_text(BARE)
    (folder / "page.alt.md").write_text("mine")
    done = run([*shlex.split(hook["entry"]), "page.md"])
    assert done.returncode == 1 and "page.alt.md exists" in done.stderr
    assert (folder / "page.alt.md").read_text() == "mine"
    assert (folder / "page.md").read_text() == BARE


def test_the_check_of_pull_requests_shows_the_drafts_and_fails(
    recipes, repository, tmp_path
):
    folder, run = repository
    (script,) = [
        step["run"]
        for step in recipes[1]["jobs"]["alt-text"]["steps"]
        if "captioning caption" in step.get("run", "")
    ]
    run(["git", "update-ref", "refs/remotes/origin/main", "HEAD"])
    summary = tmp_path / "summary.md"
    script = (
        f"export GITHUB_BASE_REF=main GITHUB_STEP_SUMMARY={shlex.quote(str(summary))}\n"
        + script
    )
    done = run(["bash", "-e", "-c", script])
    assert done.returncode == 0, done.stderr
    (folder / "new page.md").write_text(BARE)
    run(["git", "add", "-A"])
    run(["git", "commit", "-q", "-m", "a page"])
    assert run(["bash", "-e", "-c", script]).returncode == 1
    (change,) = re.findall(r"^\+(!.*)$", summary.read_text(), re.MULTILINE)
    assert drafted(BARE.replace("![](harbour.jpg)", change))
