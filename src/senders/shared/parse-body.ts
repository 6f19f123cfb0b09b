import type { FieldError } from '../../domain/delivery.ts';
import { isJsonObject, type JsonObject } from '../../domain/json.ts';
import { NO_OBJECT } from '../field-errors.ts';
import { readJson } from '../read-json.ts';
import type { ParsedCommits, Recognition } from './recognised.ts';

const EMPTY = 'The body is empty: it lists no commits and names no repository.';

const notACommitDelivery = (errors: FieldError[]): ParsedCommits => ({
  kind: 'refused',
  problem: {
    type: 'not-a-commit-delivery',
    status: 422,
    detail: 'The body is JSON, but not a delivery of commits this service can take; see errors.',
    errors,
  },
});

/**
 * The JSON object in a body as its sender recognises it, or the problem under which it is quarantined. Never throws.
 * A problem names paths and rules, never the sender's values.
 */
export const parseBody = (bytes: Uint8Array, recognise: (body: JsonObject) => Recognition): ParsedCommits => {
  const json = readJson(bytes, EMPTY);
  if (json.kind === 'refused') return json;
  if (!isJsonObject(json.value)) return notACommitDelivery([NO_OBJECT]);
  const recognition = recognise(json.value);
  return 'recognised' in recognition
    ? { kind: 'delivery', delivery: recognition.recognised }
    : notACommitDelivery(recognition.errors);
};
