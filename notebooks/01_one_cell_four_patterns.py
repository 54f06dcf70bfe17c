# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # One cell, four patterns
# ### 하나의 셀, 네 가지 패턴 · recurrent neural network (RNN), 순환 신경망
#
# $$h_t = \tanh(W_{hh}\,h_{t-1} + W_{xh}\,x_t + b_h) \qquad y_t = W_{hy}\,h_t + b_y$$
#
# You know these two lines. This lesson takes them literally: first by hand, one step and
# then many; then **one** such cell, one set of weights, learns five tasks at once, one
# for each shape that a sequence can have. They are small tasks from an invented harbour,
# small enough to be learned here, from nothing, in minutes on two cores. All that is
# used is in the package; the notebook only calls it.

# %%
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, "..")  # the package is used from its folder
from data_prep.cli.import_tensorflow import import_tensorflow

import_tensorflow()

import keras
import numpy as np
import tensorflow as tf
from IPython.display import Image
from IPython.utils.capture import capture_output

from captioning.nn.cells import ElmanCell, LSTMCell
from captioning.plots import task_examples as plots
from captioning.plots.reading_curves import draw_verdicts
from captioning.plots.training_curves import draw_captions
from captioning.tasks.config import override
from captioning.tasks.registry import preset_for
from captioning.inference.read.tensorflow_engine import predict_associations, predict_sentiment, predict_translations
from captioning.nn.rnn import Recurrence
from captioning.training.loading import load_run
from captioning.training.plans import Plan
from captioning.inference.saved_model import Server
from captioning.training.trainer import train
from data_prep.pictures.decode import decode_picture
from data_prep.harbour.scene import Scene, facts
from data_prep.prepare import prepare
from data_prep.prepared.captions import load_captions
from data_prep.prepared.records import read_shards

tf.get_logger().setLevel("ERROR")  # five heads are five graphs: it would warn of it
work = Path(tempfile.mkdtemp())  # data, runs and pictures; nothing is left elsewhere

# %% [markdown]
# ## 1. The equation, by hand · 식을 손으로 계산하기
#
# `ElmanCell` is one time step (시점) of the equation, no more. Its weights carry Keras' names:
# `kernel` is $W_{xh}$, `recurrent_kernel` is $W_{hh}$, `bias` is $b_h$. Keras writes a
# batch as rows and multiplies from the right, $x\,W$, where the blackboard has $W x$: so
# we transpose. Five steps of two numbers each, a hidden state (은닉 상태) of three:

# %%
keras.utils.set_random_seed(0)
cell = ElmanCell(units=3)
recurrence = Recurrence(cell)  # the loop over time
x = np.random.default_rng(0).normal(size=(1, 5, 2)).astype("float32")
outputs, _ = recurrence(x)

W_xh, W_hh, b_h = (w.numpy().T for w in (cell.kernel, cell.recurrent_kernel, cell.bias))
h = np.zeros(3)  # h_0: an empty memory
for t in range(5):
    h = np.tanh(W_hh @ h + W_xh @ x[0, t] + b_h)
    print(f"h_{t + 1}  by hand {h.round(4)}   ElmanCell {outputs[0, t].numpy().round(4)}")

# %% [markdown]
# Here and there the same numbers. And the output (출력) $y_t$, which does not belong to the cell
# but to the *head* that uses it:

# %%
read_out = keras.layers.Dense(2)
y = read_out(outputs)
W_hy, b_y = read_out.kernel.numpy().T, read_out.bias.numpy()
print("y_5  by hand", (W_hy @ h + b_y).round(4), "  Dense", y[0, 4].numpy().round(4))

# %% [markdown]
# ## 2. Unrolled · 시간에 따라 펼치기
#
#           y_1       y_2       y_3
#            ^         ^         ^
#     h_0 -> h_1 ----> h_2 ----> h_3 ->          the SAME W_hh, W_xh, b_h in each
#            ^         ^         ^
#           x_1       x_2       x_3
#
# Unrolling draws the loop as a chain. The boxes are not different layers: there is one
# set of weights (가중치 공유, weight sharing), so a sequence a hundred times as long needs no
# more of them. Because it keeps Keras' contract for cells, `keras.layers.RNN` runs ours too.

# %%
for length in (5, 500):
    recurrence(np.zeros((1, length, 2), "float32"))
    print(f"{length:3} steps: {cell.count_params()} parameters")
by_keras = keras.layers.RNN(cell, return_sequences=True)(x)
print("keras.layers.RNN says the same:", np.allclose(by_keras, outputs, atol=1e-6))

# %% [markdown]
# The hidden state is the memory (기억). We change the first input only, and look at how much every
# later state notices:

