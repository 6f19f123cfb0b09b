import { delimiter, join } from 'node:path';

/** `PATH` with stand-ins for curl and openssl behind it: the real ones win, a machine without them can test too. */
export const toolPath = (): string =>
  [process.env.PATH ?? '', join(import.meta.dirname, 'bin')].join(delimiter);
