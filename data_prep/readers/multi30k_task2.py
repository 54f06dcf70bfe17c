"""Multi30k's task 2 (Elliott et al. 2016, arXiv:1605.00459): five captions of each
photo in English, and five in German, written without a look at the others.

``train``, ``val`` and ``test_2016``, each with ``.1.de`` to ``.5.de``, line by line
about the photos of ``train_images.txt`` and so on, plain or ``.gz``.
"""

from pathlib import Path

from data_prep.errors import BadInput
from data_prep.readers.files import read_lines
from data_prep.readers.source_folder import find_all

LANGUAGES = ("de", "en")
_PARTS = ("train", "val", "test_2016")
_WRITERS = range(1, 6)


def read_task2(folder: Path, language: str) -> dict[str, list[str]]:
    """Return the captions of each photo of all three parts, by its number as text; a
    line that is not UTF-8 is left out.

    Raises:
        BadInput: the language is another, files are missing, or have not as many lines
            as there are photos.
    """
    if language not in LANGUAGES:
        raise BadInput(
            f"--language got {language!r}; expected {' or '.join(LANGUAGES)}, which "
            "Multi30k's task 2 has."
        )
    captions: dict[str, list[str]] = {}
    for part in _PARTS:
        names = {"images": f"{part}_images.txt"}
        names |= {str(k): f"{part}.{k}.{language}" for k in _WRITERS}
        paths = find_all(folder, names, "Multi30k's task 2")
        photos = read_lines(paths.pop("images"))
        for path in paths.values():
            lines = read_lines(path)
            if len(lines) != len(photos):
                raise BadInput(
                    f"{path} has {len(lines):,} lines; expected {len(photos):,}, one a "
                    f"photo of {part}_images.txt: get the files again."
                )
            for photo, line in zip(photos, lines, strict=True):
                if photo and line is not None:
                    captions.setdefault(Path(photo).stem, []).append(line)
    return captions
