import type { FieldError, Problem } from '../domain/delivery.ts';
import { type RecognisedDelivery, recognise } from './recognise.ts';

export type Parsed =
  | { kind: 'delivery'; delivery: RecognisedDelivery }
  | { kind: 'refused'; problem: Problem };

const EMPTY =
  'The body is empty. In Jira, open the webhook and switch off "Exclude body": without a body nothing can be stored.';

const notJson = (detail: string): Parsed => ({
  kind: 'refused',
  problem: { type: 'body-not-json', status: 400, detail, errors: [] },
});

const notAWebhook = (errors: FieldError[]): Parsed => ({
  kind: 'refused',
  problem: {
    type: 'not-a-jira-webhook',
    status: 422,
    detail: 'The body is JSON, but not a Jira webhook this service can take; see errors.',
    errors,
  },
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

const parseJson = (text: string): { value: unknown } | null => {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return null;
  }
};

/**
 * The body of a delivery, recognised, or the problem under which it is quarantined. Never throws.
 * A problem names paths and rules, never the sender's values.
 */
export const parseDelivery = (bytes: Uint8Array): Parsed => {
  const text = decode(bytes);
  if (text === null) return notJson('The body is not valid UTF-8.');
  if (text.trim() === '') return notJson(EMPTY);
  const json = parseJson(text);
  if (json === null) return notJson('The body is not valid JSON.');
  const recognition = recognise(json.value, text);
  return 'delivery' in recognition
    ? { kind: 'delivery', delivery: recognition.delivery }
    : notAWebhook(recognition.errors);
};
