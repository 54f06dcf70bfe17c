"""captioning: pictures in, sentences out, by one recurrent cell.

Two towers that meet only at the top. `data_prep/` knows pictures and words, never
models; `captioning/` knows tensors and ids, and data only on its upper floors. Arrows
point down: a module imports from its own floor's left or from below (`.importlinter`
holds this, and `lint-imports` checks it).

    captioning/
      floor 0   imports nothing of ours but from this floor
        cells.py            ElmanCell, LSTMCell: ONE time step, by its equation
        backpropagation.py  the loop over time, and the same loop back, over
        steps.py            where the steps of all sequences lie
        packing.py          the real steps of padded sequences, no others
        precision.py        products in bfloat16
        products.py         matrices laid out for fast products
        search.py           greedy, beam, sample over a step function
        losses.py           cross-entropies of tokens, of tags, of related words
        word_loss.py        the tokens' one again, for all words, as training takes it
        scores/             BLEU, ROUGE-L, CIDEr-D, METEOR; rankings; translations
        ptb_tokenizer.py    coco-caption's tokens, without Java
        encoders/           pixels (B, H, W, 3) -> regions (B, R, D)
        attention.py        (query, regions) -> (context, weights)
        config.py           the knobs, their flags
        compact.py          weights in a third of the room
        presets.py          where the knobs start, for each pattern and data set
        shipped/            the captioner that comes with the project
        said.py             a caption, a tag, and how sure it is
        plots/              runs, readings, patterns, attention, long-term dependency
      floor 1
        recurrence.py       Recurrence(cell): the same cell over all time steps
        decoder.py          Decoder: words so far and regions -> the next word
        teacher_forcing.py  the loss of a decoder that is shown what people said
      floor 2   models: one cell, every shape of sequence
        models/captioner.py     Captioner            one-to-many    a picture -> ids
        models/sentiment.py     SentimentClassifier  many-to-one    ids -> a verdict
        models/translator.py    Translator           many-to-many   ids -> ids
        models/associations.py  WordAssociations     many-to-many   ids -> word lists
        models/tagger.py        Tagger               one-to-one     a picture -> tags
        models/siblings.py      several heads over one cell, one file of weights
        models/ensemble.py      several captioners that choose every word together
        self_critical.py        the loss of a captioner that reads what it said itself
        rewards.py              what that is worth
        train_step.py       one batch of one head, one step of the optimizer
      floor 3   where the towers meet
        vision.py           the encoder of a config, and the rows made of pictures
        caption_scores.py   what was said of pictures, against what people wrote
        patterns/           each model with its data, its loss, its score, its graph
        ensemble.py         runs that caption as one
        runs.py             what a run is on disk
        turns.py            who learns when, in a run of several patterns
        history.py          what each epoch gave, and when to stop
        checkpoint.py       what a training needs to go on after a stop
        training.py         data sets and configs -> a run
        data_sets.py        which data set each pattern of a run learns from
        embedded.py         the embedded data sets, for a first run without any data
        serving.py          the graph of a run or of an export
        litert/             a run -> one .tflite file, which answers without TensorFlow
        compact_runs.py     a run -> one that is small enough to give to others
        inference.py        captions and tags of encoded pictures
        picture_captions.py files of pictures -> captions, on past bad ones
        reading/            texts -> moods, translations, related words, word by word
        report.py           a run -> a table, a few lines, a sheet of pictures
        long_term/          why the LSTM was needed, measured
      floor 4   commands: each parses, calls one function, prints
        train.py  caption.py  read.py  evaluate.py  export.py  gap.py
        commands.py         the flags they share
        __main__.py         python -m captioning: which command does what

    data_prep/
        text.py images.py   words and pictures, by TensorFlow operations alone
        vocabulary.py       words <-> ids; PAD=0, UNK=1, START=2, END=3
        subwords.py         pieces of words <-> ids
        tokenizers.py       which of these a folder holds
        tokenizer_choice.py which of these a data set gets
        prefixes_of.py     texts as a reader meets them
        content_words.py    what captions say, without the grammar
        records.py          the TFRecord schema of pictures
        captions.py         the JSON lines of their captions
        sentences.py        the JSON lines of texts
        dataset_info.py     dataset.json, and whether a data set is whole
        picture_folders.py  folders -> the picture files in them
        pictures.py         picture files that nobody vouches for, decoded by
        picture_child.py    a process that may die of them, several at a time in
        checked_pictures.py
        harbour/            the embedded world: scenes, drawn and said, moods, languages
        datasets/           one file a data set, over
        sources.py          users' folders, read with care
        text_files.py       labelled lines, lines side by side
        caption_files.py    CSV, JSON, JSON lines, COCO
        karpathy.py         the JSON that COCO and Flickr30k come in
        prepare.py          python -m data_prep.prepare
        summary.py          what it made, for people
        replacement.py      a new file or folder takes the old one's place
        features.py         rows per picture, computed once
        half_made.py        what a stopped computation left, to go on with
        views.py            pictures seen otherwise: in a mirror, in part
        pipeline.py         rows and captions -> batches
        length_batches.py   sentences of like length -> batches
        without_autotuning.py          data sets whose iterators end at once
        quiet.py            TensorFlow without its greetings
        errors.py           BadInput
"""

import os

# All control flow of ours is TensorFlow's own (`tf.while_loop`, `tf.cond`), so graphs
# are traced with `autograph=False` throughout: translating Python, which nothing needs,
# took some 2 of the 12 seconds to the first caption.

# TensorFlow greets at import, on stderr, where commands speak to their user.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# oneDNN's kernels, which TensorFlow uses unasked where there is AVX-512 only: with AVX2
# a step of the translator takes 23 % less time with them.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
