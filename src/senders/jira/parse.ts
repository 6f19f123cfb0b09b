import type { FieldError, Problem } from '../../domain/delivery.ts';
import { readJson } from '../read-json.ts';
import { type RecognisedDelivery, recognise } from './recognise.ts';

export type Parsed =
  | { kind: 'delivery'; delivery: RecognisedDelivery }
  | { kind: 'refused'; problem: Problem };

const EMPTY =
  'The body is empty. In Jira, open the webhook and switch off "Exclude body": without a body nothing can be stored.';

const notAWebhook = (errors: FieldError[]): Parsed => ({
  kind: 'refused',
  problem: {
    type: 'not-a-jira-webhook',
    status: 422,
    detail: 'The body is JSON, but not a Jira webhook this service can take; see errors.',
    errors,
  },
});

/**
 * The body of a delivery, recognised, or the problem under which it is quarantined. Never throws.
 * A problem names paths and rules, never the sender's values.
 */
export const parseDelivery = (bytes: Uint8Array): Parsed => {
  const json = readJson(bytes, EMPTY);
  if (json.kind === 'refused') return json;
  const recognition = recognise(json.value, json.text);
  return 'delivery' in recognition
    ? { kind: 'delivery', delivery: recognition.delivery }
    : notAWebhook(recognition.errors);
};