# %%
changed = x.copy()
changed[0, 0] += 1.0
difference = np.linalg.norm(recurrence(changed)[0] - outputs, axis=-1)[0]
for t, norm in enumerate(difference, start=1):
    print(f"|h_{t} - h_{t}'| = {norm:.3f}")

# %% [markdown]
# It notices, and less and less: that is notebook 02, *the long-term dependency* (장기 의존성).
# Its remedy is the LSTM, which is a cell by the same contract: an input, the states before, the states after. It
# has a second state $c_t$ that is added to instead of being multiplied, and three gates:
#
# $$c_t = f_t \odot c_{t-1} + i_t \odot g_t \qquad h_t = o_t \odot \tanh(c_t)$$

# %%
for one in (ElmanCell(256), LSTMCell(256)):
    outputs, states = Recurrence(one)(np.zeros((1, 5, 128), "float32"))
    name = type(one).__name__
    print(f"{name:9} outputs {outputs.shape}, {len(states)} state(s), {one.count_params():,} parameters")

# %% [markdown]
# ## 3. The four patterns · 네 가지 패턴
#
#     one-to-one   one-to-many      many-to-one      many-to-many,    many-to-many,
#                                                    in step          delayed
#         y        y -> y -> y                y      y    y    y                y -> y
#         ^        ^    ^    ^                ^      ^    ^    ^                ^    ^
#         h        h -> h -> h      h -> h -> h      h -> h -> h      h -> h -> h -> h
#         ^        ^                ^    ^    ^      ^    ^    ^      ^    ^    ^
#         x        x                x    x    x      x    x    x      x    x    x
#
# | pattern | 패턴 | here | from | to |
# |---|---|---|---|---|
# | one-to-one | 일대일 | tags (태그) | a picture | the things in it |
# | one-to-many | 일대다 | captions (캡션) | a picture | a sentence about it |
# | many-to-one | 다대일 | sentiment (감성 분석) | a sentence | positive or negative |
# | many-to-many, in step | 다대다 (동시) | related words (연관 단어) | each word | what belongs with it |
# | many-to-many, delayed | 다대다 (지연) | translation (번역) | a sentence | a sentence in another language |
#
# The data is built into the package, made now, out of nothing: drawn scenes of a
# harbour, each said in five sentences; the moods of its people, in English and Korean,
# with negation; and a phrase book in English, German and Korean. Its test splits hold
# combinations that do not occur in training.

# %%
counts = {"harbour": 6000, "moods": 6000, "phrasebook": 3000}
for name, count in counts.items():
    with capture_output():  # no progress bars in a lesson
        info = prepare(name, None, work / name, count=count, seed=0)
    print(f"{name:10} {info.kind:11} {count} to learn from, {info.vocabulary_size} words or pieces")

# %%
scene = next(read_shards(work / "harbour", "train").as_numpy_iterator())
for caption in load_captions(work / "harbour", "train").captions[0]:
    print(caption)
print()
for name, lines in (("moods", 4), ("phrasebook", 2)):
    with open(work / name / "train.jsonl", encoding="utf-8") as file:
        print("".join(next(file) for _ in range(lines)))
Image(scene["image"], width=256)

# %% [markdown]
# ## 4. One run, five heads, one cell · 하나의 셀로 다섯 과제 학습
#
# `train` takes a *plan* for each pattern: its options and its data. Options start from
# the presets; the cell's own three have to agree, for there is only one cell. The five are
# interleaved, a batch each, and each takes as many as it would alone; the gradient of each
# goes through the same cell.
#
# We choose the LSTM for it. The same lines run with `cell="elman"` (section 10). But a
# translator must carry a sentence of thirty pieces to its end, and lesson 02 shows what
# an Elman cell does with that.

# %%
shared = {"cell": "lstm", "units": 192, "embedding_dim": 128}
data_of = {
    "captions": "harbour",
    "sentiment": "moods",
    "translation": "phrasebook",
    "associations": "harbour",
    "tags": "harbour",
}
plans = {
    pattern: Plan(override(preset_for(name, pattern), **shared), work / name)
    for pattern, name in data_of.items()
}
smaller = {  # than the presets': minutes matter here
    "captions": {"epochs": 4},
    "tags": {"epochs": 4},
}
for pattern, options in smaller.items():
    plan = plans[pattern]
    plans[pattern] = plan._replace(config=override(plan.config, **options))

with capture_output():
    history = train(plans, work / "run")
print(f"{len(history)} epochs, {history[-1].minutes:.1f} minutes of training steps")
Image(work / "run" / "curves.png")

# %% [markdown]
# Five losses fall together. Now we read the run from disk again, and ask whether it is
# true that there is one cell. Not equal numbers: the same *object* (`is`), with the same variables.

