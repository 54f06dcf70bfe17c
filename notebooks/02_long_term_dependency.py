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
# # The long-term dependency: a boat, a sailor, and what lies between
# ### 장기 의존성 문제 (long-term dependency problem)
#
# > The boat is on the \_\_\_.
#
# Everybody says *water*. "boat" is four words away. Now:
#
# > The boat is on the water. The wind is cold. The sun is low. A gull flies by. A \_\_\_ is driving that.
#
# A *sailor*, for it is still the boat that we speak of. The word that decides it is
# far behind. A recurrent cell has to carry it past every word between, in its state.
#
# This lesson measures how far which cell carries it, and finds the reason in one
# product. It runs in a few minutes on two cores; the figures in `docs/results.md` come from
# the same code with a larger budget (`python -m captioning.gap`).

# %%
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, "..")  # the package is used from its folder
from data_prep.cli.import_tensorflow import import_tensorflow

import_tensorflow()

import keras
import numpy as np
from IPython.display import Image

from captioning.nn.cells import LSTMCell
from captioning.experiments.long_term import cloze, cloze_results, recall_results, sweep
from captioning.experiments.long_term.boat_sentences import boat_sentences
from captioning.experiments.long_term.comparable_cells import CELLS
from captioning.experiments.long_term.recall_task import Budget, build_recaller, memory_norms
from captioning.experiments.long_term.state_jacobians import step_jacobians
from captioning.plots import long_term as plots
from data_prep.datasets import gap as sequences

pictures = Path(tempfile.mkdtemp())

# %% [markdown]
# ## 1. Near and far · 가까운 단어, 먼 단어
#
# Eight vehicles, each with its surface and its driver:

# %%
for sentence in boat_sentences(1, np.random.default_rng(0))[:4]:
    print("far " if sentence.far else "near", sentence, " ->", sentence.answer)

# %% [markdown]
# A small word model (embedding, one LSTM cell, the same embedding as output) that
# has read the sentences without filler:

# %%
model, steps = cloze.train_word_model("lstm", fillers=[0])
print(steps, "steps of training")
for text in ("The boat is on the", "The boat is on the water. A", "The train is on the rails. A"):
    guesses = cloze.next_words(model, text)
    print(f"{text} ___ :", ", ".join(f"{word} {p:.2f}" for word, p in guesses))

# %% [markdown]
# Now with sentences about something else in between. At each length a new model of
# each cell is trained, on that length only. All have the same number of parameters,
# the same optimizer (Adam), the same clipping, at most the same number of steps.

# %%
boats = cloze_results.measure(CELLS, fillers=(0, 4, 16), steps=300, progress=False)
print(cloze_results.table(boats))
plots.draw_cloze(boats, cloze.CHANCE, pictures / "boat.png")
Image(pictures / "boat.png")

# %% [markdown]
# The near word is no trouble, with any words before it: the model is not too small and
# the optimizer not too weak. The far word is lost as the distance grows: first by the
# Elman cell, then by the LSTM, and not by the third cell, an LSTM with another start
# (section 6). The task is the same and only the distance differs. So we look at what
# the distance does to the gradient.

# %% [markdown]
# ## 2. What back-propagation through time multiplies · 곱하고, 또 곱한다
#
# The cell makes its states step by step, $s_t = F(s_{t-1}, x_t)$. What the loss at the
# end says about a state long ago goes through the derivative of every step between:
#
# $$\frac{\partial h_T}{\partial s_t} = \frac{\partial h_T}{\partial s_T}\;
# J_T\,J_{T-1}\cdots J_{t+1},\qquad J_k = \frac{\partial s_k}{\partial s_{k-1}}$$
#
# A product of $T-t$ matrices. If each shrinks what it is given to 0.9, then after 100
# steps there is $0.9^{100} = 0.00003$ of it left; if each grows it to 1.1, there is
# 14,000 times of it. *Vanishing* and *exploding* (기울기 소실과 폭발) are the same thing
# on two sides of one. (Hochreiter 1991; Bengio et al. 1994; Pascanu et al. 2013.)
#
# We draw the **spectral norm** of this product, mean over sequences: the most that any
# direction of the old state is amplified by. At $T-t=0$ it is 1.

