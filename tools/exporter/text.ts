/** Text from files in what is printed: names may be of any length, and hold what moves a terminal's cursor. */

/** Characters of a name that a message shows. */
const LONGEST = 60;
const TAIL = 15;
/** Control characters, and those that are not seen or turn the direction of writing. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** The text on one line, what cannot be seen written as `\u{1b}`. */
export function printable(text: string): string {
  return text.replace(UNSEEN, (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`);
}

/** A name as a message or a table shows it: its middle is left out where it is very long. */
export function shown(name: string): string {
  const text = printable(name);
  if (text.length <= LONGEST) return text;
  return `${text.slice(0, LONGEST - TAIL - 1)}…${text.slice(-TAIL)}`;
}

export function quoted(name: string): string {
  return `"${shown(name)}"`;
}
