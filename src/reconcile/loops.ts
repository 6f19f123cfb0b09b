import { censusLoop } from './census/census.ts';
import { fieldNamesLoop } from './field-names.ts';
import type { Loop } from './loop.ts';
import { updatesLoop } from './updates.ts';

/** What a turn does, in this order. */
export const LOOPS: readonly Loop[] = [updatesLoop, censusLoop, fieldNamesLoop];
