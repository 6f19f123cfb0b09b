import { setTimeout as sleep } from 'node:timers/promises';

/** Long enough for a busy machine, and an end to a demo that hangs. */
const MOST_TRIES = 300;

/** The first answer that is one, looked for again and again; else what was found last. */
export const until = async <T>(look: () => Promise<T> | T, isEnough: (found: T) => boolean): Promise<T> => {
  let found = await look();
  for (let tries = 0; tries < MOST_TRIES && !isEnough(found); tries++) {
    await sleep(100);
    found = await look();
  }
  return found;
};
