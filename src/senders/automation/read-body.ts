import { isUtf8 } from 'node:buffer';
import type { Problem } from '../../domain/delivery.ts';
import { readJson } from '../read-json.ts';
import { hintFor } from './hint.ts';

/** A body's JSON and the text it was parsed from; or why it is not JSON, with the issue key that people look for. */
export type BodyRead =
  | { kind: 'json'; value: unknown; text: string; warnings: string[] }
  | { kind: 'refused'; problem: Problem; issue_key: string | null };

const EMPTY =
  'The body is empty. In the rule, choose "Issue data (Jira format)" as the body of "Send web request".';

/**
 * Reads a body made by a rule's template. Raw control characters inside strings are read as if escaped; nothing else is
 * repaired. Never throws.
 */
export const readBody = (bytes: Uint8Array): BodyRead => {
  const read = readJson(bytes, EMPTY);
  if (read.kind === 'json') return { ...read, warnings: [] };
  const text = new TextDecoder().decode(bytes);
  // Invalid UTF-8 is not repaired.
  const escaped = isUtf8(bytes) ? escapeControls(text) : text;
  const again = escaped === text ? read : readJson(Buffer.from(escaped), EMPTY);
  if (again.kind === 'json') return { ...again, warnings: [ESCAPED] };
  return { kind: 'refused', problem: withHint(read.problem, escaped), issue_key: keyIn(text) };
};

const ESCAPED = 'control characters inside strings were escaped';

const withHint = (problem: Problem, text: string): Problem => {
  const hint = text.trim() === '' ? null : hintFor(text);
  return hint === null ? problem : { ...problem, hint };
};

/** Issue keys in Jira's form. A project's key has no number, so `"key": "OPS"` does not match. */
const KEYS = [
  /"issue_?[kK]ey"\s*:\s*"?([A-Z][A-Z0-9_]{1,99}-\d{1,20})\b/,
  /"key"\s*:\s*"?([A-Z][A-Z0-9_]{1,99}-\d{1,20})\b/,
];

/** The issue key that a broken text is probably about; null if it has none. */
const keyIn = (text: string): string | null => {
  for (const form of KEYS) {
    const found = form.exec(text)?.[1];
    if (found !== undefined) return found;
  }
  return null;
};

/**
 * Escapes the control characters inside strings, which a smart value with line breaks leaves there. Between strings
 * they are white space, or not JSON. Takes time linear in the length of the text, whatever it contains.
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

/** Escapes by character code. */
const ESCAPES: readonly string[] = Array.from({ length: FIRST_PRINTABLE }, (_, code) => {
  const short = SHORT[String.fromCharCode(code)];
  return short ?? `\\u${code.toString(16).padStart(4, '0')}`;
});
