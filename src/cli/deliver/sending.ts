import { readInstance } from '../../local/instance.ts';
import { deliveryHeaders, type Headers } from './delivery.ts';
import { findTarget } from './target.ts';

/** Where a body goes, and what goes with it. */
export type Dressed = { url: URL; headers: Headers };

/** How bodies are sent to one receiver. `number`: from 0, of all that are sent. */
export type Sending = { url: URL; dress: (body: Buffer, number: number) => Dressed };

type Flags = { url?: string; secret?: string; identifier?: string; header?: Headers; instanceFile: string };

/** To the built-in webhook of Jira, signed as Jira does. @throws UsageError or CommandError */
export const findBuiltIn = (flags: Flags): Sending => {
  const { url, secret } = findTarget(flags, process.env, readInstance(flags.instanceFile));
  return {
    url,
    dress: (body) => ({ url, headers: deliveryHeaders(body, secret, flags.identifier, flags.header ?? {}) }),
  };
};
