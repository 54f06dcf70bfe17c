// The model's thread: picture files in, captions out, one after the other.
//
// No module: LiteRT loads its scripts by importScripts, which modules lack.

const modules = Promise.all([import("./captioner.js"), import("./picture.js")]);
const loading = modules.then(([{ Captioner }]) =>
  Captioner.load((loaded, total) => postMessage({ kind: "progress", loaded, total })),
);
loading.then(
  ({ searches, facts }) =>
    postMessage({ kind: "ready", searches, language: facts.language }),
  (error) => postMessage({ kind: "broken", reason: String(error) }),
);

let queue = loading;

onmessage = ({ data: { id, file, search } }) => {
  queue = queue.then(() => answer(id, file, search));
};

async function answer(id, file, search) {
  const captioner = await loading;
  const [, { decode }] = await modules;
  let picture;
  try {
    picture = await decode(file, captioner.facts.image_size);
  } catch {
    postMessage({ kind: "failed", id, reason: "unreadable" });
    return;
  }
  postMessage({ kind: "shown", id, shown: picture.shown });
  try {
    const started = performance.now();
    const captions = await captioner.caption(picture.pixels, search);
    const milliseconds = performance.now() - started;
    postMessage({ kind: "captioned", id, captions, milliseconds });
  } catch (error) {
    postMessage({ kind: "failed", id, reason: String(error) });
  }
}
