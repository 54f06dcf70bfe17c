// The photo that is looked at: its caption word by word, and where the model looked.

import { Shade, placeOf } from "./attention.js";
import { preference, texts } from "./preferences.js";

const BETWEEN_WORDS = 260; // milliseconds
const UNSURE = 0.5; // as `inference.confidence`: below it more probably wrong than right

const at = (id) => document.getElementById(id);

/** Return how sure a caption is as text; "" if the model does not say. */
export function sureness(confidence) {
  if (confidence === undefined) return "";
  const percent = Math.round(100 * confidence);
  return isUnsure(confidence) ? texts().unsure(percent) : texts().confidence(percent);
}

export const isUnsure = (confidence) => confidence < UNSURE;

export class Stage {
  constructor() {
    this.shade = new Shade(at("shade"));
    this.turn = 0; // of showing words; another one ends it
    at("again").addEventListener("click", () => this.play());
    at("shown").addEventListener("load", ({ target }) => {
      const ratio = target.naturalWidth / target.naturalHeight;
      at("photo").style.setProperty("--ratio", ratio);
    });
    at("caption").addEventListener("pointerleave", () => this.point(null));
    at("caption").addEventListener("keydown", (event) => this.move(event));
  }

  /** Show a picture as it is now; choose(beam) is called if another one is chosen. */
  show(picture, choose) {
    const isOther = this.picture !== picture;
    this.picture = picture;
    this.turn++;
    at("stage").hidden = !picture;
    if (!picture) return;
    const { captions, chosen, shown, name, state } = picture;
    const best = captions?.[chosen];
    at("stage").dataset.state = state;
    if (shown && at("shown").getAttribute("src") !== shown) at("shown").src = shown;
    if (!shown) at("shown").removeAttribute("src");
    at("shown").alt = best ? best.text : name;
    const took = best ? texts().milliseconds(Math.round(picture.milliseconds)) : "";
    at("name").textContent = [name, took].filter(Boolean).join(" · ");
    at("caption").ariaLabel = texts().words;
    at("caption").lang = best ? picture.language : preference("language");
    at("sure").textContent = best ? sureness(best.confidence) : "";
    at("sure").classList.toggle("unsure", isUnsure(best?.confidence));
    at("hint").textContent = best ? texts().hint : "";
    at("acts").hidden = at("others").hidden = !best;
    this.point(null);
    if (isOther) at("others").open = false;
    if (!best) {
      at("caption").textContent = texts()[state === "failed" ? picture.reason : state];
      return;
    }
    this.words = best.pieces.map((_, place) => this.word(best, place));
    const spaced = best.pieces.flatMap((piece, place) =>
      piece.startsWith(" ") ? [" ", this.words[place]] : [this.words[place]],
    );
    at("caption").replaceChildren(...spaced);
    this.list(captions, chosen, choose);
  }

  /** Play the words of a new caption, unless the reader wants nothing to move. */
  reveal() {
    if (!this.shade.still.matches) this.play();
  }

  /** Show the words one after the other, each with where it was looked for it. */
  async play() {
    const turn = ++this.turn;
    const { words } = this;
    for (const word of words) word.classList.add("unsaid");
    for (const word of words) {
      await new Promise((done) => setTimeout(done, BETWEEN_WORDS));
      if (this.turn !== turn) break;
      word.classList.remove("unsaid");
      this.point(word);
    }
    for (const word of words) word.classList.remove("unsaid");
    if (this.turn !== turn) return;
    await new Promise((done) => setTimeout(done, 2 * BETWEEN_WORDS));
    if (this.turn === turn) this.point(null);
  }

  word(caption, place) {
    const word = document.createElement("button");
    word.type = "button";
    word.className = "word";
    word.textContent = caption.pieces[place].trim();
    word.tabIndex = place ? -1 : 0;
    word.weights = caption.attention[place];
    const look = () => {
      this.turn++;
      this.point(word);
      const [row, column] = placeOf(word.weights);
      const where = texts().places[row][column];
      at("hint").textContent = texts().looked(word.textContent, where);
    };
    word.addEventListener("pointerenter", look);
    word.addEventListener("focus", look);
    word.addEventListener("blur", () => this.point(null));
    return word;
  }

  /** Light up a word, and the photo where it was looked for it; null: neither. */
  point(word) {
    this.shade.show(word?.weights ?? null);
    for (const other of this.words ?? []) other.classList.toggle("lit", other === word);
  }

  /** The arrow keys go from word to word, which are one stop of the Tab key. */
  move(event) {
    const steps = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };
    const last = this.words.length - 1;
    let place = this.words.indexOf(document.activeElement);
    if (event.key in steps) place += steps[event.key];
    else if (event.key === "Home") place = 0;
    else if (event.key === "End") place = last;
    else return;
    event.preventDefault();
    const word = this.words[Math.min(Math.max(place, 0), last)];
    for (const other of this.words) other.tabIndex = other === word ? 0 : -1;
    word.focus();
  }

  list(captions, chosen, choose) {
    at("count").textContent = texts().others(captions.length - 1);
    const rows = captions.map((caption, beam) => {
      const row = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = caption.text;
      button.lang = this.picture.language;
      button.ariaPressed = String(beam === chosen);
      button.addEventListener("click", () => choose(beam));
      const numbers = document.createElement("span");
      const percent = caption.confidence && `${Math.round(100 * caption.confidence)} %`;
      const score = `${texts().score} ${caption.score.toFixed(2)}`;
      numbers.textContent = [percent, score].filter(Boolean).join(" · ");
      row.append(button, numbers);
      return row;
    });
    at("beams").replaceChildren(...rows);
  }
}
