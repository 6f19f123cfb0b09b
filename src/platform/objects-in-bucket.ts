import { UnavailableError } from '../errors/errors.ts';
import type { Objects } from './objects.ts';

/**
 * Objects in a bucket. The S3 client is loaded when the first object needs it, from a file of its own: even unused it
 * would add a fifth to every cold start.
 */
export const objectsInBucket = (bucket: string): Objects => {
  let opened: Promise<Objects> | undefined;
  const use = async <T>(work: (objects: Objects) => Promise<T>): Promise<T> => {
    try {
      opened ??= import('./objects-in-s3.ts').then(({ objectsInS3 }) => objectsInS3(bucket));
      return await work(await opened);
    } catch (fault) {
      throw new UnavailableError('artifacts', fault);
    }
  };
  return {
    put: (object, signal) => use((objects) => objects.put(object, signal)),
    replaceIf: (object, mayReplace, signal) =>
      use((objects) => objects.replaceIf(object, mayReplace, signal)),
    get: (key, signal) => use((objects) => objects.get(key, signal)),
    remove: (key, signal) => use((objects) => objects.remove(key, signal)),
  };
};
