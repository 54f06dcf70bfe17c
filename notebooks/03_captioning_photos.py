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
# # Captioning photos: one-to-many, on real pictures
# ### 사진 설명하기 · 일대다 패턴
#
# Lesson 01 captioned drawings of a harbour. Here are photos: Flickr8k, 8,000 of them, each
# described by five people. The cell is the same; what is new is an encoder (인코더) that has
# seen a million photos before, and that the truth has five spellings.
#
# The notebook looks at a finished run. It is made from the repository's folder by
#
#     python -m data_prep.prepare flickr8k --source FLICKR8K --out data/flickr8k
#     python -m captioning.train --data data/flickr8k --run runs/frozen
#
# and any other run that learned captions from photos will do: the newest under `runs/` is taken.
# (The outputs kept here are of the run that `docs/results.md` calls *tuned for half as long*, seed 1: it
# started from a frozen one, and learned the encoder's last stages too, for 6 epochs and 27 minutes.)
# Flickr8k's photos are for research use, so none is shown here; the photos below are
# free, and come with packages that are installed anyway.

# %%
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, "..")  # the package is used from its folder
from data_prep.cli.import_tensorflow import import_tensorflow

import_tensorflow()

import matplotlib
import numpy as np
import skimage
import sklearn.datasets
import tensorflow as tf
from IPython.display import Image
from IPython.utils.capture import capture_output

from captioning.training import newest_run
from captioning.training.loading import load_run
from captioning.tasks.caption_scores import SplitCiderD, scores_of
from captioning.training.history import passes, read_history
from captioning.plots.attention import draw_attention
from captioning.plots.training_curves import draw_captions
from data_prep.pictures.decode import decode_picture, load_pictures
from data_prep.prepared.captions import load_captions
from data_prep.prepared.dataset_info import DatasetInfo
from data_prep.pictures.reader import PictureReader

tf.get_logger().setLevel("ERROR")
pictures = Path(tempfile.mkdtemp())
directory = newest_run.newest("captions", Path("../runs"))
run = load_run(directory, encoder=False)
captions = run.task("captions")
data = run.data["captions"]
print(f"a run that learned {', '.join(run.tasks)}")
print(f"{captions.config.vision.encoder}, {captions.config.recurrent.cell} of {captions.config.recurrent.units} units")

# %% [markdown]
# ## 1. The data · 데이터
#
# One photo, five people, five sentences. None of them is *the* answer:

# %%
info = DatasetInfo.load(data)
dev = load_captions(data, "dev")
print(f"{info.name}: {info.vocabulary_size:,} words; dev has {len(dev.captions):,} photos")
for caption in dev.captions[1]:
    print("  ", caption)

# %%
train_split = load_captions(data, "train")
words = Counter(
    word for texts in train_split.captions for text in texts for word in text.lower().split()
)
lengths = [len(text.split()) for texts in train_split.captions for text in texts]
print("most frequent:", ", ".join(f"{word} {count:,}" for word, count in words.most_common(14)))
print(f"words a caption: median {np.median(lengths):.0f}, one in ten over {np.quantile(lengths, 0.9):.0f}")
print(f"words that occur once only: {sum(count == 1 for count in words.values()):,} of {len(words):,}")

# %% [markdown]
# *dog*, *man*, *white*, *two*: that is what Flickr8k is about. What is rare in it, the model cannot
# learn from it. And of all words, almost half occur once. Those that occur fewer than five
# times are left out: to the model they are all one word, `<unk>`, which it never says.

# %% [markdown]
# ## 2. What the cell is given · 셀의 입력
#
# The encoder, a convolutional network (CNN), turns 256 x 256 pixels into a grid of 8 x 8 *regions*, 1,280
# numbers each. What of it stays as it was is computed once for all photos and kept on disk: of a
# frozen encoder the regions, and training never sees a pixel; of one that is fine-tuned the maps
# below the stages that learn. The mean of the regions becomes the image embedding: it gives $h_0$ and is added to
# the input of every step. The single regions are what attention (어텐션) looks at.

# %%
photo_files = {
    "astronaut": Path(skimage.data_dir) / "astronaut.png",
    "cat": Path(skimage.data_dir) / "chelsea.png",
    "coffee": Path(skimage.data_dir) / "coffee.png",
    "rocket": Path(skimage.data_dir) / "rocket.jpg",
    "photographer": Path(skimage.data_dir) / "camera.png",
    "flower": Path(sklearn.datasets.__file__).parent / "images" / "flower.jpg",
    "temple": Path(sklearn.datasets.__file__).parent / "images" / "china.jpg",
    "officer": Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg",
}
with PictureReader() as reader:  # the gate that `captioning.caption` uses
    photo_bytes = [reader.read(path) for path in photo_files.values()]
photos = [decode_picture(encoded).numpy() for encoded in photo_bytes]
size = captions.config.vision.image_size
pixels = load_pictures(tf.constant(photo_bytes), size)
captions.attach_encoder()  # until now it worked on kept regions
regions = captions.model.encode(pixels)
print("pixels ", pixels.shape, " regions", regions.shape)

