import type { FunctionSpec, Resources } from '../constructs/service-function.ts';
import { correlate } from './correlate.ts';
import { ingest } from './ingest.ts';
import { manage } from './manage.ts';
import { publish } from './publish.ts';
import { read } from './read.ts';
import { reconcile } from './reconcile.ts';
import { send } from './send.ts';
import { sweep } from './sweep.ts';

/**
 * Every Lambda function: a file of `src/entries` each; `send` before the functions that call it. Null: not in this
 * stack.
 */
export const SPECS = { send, ingest, read, manage, correlate, publish, sweep, reconcile } satisfies Record<
  string,
  (resources: Resources) => FunctionSpec | null
>;

export type FunctionName = keyof typeof SPECS;

const isFunctionName = (name: string): name is FunctionName => name in SPECS;

/** In the order of the template. */
export const FUNCTIONS: readonly FunctionName[] = Object.keys(SPECS).filter(isFunctionName);
