// How probable it is that a caption names the right main thing: the arithmetic of
// `captioning.inference.confidence`, which says where the numbers come from.

export class Confidence {
  /**
   * facts: "confidence" of model.json.
   * probes: ArrayBuffer, float16 (probed nouns, region_dim).
   */
  constructor(facts, probes) {
    this.facts = facts;
    this.measures = new Set(facts.measures);
    this.rows = new Map(facts.probed.map((noun, row) => [noun, row]));
    this.probes = new Uint16Array(probes);
  }

  /** Return the confidence of a caption, 0..1; image: float32 (region_dim,). */
  of(words, score, image) {
    const [ofLogit, ofScore, constant] = this.facts.scales;
    const logit = ofLogit * this.probe(words, image) + ofScore * score + constant;
    return 0.5 * (1 + Math.tanh(0.5 * logit));
  }

  probe(words, image) {
    const row = this.rows.get(this.mainNoun(words));
    if (row === undefined) return this.facts.unprobed;
    const first = row * image.length;
    return image.reduce(
      (sum, value, place) => sum + value * fromHalf(this.probes[first + place]),
      this.facts.biases[row],
    );
  }

  /** The last of the first nouns in a row; "a group of people" is about people. */
  mainNoun(words) {
    let found;
    for (const [place, word] of words.entries()) {
      const noun = Object.hasOwn(this.facts.nouns, word) && this.facts.nouns[word];
      if (this.measures.has(noun) && (words[place + 1] === "of" || !found)) continue;
      if (!noun && found) break;
      found = noun || found;
    }
    return found;
  }
}

/** Return the number of the 16 bits of an IEEE half. */
function fromHalf(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = (bits & 1023) / 1024;
  return sign * (exponent ? (1 + fraction) * 2 ** (exponent - 15) : fraction * 2 ** -14);
}