# %% [markdown]
# ## 3. The training curve · 학습 곡선
#
# Left, the loss: minus the log probability of the right next word (teacher forcing: the words before it
# are always those that a person wrote). Right, what counts: captions of the dev photos, found by beam search
# and scored against five people's. The epoch with the best dev score was kept. Epoch 0 is what the run
# started with, before any training: here the frozen run, with 0.549.

# %%
history = read_history(directory)
print(f"{passes(history)} epochs, {history[-1].minutes:.0f} minutes")
Image(directory / "curves.png")

# %% [markdown]
# ## 4. Scores · 점수
#
# CIDEr-D counts shared phrases, weighted by how telling they are ("a" tells nothing, "surfboard"
# does); 0.82 is what one person scores against the four others. BLEU-4 counts shared runs of up to four words.

# %%
plain = load_run(directory, encoder=False).task("captions")
with capture_output():
    said = plain.caption_split(data, "dev")
for name, value in scores_of(said, dev).items():
    if value is not None:
        print(f"{name:15} {value:.3f}")

# %% [markdown]
# ## 5. Good ones and bad ones · 잘한 것과 못한 것
#
# By the CIDEr-D of each dev photo. The best are scenes that Flickr8k is full of:

# %%
each = np.array(SplitCiderD(dev).of_each(list(said.values())))
order = np.argsort(-each)


def show(photo: int) -> None:
    print(f"{each[photo]:.2f}  said: {said[dev.image_ids[photo]]}")
    for reference in dev.captions[photo][:2]:
        print(f"       people: {reference}")


for photo in order[:5]:
    show(photo)

# %% [markdown]
# The worst ones. Often the sentence is a sound one, of another photo: the language is learned sooner
# than the seeing.

# %%
for photo in order[-5:]:
    show(photo)

# %% [markdown]
# And in the middle, where most are: half right. Clothes get the most usual colour, groups the most
# usual number.

# %%
middle = len(order) // 2
for photo in order[middle : middle + 5]:
    show(photo)

# %% [markdown]
# How much of people's language does it use?

# %%
used = Counter(word for caption in said.values() for word in caption.split())
people = Counter(word for texts in dev.captions for word in texts[0].lower().split())
print(f"different words in 1,000 captions: {len(used)} of the model, {len(people)} of one person a photo")
print("its favourite openings:", Counter(" ".join(c.split()[:3]) for c in said.values()).most_common(5))

# %% [markdown]
# ## 6. Photos from elsewhere · 처음 보는 사진
#
# Now eight photos that have nothing to do with Flickr8k. Where they show people out of doors it may do well;
# for coffee, rockets and temples it has no words, and says the nearest thing it has:

# %%
found, _ = captions.captioner()(pixels)
lines = [texts[0].decode() for texts in found.numpy()]
draw_captions(photos, lines, pictures / "photos.jpg")
Image(pictures / "photos.jpg")

# %% [markdown]
# (Credits: astronaut Eileen Collins, NASA, public domain; Chelsea the cat, S. van der Walt, CC0; coffee,
# R. Michetti, CC0; rocket, SpaceX, CC0; photographer, L. Varshney, CC0: all in scikit-image. Flower by vultilion and
# temple by danielbuechele, Flickr, CC-BY 2.0, in scikit-learn. Grace Hopper, US Navy, public domain, in Matplotlib.)

# %% [markdown]
# ## 7. Where it looks, word by word · 단어마다 어디를 보나
#
# Each word is chosen from $h_t$ and from a weighted mean of the regions. The weights are the
# attention: here the photo is clear where they are high, and veiled elsewhere. It was never told
# where things are; it had sentences and photos only.

# %%
number = list(photo_files).index("cat")
words, weights = captions.attention_maps(pixels[number : number + 1], lines[number])
draw_attention(photos[number], words, weights, pictures / "attention.jpg")
Image(pictures / "attention.jpg")

# %%
number = list(photo_files).index("astronaut")
words, weights = captions.attention_maps(pixels[number : number + 1], lines[number])
draw_attention(photos[number], words, weights, pictures / "attention.jpg")
Image(pictures / "attention.jpg")

# %% [markdown]
# Words that name a thing ought to look at it; words of grammar ("a", "is", "with") may look
# anywhere. A second check, without pictures: the weight of the single region that is looked at most. 1/64 = 0.016 would be
# looking everywhere alike.

# %%
for word, weight in zip(words, weights):
    print(f"{word:12} {weight.max():.2f}  {'#' * round(60 * weight.max())}")

# %% [markdown]
# ## 8. Beams · 빔 탐색
#
# The caption is the best of a few that were followed side by side. They differ less than one would like:

# %%
found, scores = captions.captioner(num_beams=5)(pixels[:1])
for text, score in zip(found[0].numpy(), scores[0].numpy()):
    print(f"{score:6.2f}  {text.decode()}")

# %% [markdown]
# ## In one breath · 한 문장으로
#
# The cell that read moods and wrote German writes what it is shown; what it writes is limited by what
# the encoder saw, by the words that 6,000 photos carry, and by an objective that rewards the
# usual sentence.
