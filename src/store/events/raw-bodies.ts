import { QUARANTINED_TAG } from '../../contract/artifacts.ts';
import type { Objects } from '../../platform/objects.ts';

/** Where raw bodies lie that are too large for an item. */
export type RawBodies = {
  /**
   * Durable when it resolves; what lay there is replaced.
   * @param quarantined whether its event is: the bucket keeps such bodies longer, as the table keeps their events
   * @throws UnavailableError
   */
  put(eventId: string, bytes: Uint8Array, quarantined: boolean, abortSignal: AbortSignal): Promise<void>;
  /** Null when there is none. @throws UnavailableError */
  get(eventId: string, abortSignal: AbortSignal): Promise<Buffer | null>;
  /** Absent afterwards, whether or not it was there. @throws UnavailableError */
  remove(eventId: string, abortSignal: AbortSignal): Promise<void>;
};

/** The key under which a raw body lies, in the bucket and in the folder alike. */
const keyOf = (eventId: string): string => `artifacts/raw/${eventId}`;

/** Raw bodies among the objects of a bucket or folder. */
export const rawBodiesIn = (objects: Objects): RawBodies => ({
  put: (eventId, bytes, quarantined, signal) => {
    const labels = { tagging: `${QUARANTINED_TAG}=${quarantined}` };
    return objects.put({ key: keyOf(eventId), bytes, labels }, signal);
  },
  get: (eventId, signal) => objects.get(keyOf(eventId), signal),
  remove: (eventId, signal) => objects.remove(keyOf(eventId), signal),
});
