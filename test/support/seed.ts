import { createHash } from 'node:crypto';

/** What every draw of a run follows from: `run.ts` draws it, unless the environment names one. */
export const SEED = Number(process.env.SEED);

let drawn = 0;

/** Begins the noise again, so that what a file draws does not hang on which files its worker ran before. */
export const restartNoise = (): void => {
  drawn = 0;
};

/** So many bytes that nothing compresses: others at each call, the same ones for the same seed. */
export const noise = (bytes: number): Buffer => {
  drawn += 1;
  return createHash('shake256', { outputLength: bytes }).update(`${SEED} ${drawn}`).digest();
};
