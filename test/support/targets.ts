import type { MasterSource } from '../../src/verify/master-cache.ts';
import { readMasters } from '../../src/verify/masters.ts';
import { MASTERS } from './connected.ts';

/** The masters of the tests, as an app opens them. */
export const TEST_MASTERS: MasterSource = {
  masterOf: async (number) => KNOWN.get(number) ?? 'missing',
  newest: async () => {
    const number = Math.max(...KNOWN.keys());
    const master = KNOWN.get(number);
    return master === undefined ? 'missing' : { number, master };
  },
};

const KNOWN = readMasters(MASTERS, { warn: () => {} });
