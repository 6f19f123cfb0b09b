import type { Problem } from '../domain/delivery.ts';

type ReadJson = { kind: 'json'; value: unknown; text: string } | { kind: 'refused'; problem: Problem };

/** A body that is no JSON; `detail` is for people and holds none of it. */
export const notJson = (detail: string): { kind: 'refused'; problem: Problem } => ({
  kind: 'refused',
  problem: { type: 'body-not-json', status: 400, detail, errors: [] },
});

/** Refuses what is no UTF-8 and drops a byte order mark. */
const decoder = new TextDecoder('utf-8', { fatal: true });

const decode = (bytes: Uint8Array): string | null => {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
};

/**
 * The JSON in a body and the text it was parsed from, or the problem. Never throws.
 * @param empty what to tell the sender of an empty body.
 */
export const readJson = (bytes: Uint8Array, empty: string): ReadJson => {
  const text = decode(bytes);
  if (text === null) return notJson('The body is not valid UTF-8.');
  if (text.trim() === '') return notJson(empty);
  try {
    return { kind: 'json', value: JSON.parse(text), text };
  } catch {
    return notJson('The body is not valid JSON.');
  }
};
