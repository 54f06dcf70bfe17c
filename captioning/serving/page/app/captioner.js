// The .tflite file in the browser: pixels -> captions, each with where it was looked.

import { Tensor, loadAndCompile, loadLiteRt, supportsFeature } from "./litert/litert.js";

import { Confidence } from "./confidence.js";
import { pieces, wordsOf } from "./words.js";

const HERE = new URL("./", import.meta.url);

export class Captioner {
  /** Load model.json, the model and LiteRT; progress(bytes, of how many) is called. */
  static async load(progress) {
    const facts = await (await get("model.json")).json();
    const [model, probes] = await Promise.all([
      download("model.tflite", facts.bytes, progress),
      get("probes.bin").then((response) => response.arrayBuffer()),
      loadRuntime(),
    ]);
    const compiled = await loadAndCompile(model, { accelerator: "wasm" });
    return new Captioner(facts, compiled, probes);
  }

  constructor(facts, compiled, probes) {
    this.facts = facts;
    this.compiled = compiled;
    this.confidence = facts.confidence && new Confidence(facts.confidence, probes);
  }

  /** Which searches there are: the careful one first, if the model has a reranker. */
  get searches() {
    const { reranked_beams, num_beams } = this.facts;
    const fast = { name: "fast", beams: num_beams, signature: `captions_${num_beams}` };
    if (!reranked_beams) return [fast];
    const signature = `reranked_${reranked_beams}`;
    return [{ name: "careful", beams: reranked_beams, signature }, fast];
  }

  /**
   * Return the captions of a picture, best first: { words, pieces, score, confidence,
   * attention }. `attention` is float32 (words, regions), a plain array of rows.
   *
   * pixels: float32 (size, size, 3), 0..255. search: the name of one of `searches`.
   */
  async caption(pixels, search) {
    const size = this.facts.image_size;
    const { signature } =
      this.searches.find(({ name }) => name === search) ?? this.searches[0];
    const input = new Tensor(pixels, [1, size, size, 3]);
    const { regions } = await this.compiled.run("regions", { pixels: input });
    const found = await this.compiled.run(signature, { regions });
    const values = await valuesOf({ regions, ...found });
    input.delete();
    const numRegions = values.attention.shape[3];
    const [, beams, time] = values.token_ids.shape;
    const image = meanOf(values.regions.data, numRegions);
    return Array.from({ length: beams }, (_, beam) => {
      const ids = values.token_ids.data.subarray(beam * time, (beam + 1) * time);
      const words = wordsOf(ids, this.facts);
      const score = values.scores.data[beam];
      const attention = words.map((_, place) => {
        const first = (beam * time + place) * numRegions;
        return values.attention.data.slice(first, first + numRegions);
      });
      return {
        words,
        pieces: pieces(words, this.facts),
        score,
        confidence: this.confidence?.of(words, score, image),
        attention,
      };
    });
  }
}

/** Load LiteRT: in threads, if the headers of the page allow them. */
async function loadRuntime() {
  const folder = new URL("litert/", HERE).href;
  const canThread = self.crossOriginIsolated && (await supportsFeature("relaxedSimd"));
  const kind = canThread ? "threaded" : "compat"; // the latter runs in every browser
  const script = `${folder}litert_wasm_${kind}_internal.js`;
  // Where the script's own files and threads come from; in a worker it cannot tell.
  self.Module = { locateFile: (name) => folder + name, mainScriptUrlOrBlob: script };
  await loadLiteRt(script);
}

/** Return { name: { data, shape } } of tensors, which are deleted. */
async function valuesOf(tensors) {
  const values = {};
  for (const [name, tensor] of Object.entries(tensors)) {
    values[name] = { data: await tensor.data(), shape: [...tensor.type.layout.dimensions] };
    tensor.delete();
  }
  return values;
}

/** Return the mean of regions (regions, dim), float32 (dim,). */
function meanOf(regions, numRegions) {
  const mean = new Float32Array(regions.length / numRegions);
  regions.forEach((value, place) => (mean[place % mean.length] += value / numRegions));
  return mean;
}

async function get(name) {
  const response = await fetch(new URL(name, HERE));
  if (!response.ok) throw new Error(`${name}: ${response.status}`);
  return response;
}

async function download(name, size, progress) {
  const content = new Uint8Array(size);
  let received = 0;
  for (const reader = (await get(name)).body.getReader(); ; progress(received, size)) {
    const { done, value } = await reader.read();
    if (done) break;
    content.set(value, received);
    received += value.length;
  }
  if (received !== size) throw new Error(`${name}: ${received} of ${size} bytes`);
  return content;
}