# %% [markdown]
# ## 3. Lines: f(f(f(x))) = a³x · 선형 함수를 쌓으면 다시 선형
#
# The simplest cell has no tanh: $h_t = W h_{t-1} + W_x x_t + b$. Then every $J$ is $W$,
# and the product is $W^{T-t}$. And however many steps we take, or layers we stack, the
# result is a line of the input: $f(x) = ax$ gives $f(f(f(x))) = a^3x$. A deep stack of
# lines is a line; one layer would have done. That is why a network needs something
# that bends.

# %%
recall_results.draw_stacks(pictures / "stacks.png")
Image(pictures / "stacks.png")

# %% [markdown]
# ## 4. tanh: it bends, and it takes away
#
# With tanh, $J_t = \operatorname{diag}(1 - h_t^2)\,W$. The new factor is 1 where the unit is near zero
# (there tanh is still a line) and nearly 0 where it is saturated. It is never more than
# 1: tanh only takes away. Left, the linear cell, right, the same $W$ with tanh:

# %%
recall_results.draw_growth(pictures / "growth.png")
Image(pictures / "growth.png")

# %% [markdown]
# The linear cell can be put exactly on the edge, with all eigenvalues of absolute value
# 1, and then it forgets nothing, but it is a line. The tanh cell bends, and
# forgets, even with eigenvalues of 1.1.

# %% [markdown]
# ## 5. The LSTM's sum · 곱셈 대신 덧셈
#
# $$c_t = f_t \odot c_{t-1} + i_t \odot g_t \qquad h_t = o_t \odot \tanh(c_t)$$
#
# Along $c$ the state is not multiplied by a matrix and not squashed; something is
# *added* to it, and what was there is kept by the forget gate $f_t$. On this path
# $\partial c_t / \partial c_{t-1} = f_t$: if the gate says 1, the gradient passes as it is.
# We can look at the numbers: the lower right block of an LSTM's $J_t$ when its weights are
# zero but for the forget gate's bias.

# %%
cell = LSTMCell(2, forget_bias=3.0)
cell.build((None, 1))
cell.kernel.assign(np.zeros(cell.kernel.shape))
cell.recurrent_kernel.assign(np.zeros(cell.recurrent_kernel.shape))
print(step_jacobians(cell, np.zeros((1, 3, 1), np.float32))[0, -1].round(3))
print("sigmoid(3) =", round(1 / (1 + np.exp(-3)), 3))

# %% [markdown]
# (So, for an LSTM, "the state" $s_t$ must be $h$ and $c$ together. Who looks at
# $\partial h_T/\partial h_t$ with $c_t$ left out misses the very path that the LSTM was made for.)

# %% [markdown]
# ## 6. The forget gate's bias · 망각 게이트의 편향
#
# The gate must *say* 1, though. It starts at $\sigma(b_f)$, and a new LSTM with the
# usual bias of 1 says 0.73. That is a half-life of two steps:

# %%
for bias in (0.0, 1.0, 3.0, np.log(99)):
    gate = 1 / (1 + np.exp(-bias))
    print(f"b_f = {bias:4.2f}: keeps {gate:.3f} a step, {gate**10:9.2g} over 10 steps, {gate**100:9.2g} over 100")

# %% [markdown]
# Tallec & Ollivier (2018) turn this around. A gate that says $\sigma(b_f)$ forgets in
# $1 + e^{b_f}$ steps; if memories of up to $T_{max}$ steps will be needed, draw
# $b_f \sim \log U(1, T_{max} - 1)$ and set $b_i = -b_f$: units with memories of every length,
# from the start. They call it *chrono* initialization. What is left of the gradient in
# cells that have learned nothing yet:

