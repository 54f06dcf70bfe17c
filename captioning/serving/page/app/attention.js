// Where the model looked: a shade over the photo, thin where a word's weights are high.

const DARKEST = 0.72; // of the shade, where the weight is 0
const SPREAD = 0.7; // exponent: below 1 it also shows what was looked at less
const GLIDE = 220; // milliseconds from one word to the next

export class Shade {
  constructor(canvas) {
    this.canvas = canvas;
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    this.shown = null; // weights that are drawn now
  }

  /** Go to the weights of a word, float32 (regions,); null uncovers the photo. */
  show(weights) {
    cancelAnimationFrame(this.frame);
    this.canvas.dataset.shown = weights ? "true" : "false";
    if (!weights) {
      this.canvas.style.opacity = 0;
      this.shown = null;
      return;
    }
    const most = Math.max(...weights, 1e-9);
    const target = Float32Array.from(weights, (weight) => (weight / most) ** SPREAD);
    this.canvas.style.opacity = 1;
    const from = this.shown;
    const started = performance.now();
    const step = (now) => {
      const part = Math.min(Math.max((now - started) / GLIDE, 0), 1);
      this.draw(target.map((weight, k) => from[k] + part * (weight - from[k])));
      if (part < 1) this.frame = requestAnimationFrame(step);
    };
    if (!from || from.length !== target.length || this.still.matches) this.draw(target);
    else step(started);
  }

  draw(weights) {
    const side = Math.round(Math.sqrt(weights.length));
    const grid = new OffscreenCanvas(side, side);
    const cells = new ImageData(side, side);
    weights.forEach((weight, k) => {
      cells.data[4 * k + 3] = Math.round(255 * DARKEST * (1 - weight));
    });
    grid.getContext("2d").putImageData(cells, 0, 0);
    const { width, height } = this.canvas;
    const pen = this.canvas.getContext("2d");
    pen.clearRect(0, 0, width, height);
    pen.imageSmoothingQuality = "high";
    pen.drawImage(grid, 0, 0, width, height);
    this.shown = weights;
  }
}

/** Return the [row, column] of the third of the photo that has most of the weight. */
export function placeOf(weights) {
  const side = Math.round(Math.sqrt(weights.length));
  const most = weights.indexOf(Math.max(...weights));
  const third = (index) => Math.min(Math.floor(((index + 0.5) / side) * 3), 2);
  return [third(Math.floor(most / side)), third(most % side)];
}
