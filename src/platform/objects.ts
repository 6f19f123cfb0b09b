/** What is said of an object in a bucket beside its bytes; a folder has no place for it. */
type ObjectLabels = { content_type?: string; tagging?: string };

export type NewObject = { key: string; bytes: Uint8Array; labels: ObjectLabels };

/** Bytes by key, in a bucket or in a folder that stands for it. What lies there is whole or absent. */
export type Objects = {
  /** Durable when it resolves; what lay there is replaced. @throws UnavailableError */
  put(object: NewObject, signal: AbortSignal): Promise<void>;
  /**
   * Puts it where `mayReplace` says so of what lies there (null: nothing), however many writers try at once. It may be
   * asked several times; its last answer is what was done. @throws UnavailableError
   */
  replaceIf(
    object: NewObject,
    mayReplace: (stored: Uint8Array | null) => boolean,
    signal: AbortSignal,
  ): Promise<void>;
  /** Null when there is none. @throws UnavailableError */
  get(key: string, signal: AbortSignal): Promise<Buffer | null>;
  /** Absent afterwards, whether or not it was there. @throws UnavailableError */
  remove(key: string, signal: AbortSignal): Promise<void>;
};
