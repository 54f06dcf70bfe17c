// Captions as text to copy, and as a table with the columns of `captioning caption --out`.

const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/u; // to a spreadsheet program

/** rows: [{ name, caption, confidence }]; confidence may be undefined. */
export function csv(rows) {
  const isSure = rows.some(({ confidence }) => confidence !== undefined);
  const lines = [["image", "caption", ...(isSure ? ["confidence"] : [])]];
  for (const { name, caption, confidence } of rows) {
    const image = FORMULA.test(name) ? `./${name}` : name;
    const safe = FORMULA.test(caption) ? `'${caption}` : caption;
    lines.push([image, safe, ...(isSure ? [confidence?.toFixed(4) ?? ""] : [])]);
  }
  return lines.map((cells) => `${cells.map(quoted).join(",")}\r\n`).join("");
}

export function plain(rows) {
  return rows.map(({ name, caption }) => `${name} -> ${caption}\n`).join("");
}

export function save(name, text) {
  // The mark at the beginning tells spreadsheet programs that it is UTF-8.
  const url = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv" }));
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000); // the browser has begun by then
}

function quoted(cell) {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
