/** Where raw bodies lie that are too large for an item: `artifacts/raw/{event_id}`, a folder or S3. */
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
export const rawBodyKey = (eventId: string): string => `artifacts/raw/${eventId}`;
