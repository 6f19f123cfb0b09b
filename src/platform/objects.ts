import { UnavailableError } from '../errors/errors.ts';

export type NewObject = { key: string; bytes: Uint8Array; labels: ObjectLabels };

/** Metadata of an object in a bucket; a folder does not store it. */
type ObjectLabels = { content_type?: string; tagging?: string };

/** Bytes by key, in a bucket or in a folder used instead. Writes are atomic. */
export type Objects = {
  /** Durable when it resolves; replaces an existing object. @throws UnavailableError */
  put(object: NewObject, signal: AbortSignal): Promise<void>;
  /**
   * Compare-and-swap, safe with concurrent writers: puts the object if `mayReplace` allows it for the stored one (null:
   * none). `mayReplace` may be called several times; its last result counts. @throws UnavailableError
   */
  replaceIf(
    object: NewObject,
    mayReplace: (stored: Uint8Array | null) => boolean,
    signal: AbortSignal,
  ): Promise<void>;
  /** Null when the object does not exist. @throws UnavailableError */
  get(key: string, signal: AbortSignal): Promise<Buffer | null>;
  /** Idempotent: the object need not exist. @throws UnavailableError */
  remove(key: string, signal: AbortSignal): Promise<void>;
};

/**
 * Objects in a bucket. The S3 client is loaded lazily, from a file of its own: even unused, it would add a fifth to
 * every cold start.
 */
export const objectsInBucket = (bucket: string): Objects => {
  let opened: Promise<Objects> | undefined;
  const use = <T>(work: (objects: Objects) => Promise<T>): Promise<T> =>
    orUnavailable(async () => {
      opened ??= import('./objects-in-s3.ts').then(({ objectsInS3 }) => objectsInS3(bucket));
      return work(await opened);
    });
  return {
    put: (object, signal) => use((objects) => objects.put(object, signal)),
    replaceIf: (object, mayReplace, signal) =>
      use((objects) => objects.replaceIf(object, mayReplace, signal)),
    get: (key, signal) => use((objects) => objects.get(key, signal)),
    remove: (key, signal) => use((objects) => objects.remove(key, signal)),
  };
};

/** The work's result. @throws UnavailableError for any fault of it */
export const orUnavailable = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (fault) {
    throw new UnavailableError('artifacts', fault);
  }
};
