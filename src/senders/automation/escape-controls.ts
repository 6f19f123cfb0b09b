/**
 * The text with the control characters inside its strings escaped: a smart value with line breaks leaves them there.
 * Those between strings are white space, or no JSON. Takes time that grows with the text, whatever is in it.
 */
export const escapeControls = (text: string): string => {
  let escaped = '';
  let inside = false;
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) inside = !inside;
    else if (code === BACKSLASH && inside) at += isControl(text.charCodeAt(at + 1)) ? 0 : 1;
    else if (inside && isControl(code)) {
      escaped += text.slice(from, at) + ESCAPES[code];
      from = at + 1;
    }
  }
  return from === 0 ? text : escaped + text.slice(from);
};

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const FIRST_PRINTABLE = 0x20;

const isControl = (code: number): boolean => code < FIRST_PRINTABLE;

const SHORT: Record<string, string> = { '\b': '\\b', '\t': '\\t', '\n': '\\n', '\f': '\\f', '\r': '\\r' };

/** By their codes. */
const ESCAPES: readonly string[] = Array.from({ length: FIRST_PRINTABLE }, (_, code) => {
  const short = SHORT[String.fromCharCode(code)];
  return short ?? `\\u${code.toString(16).padStart(4, '0')}`;
});
