/** The longest slug, in characters, as in Alembic's default. */
const MAX_LENGTH = 40;

/** Latin letters that do not decompose into an ASCII letter and a mark. */
const SPELLED: Readonly<Record<string, string>> = {
  "ß": "ss",
  "æ": "ae",
  "œ": "oe",
  "ø": "o",
  "đ": "d",
  "ð": "d",
  "þ": "th",
  "ł": "l",
  "ħ": "h",
  "ı": "i",
};

/**
 * The words of a message for a folder's name: `Add "Größe" to events` → `add_grosse_to_events`.
 *
 * Lower-case ASCII letters and digits, words joined by `_`, at most 40 characters, cut between words
 * where there is one to cut at. A message without any such word gives `revision`.
 */
export function slugOf(message: string): string {
  const words = message
    .normalize("NFKD")
    .replaceAll(/\p{Mark}+/gu, "")
    .toLowerCase()
    .replaceAll(/[ßæœøđðþłħı]/g, (letter) => SPELLED[letter] ?? "")
    .replaceAll(/['’]/g, "")
    .match(/[a-z0-9]+/g) ?? [];
  let slug = "";
  for (const word of words) {
    const longer = slug === "" ? word : `${slug}_${word}`;
    if (longer.length > MAX_LENGTH) break;
    slug = longer;
  }
  return slug || words[0]?.slice(0, MAX_LENGTH) || "revision";
}
