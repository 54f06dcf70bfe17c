"""captioning: pictures in, sentences out, by one recurrent cell.

Two packages. `data_prep/` knows pictures and words, never models; `captioning/` uses
it. The number beside a folder is its floor: a folder imports from those with smaller
numbers, or from itself. Commands, tasks and data sets do not know each other
(`.importlinter` has the contracts, `lint-imports` checks them).

    captioning/
      train caption evaluate export read gap
                      8  commands: call, print; export, read and gap parse too
      commands/       8  those that are only `captioning NAME`: rerank, merge, page,
                         serve
      cli/            7  flags of train, caption and evaluate (NAME_flags); what the
                         commands share: arguments, options as flags, which_run
                         (--run, the newest, or what ships), next_commands (after a
                         training, or one that was stopped), commands as functions
      serving/        7  the HTTP service (settings: limits of a request; of a
                         picture: data_prep/pictures/limits; body_limits: status 413
                         and 408 of what is too large or too slow; uploads, batches,
                         metrics), and page/, which runs in a browser: its
                         look is page/app/style.css, and site writes it as a folder
      inference/      6  runs and exports, loaded for use: the predictor and its
                         descriptions, choose_engine, confidence, batches of pictures,
                         files of captions (sidecars, xmp, alt_text), shards/ (of many
                         pictures, by many workers: plan, how many pictures each has;
                         their files, and how they are joined), ensembles, litert/
                         (one .tflite file: conversion and engine of pictures, and of
                         texts; graphs: several pictures at once; only_graphs,
                         float16_weights, metadata), saved_model and
                         saved_model_operations, read/ (texts, word by word)
      experiments/    6  the long-term dependency problem, measured
      training/       5  plans (of a new run; of a resumed one, what it refuses) -> a
                         run: the state (new, started, resumed), the trainer and its
                         loop, optimizer (learning rates, clipping), task_schedule,
                         stop_signals, workers that train together and the cluster
                         that names them, checkpoint (what it holds; tasks/config
                         has how often), run_files and their manifest of checksums,
                         newest_run (of those under runs/), loading, compact_runs
      tasks/          4  config: options that tasks share, with their defaults
                         (of training: minutes between checkpoints; of the
                         optimizer; of search: beams, penalties);
                         caption_scores (all scores of captions, METEOR too); and
                         a folder a task: its presets (config), data, loss, scores and
                         serving function (task); captions/ has reranker_fitting
                         and detector_fitting (which words a picture can rule out),
                         translation/ the directions between its languages, and
                         their tags
      objectives/     3  what a batch is scored by: teacher forcing; self-critical, by
                         rewards
      models/         2  decoder, captioner, sentiment, translator, associations,
                         tagger, sentence reader; several at once: ensemble,
                         multitask
      encoders/       1  pixels (B, H, W, 3) -> regions (B, R, D); registry of families
      decoding/       1  greedy, beam, sampling over a step function; reranking,
                         word_detectors (applied)
      metrics/        1  BLEU, ROUGE-L, CIDEr-D, METEOR on coco-caption's tokens;
                         score_corpus (the list of those that need no files; of the
                         others: tasks/caption_scores); diversity, main and
                         unseen nouns, rankings, BLEU of translations
      plots/          1  figures from plain arrays and strings
      pretrained/     1  what ships: the captioner (weights, card, test captions), and
                         readers of texts
      nn/             0  cells, rnn, bptt (back-propagation through time), packed
                         sequences, attention, losses (of captions and translations:
                         fused_cross_entropy), mixed precision

    data_prep/
      prepare         6  the command: a raw data set -> a prepared one
      datasets/       5  one file a data set (`folder`: a user's own): what it reads,
                         its LANGUAGES, its shares of train, dev and test; the
                         contract is in datasets/__init__
      readers/        4  files that users have: caption_files, sentence_files, sidecars,
                         folders; how a split is made, official or by hash
      harbour/        4  the built-in world: scenes (scene: the kinds of things), drawn
                         and described
      pipeline/       4  a prepared split -> batches; features, cached; augmentation
      prepared/       3  what lies on disk: records of pictures, captions, sentences,
                         dataset_info, checksums
      pictures/       2  untrusted files, within limits -> sound pictures (sanitize,
                         which says why one is refused) -> pixels; places: files, and
                         objects in stores
      text/           2  words and subwords <-> ids: word_splitting (the rules),
                         vocabulary and its min_count, choose_tokenizer (which one a
                         data set has), python_tokenizers (without TensorFlow),
                         special tokens
      cli/            1  what the commands of both share: the parser, did_you_mean,
                         the import of TensorFlow, a pool of processes
      atomic          1  files are written whole or not at all
      errors          1  BadInput, how a command ends, a full disk
      examples        1  what a data set yields
      console/        1  progress (bars: by tqdm), and lines beside it

`import captioning` is light: what a name of the public API needs is imported when the
name is first used.

A training goes prepared data -> pipeline -> task -> model -> train step ->
run directory. A caption goes picture file -> pictures -> engine -> decoding -> result.
"""

