/**
 * The text with the control characters inside its strings escaped: a smart value with line breaks leaves them there.
 * Those between strings are white space, or no JSON. Takes time that grows with the text.
 */
export const escapeControls = (text: string): string => {
  const parts: string[] = [];
  let inside = false;
  let from = 0;
  for (const { 0: found, index } of text.matchAll(SIGNS)) {
    if (found === '"') inside = !inside;
    if (!inside || !isControl(found)) continue;
    parts.push(text.slice(from, index), escapeOne(found));
    from = index + 1;
  }
  return parts.length === 0 ? text : parts.join('') + text.slice(from);
};

/** What begins or ends a string, what keeps the next character from it, and what may stand in none. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const SIGNS = /["\u0000-\u001f]|\\["\\]/g;

const isControl = (found: string): boolean => found < ' ';

const SHORT: Record<string, string> = { '\b': '\\b', '\t': '\\t', '\n': '\\n', '\f': '\\f', '\r': '\\r' };

const escapeOne = (character: string): string =>
  SHORT[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