# %%
run = load_run(work / "run")
heads = {name: pattern.model for name, pattern in run.tasks.items()}
captioner, translator = heads["captions"], heads["translation"]
the_cell = heads["tags"].cell
print("captions     decodes with it:", captioner.decoder.cell is the_cell)
print("translation  reads with it:  ", translator.reader.cell is the_cell)
print("             writes with it: ", translator.decoder.cell is the_cell)
print("sentiment    reads with it:  ", heads["sentiment"].cell is the_cell)
print("associations reads with it:  ", heads["associations"].cell is the_cell)
print(f"\nthe cell: {the_cell.count_params():,} parameters; beside it")
for name, head in heads.items():
    print(f"{name:12} {head.count_params() - the_cell.count_params():9,}")

# %% [markdown]
# Each head has its own words in, and its own read-out $W_{hy}$ (and those that look at
# pictures an encoder, 인코더). How well does it do? On the test splits, which training never
# saw:

# %%
for name, pattern in run.tasks.items():
    with capture_output():
        scores = pattern.scores(work / data_of[name], "test")
    for score, value in scores.items():
        if value is not None:
            print(f"{name:12} {score:22} {value:.3f}")

# %% [markdown]
# (F1 of facts: colours, things and relations that the caption states, against those
# that are so. BLEU counts shared pieces of one to four words, 100 is identity. "cased" minds capital
# letters. Prevalence is what a tagger gets that knows nothing.)

# %% [markdown]
# ## 5. One-to-one · 일대일: tags of a scene
#
# $h_1 = F(x_1, h_0 = 0)$, and there is no second step: what is left of a recurrent
# network (RNN) when there is no sequence is an ordinary layer. The picture in, a probability for each
# tag out.

# %%
scenes = list(read_shards(work / "harbour", "test").take(8).as_numpy_iterator())
pictures = [decode_picture(scene["image"]).numpy() for scene in scenes]
ask = run.task("tags").serving_function()
found = ask(image_bytes=tf.constant([scene["image"] for scene in scenes[:4]]))
shown = [
    {fact.about for fact in facts(Scene.from_json(scene)) if fact.kind == "object"}
    for scene in load_captions(work / "harbour", "test").scenes[:4]
]
tagged = [
    plots.Tagged(picture, [tag.decode() for tag in tags], probabilities, truth)
    for picture, tags, probabilities, truth in zip(
        pictures, found["tags"].numpy(), found["probabilities"].numpy(), shown
    )
]
plots.draw_tags(tagged, work / "tags.png")
Image(work / "tags.png")

# %% [markdown]
# ## 6. One-to-many · 일대다: captions
#
# The picture gives $h_0$; each word that is said is the next input; the sentence ends where the
# cell says END. (Two things more than the drawing above has: the picture is added to the input at every
# step, and attention (어텐션) lets each $h_t$ look at its parts. Notebook 03 shows where it looks.)

# %%
ask = run.task("captions").serving_function()
found = ask(image_bytes=tf.constant([scene["image"] for scene in scenes]))
captions = [texts[0].decode() for texts in found["captions"].numpy()]
draw_captions(pictures, captions, work / "captions.png")
Image(work / "captions.png")

# %% [markdown]
# ## 7. Many-to-one · 다대일: sentiment, after every word
#
# Words in, one verdict out. But the read-out can be asked at every step, not only at the
# last: then we see what the memory holds *so far*. It reads from left to right and
# knows nothing of what follows.
#
# > 나는 불행하게도 오늘 지갑을 잃어버렸기 때문에 정말 기분이 좋지 않다
#
# (Because I unfortunately lost my wallet today, I am really not in a good mood.) A
# reader leans negative at 불행하게도 already.

# %%
sentiment = Server(run.task("sentiment").serving_function())
korean = "나는 불행하게도 오늘 지갑을 잃어버렸기 때문에 정말 기분이 좋지 않다"
(reading,) = predict_sentiment(sentiment, [korean])
for word, known, positive in zip(reading.words, reading.known, reading.positive):
    print(f"{positive:.2f}  {'#' * round(40 * positive):40}  {word}{'' if known else '   (not known)'}")

# %%
texts = [
    korean,
    "The sailor is not happy today",
    "The sailor is not sad today",
]
readings = predict_sentiment(sentiment, texts)
draw_verdicts(readings, work / "sentiment.png")
Image(work / "sentiment.png")

# %% [markdown]
# "not" is worth watching: after it the state has to hold *turn what comes next around*, which
# is no verdict yet. Mind what this small model is: it knows the few hundred words of the harbour's people.
# `docs/results.md` has the same sentence read by a model that learned from 40,000 Korean film reviews.

