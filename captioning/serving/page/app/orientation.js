// The EXIF orientation of WebP and PNG files, which not every browser undoes.

// Of each format a picture of 2 x 1 pixels and orientation 6: upright it is 1 x 2.
const TURNED = {
  webp:
    "UklGRk4AAABXRUJQVlA4WAoAAAAIAAAAAQAAAAAAVlA4TA4AAAAvAQAAAAcQEf0PRET/A0VY" +
    "SUYaAAAATU0AKgAAAAgAAQESAAMAAAABAAYAAAAAAAA=",
  png:
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAAAAADRSSBWAAAAGmVYSWZNTQAqAAAACAABARIA" +
    "AwAAAAEABgAAAAAAANZnS2kAAAALSURBVHicY2BgAAAAAwABuK06YwAAAABJRU5ErkJggg==",
};
const MOST_CHUNKS = 256;
const ORIENTATION = 0x0112; // the tag

// Orientation -> the transform that undoes it, of a picture w wide and h high.
const TRANSFORMS = {
  2: (w) => [-1, 0, 0, 1, w, 0],
  3: (w, h) => [-1, 0, 0, -1, w, h],
  4: (w, h) => [1, 0, 0, -1, 0, h],
  5: () => [0, 1, 1, 0, 0, 0],
  6: (w, h) => [0, 1, -1, 0, h, 0],
  7: (w, h) => [0, -1, -1, 0, h, w],
  8: (w) => [0, -1, 1, 0, 0, w],
};

/** Return a decoded picture of a file upright: itself, or a new one over white. */
export async function upright(bitmap, file) {
  const orientation = await orientationLeft(file);
  const transform = TRANSFORMS[orientation];
  if (!transform) return bitmap;
  const { width, height } = bitmap;
  const isLying = orientation > 4;
  const canvas = new OffscreenCanvas(isLying ? height : width, isLying ? width : height);
  const pen = canvas.getContext("2d");
  pen.fillStyle = "white";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.setTransform(...transform(width, height));
  pen.drawImage(bitmap, 0, 0);
  bitmap.close();
  return canvas.transferToImageBitmap();
}

/** Return the orientation of a file that the browser has not undone; 1 if none. */
async function orientationLeft(file) {
  const data = new DataView(await file.arrayBuffer());
  const format = ["webp", "png"].find((name) => CHUNKS[name].isOf(data));
  if (!format || (await isUndone(format))) return 1;
  const exif = exifOf(data, CHUNKS[format]);
  return exif ? orientationOf(exif) : 1;
}

// How the chunks of a format lie: [name, where its data begin, their size, the next].
const CHUNKS = {
  webp: {
    isOf: (data) => textAt(data, 0) === "RIFF" && textAt(data, 8) === "WEBP",
    first: 12,
    exif: "EXIF",
    at(data, place) {
      const size = data.getUint32(place + 4, true);
      return [textAt(data, place), place + 8, size, place + 8 + size + (size % 2)];
    },
  },
  png: {
    isOf: (data) => textAt(data, 0) === "\x89PNG",
    first: 8,
    exif: "eXIf",
    at(data, place) {
      const size = data.getUint32(place);
      return [textAt(data, place + 4), place + 8, size, place + 12 + size];
    },
  },
};

function exifOf(data, { first, exif, at }) {
  let place = first;
  for (let count = 0; count < MOST_CHUNKS && place + 8 <= data.byteLength; count++) {
    const [name, start, size, next] = at(data, place);
    if (name === exif) {
      const before = textAt(data, start) === "Exif" ? 6 : 0; // a header of JPEG's
      const length = Math.min(size, data.byteLength - start) - before;
      return length > 8 ? new DataView(data.buffer, start + before, length) : null;
    }
    place = next;
  }
  return null;
}

function orientationOf(exif) {
  const isLittle = textAt(exif, 0) === "II*\0";
  if (!isLittle && textAt(exif, 0) !== "MM\0*") return 1;
  const directory = exif.getUint32(4, isLittle);
  const has = (place, size) => place + size <= exif.byteLength;
  const count = has(directory, 2) ? exif.getUint16(directory, isLittle) : 0;
  for (let entry = directory + 2, k = 0; k < count && has(entry, 12); entry += 12, k++) {
    if (exif.getUint16(entry, isLittle) === ORIENTATION) {
      return exif.getUint16(entry + 8, isLittle);
    }
  }
  return 1;
}

const undone = {};

function isUndone(format) {
  undone[format] ??= (async () => {
    const bytes = Uint8Array.from(atob(TURNED[format]), (sign) => sign.charCodeAt(0));
    const { width } = await createImageBitmap(new Blob([bytes]));
    return width === 1;
  })();
  return undone[format];
}

function textAt(data, place) {
  if (place + 4 > data.byteLength) return "";
  return String.fromCharCode(...[0, 1, 2, 3].map((k) => data.getUint8(place + k)));
}
