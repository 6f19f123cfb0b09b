import { UnreadableRowError } from '../../errors/errors.ts';
import type { Item } from '../../store/calls/table.ts';
import { type DecodedEvent, decodeEvent } from '../../store/events/event-row.ts';
import type { BatchDeps } from './batch-deps.ts';
import { keysOfFacts, tellsAllKeys, UnreadableEventError, unpackEvent, type Work } from './unpack-event.ts';

/** @throws UnreadableEventError */
const decode = (row: Item): DecodedEvent => {
  try {
    return decodeEvent(row);
  } catch (fault) {
    if (!(fault instanceof UnreadableRowError)) throw fault;
    throw new UnreadableEventError(`the stored event cannot be read: ${fault.field} does not fit`);
  }
};

/**
 * What an event's row asks to look at.
 * @throws UnreadableEventError; UnavailableError while the artifact store does not answer
 */
export const unpackRow =
  ({ rawBodies, clock }: BatchDeps, row: Item) =>
  async (signal: AbortSignal): Promise<Work> => {
    const { event, raw } = decode(row);
    const readRaw = async (): Promise<Uint8Array> => {
      const bytes = raw ?? (await rawBodies.get(event.event_id, signal));
      if (bytes === null) throw new UnreadableEventError('its raw body is missing in the artifact store');
      return bytes;
    };
    return unpackEvent(event, readRaw, clock());
  };

/** The issue of an event whose facts tell all that is to know of it; null for any other. */
export const plainIssue = (row: Item): { issue_id: string; keys: string[] } | null => {
  try {
    const { event } = decodeEvent(row);
    const { facts, source } = event;
    if (source !== 'jira' || !tellsAllKeys(event) || !facts?.issue_id) return null;
    return { issue_id: facts.issue_id, keys: keysOfFacts(facts) };
  } catch {
    return null;
  }
};
