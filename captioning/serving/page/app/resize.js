// A picture squeezed into a square by the triangle filter, in the arithmetic of
// Pillow's BILINEAR: along the rows first, sums in double precision, kept in float32.

/** What each of `to` outputs is made of: the first of `from` inputs, and weights. */
function triangle(from, to) {
  const scale = from / to;
  const reach = Math.max(scale, 1);
  return Array.from({ length: to }, (_, place) => {
    const centre = (place + 0.5) * scale;
    const first = Math.max(Math.trunc(centre - reach + 0.5), 0);
    const end = Math.min(Math.trunc(centre + reach + 0.5), from);
    const weights = new Float64Array(end - first);
    let sum = 0;
    for (let k = 0; k < weights.length; k++) {
      const distance = Math.abs((k + first - centre + 0.5) * (1 / reach));
      weights[k] = Math.max(1 - distance, 0);
      sum += weights[k];
    }
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}

export class Squeezer {
  /** Takes the rows of a picture from the top down, and gives the square. */
  constructor(width, height, size) {
    this.width = width;
    this.size = size;
    this.across = triangle(width, size);
    this.down = triangle(height, size);
    this.rows = new Float32Array(height * size * 3);
    this.numRows = 0;
  }

  /** Take the next rows, RGBA. */
  add(rgba) {
    const { width, size, across, rows } = this;
    const end = this.numRows + rgba.length / (4 * width);
    for (let start = 0; this.numRows < end; this.numRows++, start += 4 * width) {
      let out = this.numRows * size * 3;
      for (const { first, weights } of across) {
        let red = 0, green = 0, blue = 0;
        let at = start + 4 * first;
        for (const weight of weights) {
          red += rgba[at] * weight;
          green += rgba[at + 1] * weight;
          blue += rgba[at + 2] * weight;
          at += 4;
        }
        rows[out++] = red;
        rows[out++] = green;
        rows[out++] = blue;
      }
    }
  }

  /** Return the square, float32 (size, size, 3), 0..255, after all rows. */
  pixels() {
    const { size, down, rows } = this;
    const stride = size * 3;
    const square = new Float32Array(size * stride);
    down.forEach(({ first, weights }, row) => {
      for (let column = 0; column < stride; column++) {
        let sum = 0;
        let at = first * stride + column;
        for (const weight of weights) {
          sum += rows[at] * weight;
          at += stride;
        }
        square[row * stride + column] = Math.min(Math.max(sum, 0), 255);
      }
    });
    return square;
  }
}
