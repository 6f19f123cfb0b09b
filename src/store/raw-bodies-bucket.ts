import { UnavailableError } from '../errors/errors.ts';
import type { RawBodies } from './raw-bodies.ts';

/**
 * Raw bodies in the artifacts bucket. The S3 client is loaded when the first large body needs it, from a file
 * of its own: even unused it would add a fifth to every cold start.
 */
export const rawBodiesInBucket = (bucket: string): RawBodies => {
  let opened: Promise<RawBodies> | undefined;
  const use = async <T>(work: (bodies: RawBodies) => Promise<T>): Promise<T> => {
    try {
      opened ??= import('./raw-bodies-s3.ts').then(({ rawBodiesInS3 }) => rawBodiesInS3(bucket));
      return await work(await opened);
    } catch (fault) {
      throw new UnavailableError('artifacts', fault);
    }
  };
  return {
    put: (eventId, bytes, quarantined, signal) =>
      use((bodies) => bodies.put(eventId, bytes, quarantined, signal)),
    get: (eventId, signal) => use((bodies) => bodies.get(eventId, signal)),
    remove: (eventId, signal) => use((bodies) => bodies.remove(eventId, signal)),
  };
};