import importlib
import os
from typing import TYPE_CHECKING, Any

from captioning.models import keras_registration
from data_prep.errors import with_extra

# All control flow is TensorFlow's own (`tf.while_loop`, `tf.cond`): graphs are traced
# with `autograph=False` throughout: translating Python that needs no translation took
# some 2 of the 12 seconds to the first caption.

# TensorFlow greets at import, on stderr, where commands speak to their user.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# oneDNN's kernels, which TensorFlow uses unasked where there is AVX-512 only: with AVX2
# a step of the translator takes 23 % less time with them.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

if TYPE_CHECKING:
    from captioning.caption import caption as caption
    from captioning.evaluate import evaluate as evaluate
    from captioning.inference.description import Description as Description
    from captioning.inference.load import load as load
    from captioning.inference.predictor import Predictor as Predictor
    from captioning.inference.read.text_predictor import TextPredictor as TextPredictor
    from captioning.models.associations import WordAssociations as WordAssociations
    from captioning.models.captioner import Captioner as Captioner
    from captioning.models.decoder import Decoder as Decoder
    from captioning.models.sentence_reader import SentenceReader as SentenceReader
    from captioning.models.sentiment import SentimentClassifier as SentimentClassifier
    from captioning.models.tagger import Tagger as Tagger
    from captioning.models.translator import Translator as Translator
    from captioning.nn.cells import ElmanCell as ElmanCell
    from captioning.nn.cells import LSTMCell as LSTMCell
    from captioning.nn.losses import RelatedCrossEntropy as RelatedCrossEntropy
    from captioning.nn.losses import TagCrossEntropy as TagCrossEntropy
    from captioning.nn.losses import TokenCrossEntropy as TokenCrossEntropy
    from captioning.nn.recurrent_cell import RecurrentCell as RecurrentCell
    from captioning.nn.rnn import RNN as RNN
    from captioning.train import train as train
    from captioning.training.caption_score_callback import CaptionScore as CaptionScore
    from data_prep.errors import BadInput as BadInput
    from data_prep.pictures.reader import BadPicture as BadPicture

# The public API: where each name is at home. A command is a module that can be called.
_HOMES = {
    "caption": "captioning.caption",
    "evaluate": "captioning.evaluate",
    "train": "captioning.train",
    "load": "captioning.inference.load",
    "Predictor": "captioning.inference.predictor",
    "TextPredictor": "captioning.inference.read.text_predictor",
    "Description": "captioning.inference.description",
    "BadInput": "data_prep.errors",
    "BadPicture": "data_prep.pictures.reader",
    "ElmanCell": "captioning.nn.cells",
    "LSTMCell": "captioning.nn.cells",
    "RecurrentCell": "captioning.nn.recurrent_cell",
    "RNN": "captioning.nn.rnn",
    "CaptionScore": "captioning.training.caption_score_callback",
    "RelatedCrossEntropy": "captioning.nn.losses",
    "TagCrossEntropy": "captioning.nn.losses",
    "TokenCrossEntropy": "captioning.nn.losses",
    "Captioner": "captioning.models.captioner",
    "Decoder": "captioning.models.decoder",
    "SentimentClassifier": "captioning.models.sentiment",
    "SentenceReader": "captioning.models.sentence_reader",
    "Tagger": "captioning.models.tagger",
    "Translator": "captioning.models.translator",
    "WordAssociations": "captioning.models.associations",
}
__all__ = list(_HOMES)

keras_registration.register()  # for `keras.saving.load_model`


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return _version()
    if name not in _HOMES:
        raise AttributeError(f"module 'captioning' has no attribute {name!r}")
    try:
        home = importlib.import_module(_HOMES[name])
    except ModuleNotFoundError as error:
        raise with_extra(error) from error
    # Importing `captioning.train` has put the module here by the function's name.
    found = home if home.__name__ == f"{__name__}.{name}" else getattr(home, name)
    globals()[name] = found
    return found


def _version() -> str:
    from importlib import metadata  # a tenth of what a command imports

    try:
        return metadata.version("captioning")
    except metadata.PackageNotFoundError:  # a checkout, not installed
        return "not installed"


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
