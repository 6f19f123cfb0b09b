import { askedLoop } from './asked.ts';
import { censusLoop } from './census/census.ts';
import { fieldNamesLoop } from './field-names.ts';
import type { Loop } from './loop.ts';
import { oldKeysLoop } from './old-keys.ts';
import { thirtiethLoop } from './thirtieth.ts';
import { updatesLoop } from './updates.ts';

/** The loops of a turn, in this order: short ones come before long ones. */
export const LOOPS: readonly Loop[] = [
  updatesLoop,
  askedLoop,
  fieldNamesLoop,
  censusLoop,
  thirtiethLoop,
  oldKeysLoop,
];
