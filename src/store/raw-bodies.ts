/** Where raw bodies lie that are too large for an item: `artifacts/raw/{event_id}`, a folder or S3. */
export type RawBodies = {
  /** Durable when it resolves. @throws UnavailableError */
  put(eventId: string, bytes: Uint8Array, abortSignal: AbortSignal): Promise<void>;
  /** Null when there is none. @throws UnavailableError */
  get(eventId: string, abortSignal: AbortSignal): Promise<Buffer | null>;
  /** Absent afterwards, whether or not it was there. @throws UnavailableError */
  remove(eventId: string, abortSignal: AbortSignal): Promise<void>;
};

/** The key under which a raw body lies, in the bucket and in the folder alike. */
export const rawBodyKey = (eventId: string): string => `artifacts/raw/${eventId}`;
