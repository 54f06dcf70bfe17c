// What the reader chose, kept on the device: language, colours, search.

import { TEXTS } from "./texts.js";

const device = navigator.languages.map((tag) => tag.split("-")[0]);
const DEFAULTS = {
  language: device.find((language) => language in TEXTS) ?? "en",
  theme: "auto",
  search: "careful",
};

export function preference(name) {
  try {
    return localStorage.getItem(`captioning.${name}`) ?? DEFAULTS[name];
  } catch {
    return DEFAULTS[name]; // the browser keeps nothing
  }
}

export function prefer(name, value) {
  try {
    localStorage.setItem(`captioning.${name}`, value);
  } catch {
    DEFAULTS[name] = value;
  }
}

/** What the page says, in the language that the reader chose. */
export function texts() {
  return TEXTS[preference("language")] ?? TEXTS.en;
}