# %%
words, _ = sequences.batch(np.random.default_rng(0), 4, 100)
print("T - t            0      10      50      100")
for name in CELLS:
    keras.utils.set_random_seed(0)
    recaller = build_recaller(name, 100, Budget())
    norms = memory_norms(recaller, words)
    print(f"{name:12}", *(f"{norms[k]:8.1e}" for k in (0, 10, 50, 100)))

# %% [markdown]
# ## 7. Measured · 재 보면
#
# One thing of eight is named; `gap` steps later it is asked for; words that do not
# matter come between. A model that has forgotten it is right one time in eight.

# %%
token_ids, answers = sequences.batch(np.random.default_rng(0), 3, 8)
for sentence, answer in zip(token_ids, answers):
    print(sequences.words(sentence), " ->", sequences.THINGS[answer])

# %%
results = sweep.run_sweep(
    pictures,
    Budget(steps=400),
    gaps=(2, 5, 10, 20, 50, 100),
    seeds=(0, 1),
    processes=2,
    progress=False,
)
print(recall_results.table(results))
recall_results.draw(results, pictures)
Image(pictures / "gap.png")

# %% [markdown]
# A line is the mean over the seeds, and the band around it goes from the seed with the least to the
# seed with the most. Where there is no band to be seen, the seeds agree.
#
# Left: accuracy. Up to a gap of 10 all three cells are right almost always, so their lines lie upon
# one another, and Elman's is hidden beneath. Each cell falls to chance where the middle picture says
# that nothing of the gradient arrives. The LSTM of the text-book, with its bias of 1, goes further
# than the Elman cell, and then fails as well. **It is not the LSTM that solves it; it is an LSTM whose
# forget gate starts open.**
#
# The right picture shows the gradient after training. Where a cell has learned the task it has found
# a way to keep it up; where it has not, nothing came to teach it. The wide wedge is Elman's band:
# with one seed its gradient falls far faster than with the other. The mean of a large and a tiny
# number is about half the large one, so on this logarithmic axis the line runs along the upper edge.
# The picture ends at $10^{-12}$. What is smaller is not drawn, so there Elman's line leaves it.

# %% [markdown]
# ## 8. What these curves do not say
#
# Two honest remarks.
#
# **A near-line remembers.** The words here have numbers of variance 1. Make them
# smaller, and the Elman cell's units stay near zero, its tanh next to a line, and its $W$
# starts orthogonal: the product vanishes more slowly, and the cell can carry one
# word far, though not from every seed. It is then nearly the linear cell of section 3.
# `python -m captioning.gap --word-scale 0.25` measures it. The gradient decides, not
# the name of the cell.

# %%
for scale in (1.0, 0.25, 0.05):
    keras.utils.set_random_seed(0)
    recaller = build_recaller("elman", 100, Budget(word_scale=scale))
    norms = memory_norms(recaller, words)
    print(f"word_scale {scale:4.2f}: gradient left after 100 steps {norms[100]:.1e}")

# %% [markdown]
# **Short sentences teach.** In section 1 each model saw one length only. Mixed lengths
# are easier: the near ones, whose gradient arrives, teach what to keep, and the far ones only
# need it kept longer. The same Elman cell and the same LSTM with bias 1:

# %%
for name in ("elman", "lstm"):
    model, steps = cloze.train_word_model(name, fillers=(0, 1, 2, 4, 8, 16), steps=300)
    near, far = cloze.accuracy(model, 16)
    print(f"{name:6} {steps} steps of mixed lengths; 80 words in between: near {near:.2f}, far {far:.2f}")

# %% [markdown]
# ## In one breath · 한 문장으로
#
# A memory over $T$ steps is a product of $T$ Jacobians; lines explode or vanish, tanh
# takes away, the LSTM adds, and its forget gate must start open for as long as
# the memory is to last.
