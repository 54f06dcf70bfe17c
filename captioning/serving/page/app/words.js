// Token ids -> words -> sentences, as `Vocabulary.decode` and `join_words` have them.

/** Return the words of one caption: up to `end`, without `pad` and `start`. */
export function wordsOf(tokenIds, model) {
  const words = [];
  for (const id of tokenIds) {
    if (id === model.end) break;
    if (id !== model.pad && id !== model.start) words.push(model.words[id]);
  }
  return words;
}

/** Return words as a sentence: "man", "'s" as "man's", and signs that need no spaces. */
export function join(words, model) {
  const text = words.join(" ").replace(new RegExp(model.clitics, "gu"), "$1");
  if (!model.spaced_character) return text;
  return text.replace(new RegExp(model.spaced_character, "gu"), "$1");
}

/** Return each word as it stands in the sentence, with the space before it if any. */
export function pieces(words, model) {
  let before = "";
  return words.map((_, place) => {
    const sentence = join(words.slice(0, place + 1), model);
    const piece = sentence.slice(before.length);
    before = sentence;
    return piece;
  });
}
