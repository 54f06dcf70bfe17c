"""python docs/generate.py: what the code says of itself -> pages of docs/.

The commands' argument parsers make docs/commands.md, and the docstrings of the public
names the table of docs/api.md. A test compares both with what this script makes now.
"""

import argparse
import importlib
import inspect
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from captioning.__main__ import _MODULES as MODULES  # noqa: E402
from captioning.tasks.registry import TASK_NAMES, presets  # noqa: E402
from data_prep.cli.parser import Parser  # noqa: E402

PAGE = ROOT / "docs" / "commands.md"
API_PAGE = ROOT / "docs" / "api.md"
INTRODUCTION = """\
# Commands

`python docs/generate.py` writes this page from the argument parsers, and
`captioning COMMAND --help` prints the same. Where the package is not installed,
`captioning train` is `python -m captioning.train`, and so on; `captioning prepare` is
`python -m data_prep.prepare`. Errors are one sentence on stderr and exit status 2.
"""


def parser_of(module: str, *words: str) -> Parser:
    """Return the parser that answers a command line that ends in ``--help``."""
    main = importlib.import_module(module).main
    found = []
    keep = mock.patch.object(
        Parser, "print_help", lambda self, file=None: found.append(self)
    )
    with keep:
        try:
            main([*words, "--help"])
        except SystemExit:
            pass
    return found[0]


def commands_page() -> str:
    """Return the text of docs/commands.md."""
    parts = [INTRODUCTION]
    for name, module in MODULES.items():
        parser = parser_of(module)
        about = _text(parser.description)
        if name == "train":
            # Of one task in the parser; this page has all of them.
            about = about.replace(_OF_ONE_TASK, "").rstrip()
        parts.append(f"## captioning {name}\n\n{about}\n")
        if name == "train":
            common = [g for g in parser._action_groups if g.title in _ARGPARSES_OWN]
            parts += [_table(_actions(common)), _examples(parser), _task_options()]
            continue
        parts += _tables(parser)
        for word, command in subcommands(parser).items():
            parts.append(
                f"### captioning {name} {word}\n\n{_text(command.description)}\n"
            )
            parts += _tables(command)
        parts.append(_examples(parser))
    return "\n".join(parts)


_OF_ONE_TASK = (
    "The options below are those of captions; --task NAME --help shows those of "
    "another task."
)
# Groups that argparse makes; all others have a title of ours.
_ARGPARSES_OWN = ("positional arguments", "options")


def _tables(parser: Parser) -> list[str]:
    """Return a table of the parser's own arguments, and one of each titled group."""
    own = [g for g in parser._action_groups if g.title in _ARGPARSES_OWN]
    parts = [_table(_actions(own))]
    for group in parser._action_groups:
        if group not in own and group._group_actions:
            parts.append(f"{_sentence(group.title)}:\n\n{_table(_actions([group]))}")
    return [part for part in parts if part]


def _actions(groups: Iterable) -> list[argparse.Action]:
    return [
        action
        for group in groups
        for action in group._group_actions
        if action.help != argparse.SUPPRESS
        and not isinstance(action, (argparse._HelpAction, argparse._SubParsersAction))
    ]


def _table(actions: list[argparse.Action]) -> str:
    if not actions:
        return ""
    rows = [f"| `{_usage(a)}` | {_cell(a.help or '')} |" for a in actions]
    return "\n".join(["| argument | |", "|---|---|", *rows]) + "\n"


def _usage(action: argparse.Action) -> str:
    """Return "--beams K", "--cell lstm,elman", "PATH ..."."""
    value = action.metavar or (",".join(action.choices) if action.choices else "")
    if not action.option_strings:
        return value + (" ..." if action.nargs in ("*", "+") else "")
    flag = action.option_strings[0]
    if isinstance(action, argparse.BooleanOptionalAction):
        return f"{flag}, {action.option_strings[1]}"
    if action.nargs == 0:
        return flag
    return f"{flag} {value or 'VALUE'}{' ...' if action.nargs == '+' else ''}"


def _task_options() -> str:
    """Return the options of all tasks, a row each, with each task's default."""
    rows: dict[tuple, dict[str, str]] = {}
    for task in TASK_NAMES:
        parser = parser_of(MODULES["train"], "--task", task)
        for group in parser._action_groups:
            if group.title in _ARGPARSES_OWN:
                continue
            for action in _actions([group]):
                about, _, default = action.help.rpartition(" (default: ")
                defaults = rows.setdefault((_usage(action), about), {})
                defaults[task] = default.removesuffix(")")
    lines = [
        "### The options of the tasks\n",
        "With the defaults of each task on its built-in data set. A data set that has",
        "a preset starts from that. `--task TASK --preset NAME --help` prints it.\n",
        f"| option | | {' | '.join(TASK_NAMES)} |",
        "|---|---|" + "---|" * len(TASK_NAMES),
    ]
    for (usage, about), defaults in rows.items():
        values = " | ".join(_cell(defaults.get(task, "")) for task in TASK_NAMES)
        lines.append(f"| `{usage}` | {_cell(about)} | {values} |")
    lines.append("\n| task | presets |\n|---|---|")
    lines += [
        f"| {t} | {', '.join(f'`{n}`' for n in presets(t))} |" for t in TASK_NAMES
    ]
    return "\n".join(lines) + "\n"


def subcommands(parser: Parser) -> dict[str, Parser]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return action.choices
    return {}


def _examples(parser: Parser) -> str:
    return f"```text\n{parser.epilog.strip()}\n```\n"


def _text(text: str) -> str:
    return _escaped(" ".join(text.split()))


def _cell(text: str) -> str:
    return _escaped(" ".join(text.split())).replace("|", "\\|")


def _escaped(text: str) -> str:
    """Return text in which Markdown sees no emphasis and no HTML."""
    return re.sub(r"([*<>_])(?=[^`]*(?:`[^`]*`[^`]*)*$)", r"\\\1", text)


def _sentence(title: str) -> str:
    return title[:1].upper() + title[1:]


def api_page() -> str:
    """Return the text of docs/api.md: as it is, with its table of names made anew."""
    page = API_PAGE.read_text("utf-8")
    start = page.index(_TABLE_HEAD)
    end = page.index("\n\n", start)
    homes = re.findall(r"^::: (\S+)\.(\w+)$", page, re.MULTILINE)
    rows = [_api_row(module, name) for module, name in homes]
    return page[:start] + "\n".join([_TABLE_HEAD, "|---|---|---|", *rows]) + page[end:]


_TABLE_HEAD = "| name | what it is or does | file |"


def _api_row(module: str, name: str) -> str:
    found = getattr(importlib.import_module(module), name)
    about, _, _ = inspect.getdoc(found).partition("\n\n")
    file = module.replace(".", "/") + ".py"
    return f"| `captioning.{name}` | {_cell(about)} | `{file}` |"


if __name__ == "__main__":
    for path, text in ((PAGE, commands_page()), (API_PAGE, api_page())):
        path.write_text(text, encoding="utf-8")
        print(path)
