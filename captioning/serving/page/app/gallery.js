// All photos: a card each, and what can be done with their captions.

import { preference, texts } from "./preferences.js";
import { isUnsure } from "./stage.js";
import { csv, plain, save } from "./table.js";

const at = (id) => document.getElementById(id);

export class Gallery {
  /** select(picture), copy(text, button) and clear() are called where one asks for it. */
  constructor(select, copy, clear) {
    this.cards = new Map(); // of each picture its button
    this.select = select;
    at("copy-all").addEventListener("click", ({ target }) => copy(plain(this.rows()), target));
    at("csv").addEventListener("click", () => save("captions.csv", csv(this.rows())));
    at("clear").addEventListener("click", () => {
      this.cards.clear();
      at("gallery").replaceChildren();
      this.count();
      clear();
    });
  }

  /** Show a picture as it is now, in its card; a new one comes last. */
  update(picture) {
    if (!this.cards.has(picture)) this.add(picture);
    const { shown, state, captions, chosen, reason, language, milliseconds } = picture;
    const card = this.cards.get(picture);
    const [photo, text, mark] = card.children;
    const best = captions?.[chosen];
    Object.assign(card.dataset, { state, milliseconds: milliseconds ?? "" });
    if (shown && photo.firstChild?.getAttribute("src") !== shown) {
      photo.replaceChildren(Object.assign(new Image(), { src: shown, alt: "" }));
    }
    text.textContent = best?.text ?? texts()[state === "failed" ? reason : state];
    text.lang = best ? language : preference("language");
    const percent = Math.round(100 * best?.confidence);
    mark.textContent = isUnsure(best?.confidence) ? texts().unsureShort(percent) : "";
    this.count();
  }

  /** Mark the picture that is looked at. */
  mark(current) {
    for (const [picture, card] of this.cards) {
      card.ariaCurrent = String(picture === current);
    }
  }

  add(picture) {
    const card = document.createElement("button");
    card.type = "button";
    card.className = "card";
    card.title = picture.name;
    card.addEventListener("click", () => this.select(picture));
    const parts = ["thumb", "text", "unsure"].map((name) =>
      Object.assign(document.createElement("span"), { className: name }),
    );
    card.append(...parts);
    const item = document.createElement("li");
    item.append(card);
    at("gallery").append(item);
    this.cards.set(picture, card);
  }

  count() {
    at("photos").hidden = !this.cards.size;
    at("gallery").hidden = this.cards.size < 2;
    at("number").textContent = texts().photos(this.cards.size);
    at("copy-all").disabled = at("csv").disabled = !this.rows().length;
  }

  rows() {
    const captioned = [...this.cards.keys()].filter(({ captions }) => captions);
    return captioned.map(({ name, captions, chosen }) => ({
      name,
      caption: captions[chosen].text,
      confidence: captions[chosen].confidence,
    }));
  }
}