# %% [markdown]
# ## 8. Many-to-many, in step · 다대다 (동시): related words
#
# After each word, the words that belong with what was read so far. It reads one caption
# of a scene and is to name the words of the scene's *other* captions. So words that are seen
# together come to belong together:

# %%
associations = Server(run.task("associations").serving_function())
for reading in predict_associations(associations, ["boat", "sailor", "water"]):
    print(f"{reading.words[0]:8} -> {', '.join(reading.related[-1])}")

# %%
(reading,) = predict_associations(associations, ["A sailor in a boat under the moon"])
after = [
    dict(zip(words, np.exp(scores))) for words, scores in zip(reading.related, reading.scores)
]
columns = list(dict.fromkeys(word for words in reading.related for word in words[:5]))
values = np.array([[found.get(word, 0.0) for word in columns] for found in after])
plots.draw_weights(
    [plots.Weights(values / values.max(), reading.words, columns)],
    "word just read",
    "what belongs with it (dark: more)",
    work / "related.png",
)
Image(work / "related.png")

# %% [markdown]
# Each row is one step: input and output go side by side. A word that was read is not
# named again; that is why columns end.

# %% [markdown]
# ## 9. Many-to-many, delayed · 다대다 (지연): translation
#
# First the whole sentence is read, then the other one is written: by the *same* cell. One model translates
# in all directions, for the first thing it reads is a tag that says which language to write.

# %%
translation = run.task("translation")
server = Server(translation.serving_function(), tuple(translation.subwords.language_ids))
english = "A sailor in a blue rowing boat is to the left of a red lighthouse."
for code in ("de", "ko"):
    (there,) = predict_translations(server, [english], code)
    (back,) = predict_translations(server, [there.translations[0]], "en")
    print(f"en -> {code}  {there.translations[0]}\n{code} -> en  {back.translations[0]}\n")

# %% [markdown]
# While it writes, attention looks back at what was read. Rows are the pieces of words
# that are written, columns those that were read; a dark field says: this piece was
# written while looking there. It is the **alignment** (정렬) of the two sentences; the model was not
# taught it.

# %%
subwords = translation.subwords
panels = []
for code in ("de", "ko"):
    tag = subwords.language_ids[code]
    (there,) = predict_translations(server, [english], code)
    source_ids = tf.concat([[tag], subwords.encode([english])[0, 1:]], axis=0)
    target_ids = subwords.encode(there.translations)[0]
    _, weights = translator.hidden(source_ids[None], target_ids[None, :-1])
    source, target = (
        [piece.decode() for piece in subwords.decode(ids[:, None]).numpy()]
        for ids in (source_ids, target_ids)
    )
    source[0], source[-1], target[-1] = f"<2{code}>", "<end>", "<end>"
    panels.append(plots.Weights(weights[0].numpy(), target[1:], source))
plots.draw_weights(panels, "written", "read", work / "alignment.png")
Image(work / "alignment.png")

# %% [markdown]
# German keeps the order of English here. Korean turns it around: it looks at *red* first (빨간), and then at
# *left* (왼쪽), which English says before. Most other pieces of the Korean look at the tag only, for the
# pieces before them tell what they are. And the Korean is wrong at one word: 돛단배 is a sailing boat, and the
# rowing boat would be 나룻배. BLEU from English to Korean is the lowest of the four.

# %% [markdown]
# ## 10. The other cell, the same code · 셀만 바꾸기
#
# What was said of the cell can be tried on one head, which is quick: sentiment alone, by an
# Elman cell and by an LSTM. One word changes.

# %%
for name in ("elman", "lstm"):
    config = override(preset_for("moods", "sentiment"), cell=name)
    with capture_output():
        train({"sentiment": Plan(config, work / "moods")}, work / name)
        alone = load_run(work / name).task("sentiment")
        scores = alone.scores(work / "moods", "test")
    print(f"{name:6} alone: accuracy on test {scores['accuracy']:.3f}, "
          f"{alone.model.cell.count_params():,} parameters in the cell")

# %% [markdown]
# ## In one breath · 한 문장으로
#
# A recurrent network is one cell used at every step. What is fed to it when, and when
# it is asked, makes the pattern; what it learns is in one set of weights, and it can
# serve several at once.
#
# *To try:* set `shared["cell"]` to `"elman"` and run the lesson again. Give `captions` alone to
# `train`: is it better without siblings (`docs/results.md` has the table)? Ask `predict_associations` for
# "lighthouse". Write a sentence whose verdict turns around at its last word.
#
# Next: 02, why the gradient forgets; 03, real photos.
