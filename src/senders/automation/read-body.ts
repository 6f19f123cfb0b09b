import { isUtf8 } from 'node:buffer';
import type { Problem } from '../../domain/delivery.ts';
import { readJson } from '../read-json.ts';
import { escapeControls } from './escape-controls.ts';
import { hintFor } from './hint.ts';

/** A body's JSON and the text it was parsed from; or why it is none, with the key that a person looks for. */
export type BodyRead =
  | { kind: 'json'; value: unknown; text: string; warnings: string[] }
  | { kind: 'refused'; problem: Problem; issue_key: string | null };

const EMPTY =
  'The body is empty. In the rule, choose "Issue data (Jira format)" as the body of "Send web request".';

/**
 * A body that a rule's template made. Raw control characters inside strings are read as escaped; nothing else is guessed.
 * Never throws.
 */
export const readBody = (bytes: Uint8Array): BodyRead => {
  const read = readJson(bytes, EMPTY);
  if (read.kind === 'json') return { ...read, warnings: [] };
  const text = new TextDecoder().decode(bytes);
  // What is no UTF-8 is not guessed.
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

/** As Jira makes them. A project's key has no number, so that `"key": "OPS"` is none. */
const KEYS = [
  /"issue_?[kK]ey"\s*:\s*"?([A-Z][A-Z0-9_]{1,99}-\d{1,20})\b/,
  /"key"\s*:\s*"?([A-Z][A-Z0-9_]{1,99}-\d{1,20})\b/,
];

/** The key that the broken text most likely is about; null without one. */
const keyIn = (text: string): string | null => {
  for (const form of KEYS) {
    const found = form.exec(text)?.[1];
    if (found !== undefined) return found;
  }
  return null;
};
