// The page: photos go to the model's thread, and what comes back is shown.

import { Gallery } from "./gallery.js";
import { watch } from "./intake.js";
import { prefer, preference, texts } from "./preferences.js";
import { Stage, sureness } from "./stage.js";
import { TEXTS } from "./texts.js";

const at = (id) => document.getElementById(id);
const stage = new Stage();
const gallery = new Gallery(select, copy, clear);
const model = { state: "loading", loaded: 0, total: 1, searches: [], language: "" };
let pictures = []; // { id, name, file, state, reason, shown, captions, chosen, language }
let current = null;
let numPasted = 0;
let worker;

// === Photos in, captions out ===

function take(files) {
  const added = files.map((file) => ({
    id: `${performance.now()}-${Math.random()}`,
    // A picture from the clipboard has no name of its own.
    name: file.name === "image.png" ? `pasted-${++numPasted}.png` : file.name,
    file,
    chosen: 0,
  }));
  pictures.push(...added);
  added.forEach(ask);
  if (added.length) select(added[0]);
}

function ask(picture) {
  const { id, file } = picture;
  if (model.state === "broken") Object.assign(picture, { state: "failed", reason: "broken" });
  else picture.state = "waiting";
  worker?.postMessage({ id, file, search: preference("search") });
  update(picture);
}

const answers = {
  progress({ loaded, total }) {
    Object.assign(model, { loaded, total });
    showModel();
  },
  broken() {
    model.state = "broken";
    showModel();
    announce(texts().broken);
    pictures.forEach(ask);
  },
  ready({ searches, language }) {
    Object.assign(model, { state: "ready", searches, language });
    showModel();
  },
  shown({ shown }, picture) {
    if (picture.shown) URL.revokeObjectURL(picture.shown);
    Object.assign(picture, { state: "working", shown: URL.createObjectURL(shown) });
    update(picture);
  },
  failed({ reason }, picture) {
    const known = reason in TEXTS.en ? reason : "failed";
    Object.assign(picture, { state: "failed", reason: known, captions: undefined });
    update(picture);
    announce(`${picture.name}: ${texts()[known]}`);
  },
  captioned({ captions, milliseconds }, picture) {
    for (const caption of captions) caption.text = caption.pieces.join("");
    const { language } = model;
    Object.assign(picture, { state: "done", captions, chosen: 0, language, milliseconds });
    update(picture);
    if (picture !== current) return;
    stage.reveal();
    const [{ text, confidence }] = captions;
    announce(texts().announce(picture.name, text, sureness(confidence)));
  },
};

function start() {
  worker = new Worker(new URL("worker.js", import.meta.url));
  worker.onmessage = ({ data }) => {
    const picture = pictures.find(({ id }) => id === data.id);
    if (picture || !data.id) answers[data.kind](data, picture); // it may be removed
  };
  worker.onerror = () => answers.broken();
  pictures.forEach(ask);
}

// === What is seen ===

function update(picture) {
  gallery.update(picture);
  if (picture === current) stage.show(picture, choose);
}

function select(picture) {
  current = picture;
  document.body.classList.toggle("has-photos", pictures.length > 0);
  gallery.mark(picture);
  stage.show(picture, choose);
}

function choose(beam) {
  current.chosen = beam;
  update(current);
  stage.reveal();
}

function showModel() {
  const { state, loaded, total, searches } = model;
  const part = loaded / total;
  const isKept = navigator.serviceWorker?.controller;
  at("loading").dataset.state = state;
  at("progress").hidden = state !== "loading";
  at("progress").value = part;
  at("loaded").textContent = {
    loading: part < 1 ? texts().loading(Math.floor(100 * part)) : texts().preparing,
    broken: texts().broken,
    ready: isKept ? texts().offline : "",
  }[state];
  at("search").disabled = state !== "ready";
  const named = searches.map(({ name, beams }) => [name, texts().searches[name](beams)]);
  fill(at("search"), named, preference("search"));
  const about = model.language ? texts().footer : texts().footerOwn;
  at("about").textContent = state === "ready" ? about : "";
}

function showTexts() {
  const language = preference("language");
  document.documentElement.lang = language;
  document.title = texts().title;
  for (const place of document.querySelectorAll("[data-text]")) {
    place.textContent = texts()[place.dataset.text];
  }
  const other = language === "ko" ? "en" : "ko";
  at("language").textContent = { en: "English", ko: "한국어" }[other];
  at("language").lang = other;
  fill(at("theme"), Object.entries(texts().themes), preference("theme"));
  showModel();
  pictures.forEach(update);
}

function fill(select, values, chosen) {
  select.replaceChildren(...values.map(([value, text]) => new Option(text, value)));
  if (values.some(([value]) => value === chosen)) select.value = chosen;
}

function announce(text) {
  at("announcer").textContent = text;
}

// === What the reader does ===

async function copy(text, button) {
  await navigator.clipboard.writeText(text);
  button.textContent = texts().copied;
  announce(texts().copied);
  setTimeout(() => (button.textContent = texts()[button.dataset.text]), 1500);
}

function clear() {
  for (const { shown } of pictures) if (shown) URL.revokeObjectURL(shown);
  pictures = [];
  select(null);
  at("choose").focus();
}

watch(take, at("veil"));
at("copy").addEventListener("click", ({ target }) =>
  copy(current.captions[current.chosen].text, target),
);
at("language").addEventListener("click", () => {
  prefer("language", at("language").lang);
  showTexts();
});
at("theme").addEventListener("change", ({ target }) => {
  prefer("theme", target.value);
  document.documentElement.dataset.theme = target.value;
});
at("search").addEventListener("change", ({ target }) => {
  prefer("search", target.value);
  pictures.forEach(ask);
});

/** Have the browser keep the page; the model is then fetched through the keeper. */
async function keep() {
  const { serviceWorker } = navigator;
  try {
    const { active } = await serviceWorker.register("service-worker.js");
    if (active) return;
    await new Promise((done) => {
      serviceWorker.addEventListener("controllerchange", done, { once: true });
      setTimeout(done, 5000);
    });
  } catch {
    // Not by https, or in a private window: the page works, with a network.
  }
}

document.documentElement.dataset.theme = preference("theme");
at("copy").hidden = at("copy-all").hidden = !navigator.clipboard; // not without https
showTexts();
keep().then(start);
