import { partialDeepStrictEqual } from 'node:assert';
import { connectionEventId, eventId, sha256Hex } from '../../../src/domain/event-id.ts';
import type { Sent } from '../../support/oracle.ts';
import type { Outgoing } from '../sender/drawn-deliveries.ts';
import type { Result } from '../sender/jira-model.ts';

/** The id its bytes must have been given, whoever sent them and however often. */
export const idOf = ({ source, body, connection }: Outgoing): string =>
  connection
    ? connectionEventId(connection, sha256Hex(body), '')
    : eventId('default', source, sha256Hex(body));

/** Deliveries of issues as the oracle wants them: each bytes once. */
export const issueDeliveries = (outgoing: readonly Outgoing[]): Sent[] => {
  const all = outgoing.flatMap((one) =>
    one.step.kind === 'issue' ? [{ model: one.step.delivery, body: one.body, eventId: idOf(one) }] : [],
  );
  return [...new Map(all.map((sent) => [sent.eventId, sent])).values()];
};

/** Each bytes once. */
export const distinct = (results: readonly Result[]): Map<string, Result[]> =>
  Map.groupBy(results, ({ outgoing }) => idOf(outgoing));

/** True when everything that is expected is there; there may be more. */
export const holds = (actual: unknown, expected: object): boolean => {
  try {
    partialDeepStrictEqual(actual, expected);
    return true;
  } catch {
    return false;
  }
};
