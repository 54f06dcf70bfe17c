"""python -m benchmarks.chinese_words: Chinese captions scored by words.

`captioning.evaluate` scores Chinese captions character by character. Other work cuts
them into words first, each with a program of its own, so its figures compare only
roughly. Here the package jieba cuts captions and references.
"""

from benchmarks.arguments import parser_of
from captioning.cli.arguments import add_candidates_flags
from captioning.metrics.score_table import score_table
from data_prep.errors import BadInput, exit_on_bad_input


def main() -> int:
    parser = parser_of(
        "chinese_words",
        "Scores of a file of Chinese captions, cut into words by jieba.",
        "--captions test.json --data data/chinese --split test",
    )
    add_candidates_flags(parser)
    flags = parser.parse_args()
    try:
        import jieba
    except ImportError as error:
        raise BadInput(
            "this needs the package jieba, which is not installed; expected it: pip "
            "install -r benchmarks/requirements.txt"
        ) from error
    from captioning.metrics import score_corpus
    from captioning.tasks.caption_scores import read_candidates, references_of, tokenize

    jieba.setLogLevel("ERROR")  # else it says that it builds its dictionary

    def words(caption: str) -> list[str]:
        return [word for word in jieba.cut("".join(tokenize(caption))) if word.strip()]

    captions = read_candidates(flags.captions)
    split = references_of(captions, flags.data, flags.split)
    references = {
        image: [words(text) for text in texts]
        for image, texts in zip(split.image_ids, split.captions, strict=True)
    }
    own = {image: words(caption) for image, caption in captions.items()}
    print(score_table(score_corpus(own, references).overall))
    return 0


if __name__ == "__main__":
    exit_on_bad_input(main)
