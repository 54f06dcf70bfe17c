// A picture file -> what the model sees of it, and a small copy to show.

import { upright } from "./orientation.js";
import { Squeezer } from "./resize.js";

const STRIP = 256; // rows that are drawn at once: a canvas of a whole photo may be too large
const LONGEST_SHOWN = 1280;

/**
 * Decode a picture file: upright, the first frame, transparency over white.
 *
 * Colour profiles are ignored, as the model's training ignored them.
 * Returns { pixels: float32 (size, size, 3), 0..255; shown: a JPEG Blob }.
 * Raises what createImageBitmap raises of a file that the browser cannot decode.
 */
export async function decode(file, size) {
  const decoded = await createImageBitmap(file, {
    imageOrientation: "from-image",
    colorSpaceConversion: "none",
    premultiplyAlpha: "none",
  });
  const bitmap = await upright(decoded, file);
  try {
    return { pixels: squeeze(bitmap, size), shown: await reduce(bitmap) };
  } finally {
    bitmap.close();
  }
}

function squeeze(bitmap, size) {
  const { width, height } = bitmap;
  const squeezer = new Squeezer(width, height, size);
  const pen = overWhite(width, Math.min(STRIP, height), { willReadFrequently: true });
  for (let top = 0; top < height; top += STRIP) {
    const rows = Math.min(STRIP, height - top);
    pen.fillRect(0, 0, width, rows);
    pen.drawImage(bitmap, 0, top, width, rows, 0, 0, width, rows);
    squeezer.add(pen.getImageData(0, 0, width, rows).data);
  }
  return squeezer.pixels();
}

async function reduce(bitmap) {
  const scale = Math.min(LONGEST_SHOWN / Math.max(bitmap.width, bitmap.height), 1);
  const width = Math.max(Math.round(bitmap.width * scale), 1);
  const height = Math.max(Math.round(bitmap.height * scale), 1);
  const pen = overWhite(width, height);
  pen.fillRect(0, 0, width, height);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(bitmap, 0, 0, width, height);
  return pen.canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 });
}

function overWhite(width, height, options) {
  const pen = new OffscreenCanvas(width, height).getContext("2d", options);
  pen.fillStyle = "white";
  return pen;
}
