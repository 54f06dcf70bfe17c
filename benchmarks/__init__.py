"""Benchmarks: the measurements behind choices and claims, to repeat on any machine.

Speed and memory
    python -m benchmarks            the tables of docs/performance.md: beside Keras,
                                    PyTorch and BLIP (`performance/`, a file a subject)
    python -m benchmarks.scaling    cost against batch, beams, length, number of photos
    python -m benchmarks.exponents  how fast cost grows: exponents of time and memory
    python -m benchmarks.loops      ways to run the loop over time
    python -m benchmarks.batching   ways to make a training batch of captions
    python -m benchmarks.page       the page in a browser: bytes, and time a photo

Scores without a recurrent network
    python -m benchmarks.linear_sentiment      n-grams and logistic regression
    python -m benchmarks.fasttext_sentiment    fastText's classifier
    python -m benchmarks.linear_tags           ridge regression on pooled regions
    python -m benchmarks.linear_associations   word counts and ridge regression

Sentiment
    python -m benchmarks.everyday_sentences    sentences that turn, after every word
    python -m benchmarks.transformer_sentiment a Transformer, and as a teacher

Captions and their scores
    python -m benchmarks.ablation          what each change of a training gained on dev
    python -m benchmarks.pointing          whether the attention points at what is named
    python -m benchmarks.people            people's own captions, scored alike
    python -m benchmarks.confidence        how far the confidence can be believed
    python -m benchmarks.coco_caption      the scores of coco-caption's own (Java) code
    python -m benchmarks.chinese_words     scores of Chinese captions by words
    python -m benchmarks.human_judgements  correlation of scores and human judgements

Texts
    python -m benchmarks.readers           a reader's one file beside its run

Trainings as a whole
    python -m benchmarks.start_from        few photos: from scratch, from the pretrained
    python -m benchmarks.seen_photos       fingerprints tell photos learned from
    python -m benchmarks.workers           several worker processes beside one
    python -m benchmarks.keras_fit         model.fit of Keras beside our training
    python -m benchmarks.kills             commands killed at random moments
    python -m benchmarks.many_pictures     thousands of pictures in one run, and killed
    python -m benchmarks.shards            the same by many workers, some of them killed
    python -m benchmarks.many_records      data sets of up to a million tiny pictures

The service
    python -m benchmarks.serving           captions over HTTP, under load and attack

No benchmark imports a command of `captioning`.
"""
