"""captioning: pictures in, sentences out, by one recurrent cell.

Two towers that meet only at the top. `data_prep/` knows pictures and words, never
models; `captioning/` knows tensors and ids, and data only on its upper floors. Arrows
point down: a module imports from its own floor's left or from below (`.importlinter`
holds this, and `lint-imports` checks it).

    captioning/
      floor 0   imports nothing of ours
        cells.py            ElmanCell, LSTMCell: ONE time step, by its equation
        search.py           greedy, beam, sample over a step function
        losses.py           cross-entropy of a token
        scores/             BLEU, ROUGE-L, CIDEr-D, METEOR of captions, on words
        ptb_tokenizer.py    coco-caption's tokens, without Java
        encoders/           pixels (B, H, W, 3) -> regions (B, R, D)
        attention.py        (query, regions) -> (context, weights)
        config.py           the knobs, their presets, their flags
        plots.py            curves and sheets of captioned pictures
      floor 1
        recurrence.py       Recurrence(cell): the same cell over all time steps
        decoder.py          Decoder: words so far and a picture -> the next word
      floor 2
        models/captioner.py Captioner: a picture -> token ids
        teacher_forcing.py  one training step on what people said
      floor 3   where the towers meet
        runs.py             what a run is on disk
        evaluation.py       a split -> captions -> scores
        inference.py        encoded pictures -> sentences, in one graph
        training.py         a data set and a config -> a run
        history.py          what each epoch gave, and when to stop
        report.py           a run -> a table, a few lines, a sheet of pictures
      floor 4   commands: each parses, calls one function, prints
        train.py  caption.py  evaluate.py  export.py
        commands.py         the flags they share

    data_prep/
        text.py images.py   words and pictures, by TensorFlow operations alone
        vocabulary.py       words <-> ids; PAD=0, UNK=1, START=2, END=3
        records.py          the TFRecord schema
        dataset_info.py     dataset.json, and whether a data set is whole
        pictures.py         picture files that nobody vouches for, decoded by
        picture_child.py    a process that may die of them
        harbour/            the embedded world: scenes, drawn and said
        datasets/           one file a data set, over
        sources.py          users' folders, read with care
        caption_files.py    CSV, JSON, JSON lines, COCO
        karpathy.py         the JSON that COCO and Flickr30k come in
        prepare.py          python -m data_prep.prepare
        replacement.py      a new file or data set takes the old one's place
        features.py         rows per picture, computed once
        pipeline.py         rows and captions -> batches
        quiet.py            TensorFlow without its greetings
        errors.py           BadInput
"""

import os

# TensorFlow greets at import, on stderr, where commands speak to their user.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
