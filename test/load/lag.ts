import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod/mini';
import { CommandError } from '../../src/cli/shared/command.ts';
import { bodyWith, nextMarks, signedRequest } from '../bench/http/bodies.ts';

const POLL_MS = 100;
/** An issue nobody else writes. */
const PROBED_ISSUE = 99_999;

const taken = z.object({ event_id: z.string() });
const looked = z.object({ processing: z.object({ status: z.string() }) });

/** @param begun of `performance.now()` */
export const secondsSince = (begun: number): number => (performance.now() - begun) / 1000;

/** @throws CommandError when the answer is another than was asked for */
const read = async <T>(schema: z.ZodMiniType<T>, answer: Response): Promise<T> => {
  const parsed = schema.safeParse(await answer.json());
  if (parsed.success) return parsed.data;
  throw new CommandError(
    `the instance answered ${answer.status} to a delivery that looks how far it is behind`,
  );
};

/**
 * Seconds from the answer to a delivery of our own until it is correlated. /stats says it, too, but reads every
 * event of the hour for it, which under load is most of the load.
 */
export const lagOf = async (url: string): Promise<number> => {
  const { method, path, headers, body } = signedRequest(
    bodyWith(nextMarks(PROBED_ISSUE), 'jira:issue_updated', 'probe'),
  );
  const answer = await fetch(`${url}${path}`, { method, headers, body });
  const begun = performance.now();
  const { event_id } = await read(taken, answer);
  for (;;) {
    const { processing } = await read(looked, await fetch(`${url}/events/${event_id}`));
    if (processing.status === 'processed') return secondsSince(begun);
    await sleep(POLL_MS);
  }
};
