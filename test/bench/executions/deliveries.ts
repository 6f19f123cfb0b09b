import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod/mini';
import { bodyWith, nextMarks, signedRequest } from '../http/bodies.ts';

/** A delivery that was taken: its event, and when it was sent (`performance.now()`). */
export type Sent = { event_id: string; at: number };

const taken = z.object({ event_id: z.string() });

/** @throws when it is not taken */
const deliver = async (url: string, bytes: Buffer): Promise<Sent> => {
  const { method, path, headers, body } = signedRequest(bytes);
  const at = performance.now();
  const answer = await fetch(`${url}${path}`, { method, headers, body });
  if (answer.status !== 202) throw new Error(`A delivery was answered ${answer.status}`);
  return { ...taken.parse(await answer.json()), at };
};

/**
 * Sends so many a second whatever becomes of those before: a receiver that falls behind gets no rest by it.
 * @returns in the order of `bodies`
 */
export const deliverAt = async (
  url: string,
  bodies: readonly Buffer[],
  perSecond: number,
): Promise<Sent[]> => {
  const begun = performance.now();
  const sent: Promise<Sent>[] = [];
  for (const [index, bytes] of bodies.entries()) {
    await sleep(Math.max(0, begun + (index * 1_000) / perSecond - performance.now()));
    const one = deliver(url, bytes);
    // Told below: nothing may be unhandled meanwhile.
    one.catch(() => {});
    sent.push(one);
  }
  return Promise.all(sent);
};

const ISSUES = 200;
let next = 0;

/** Creations and updates of a few hundred issues, no two alike. */
export const someBodies = (count: number): Buffer[] =>
  Array.from({ length: count }, () => {
    next += 1;
    return bodyWith(nextMarks(next % ISSUES), next < ISSUES ? 'jira:issue_created' : 'jira:issue_updated');
  });

const priorities = z.looseObject({ issue: z.looseObject({ fields: z.looseObject({}) }) });

/** A creation of an issue of this priority. */
export const bodyOfPriority = (issue: number, name: string): Buffer => {
  const body = priorities.parse(JSON.parse(bodyWith(nextMarks(issue), 'jira:issue_created').toString()));
  const fields = { ...body.issue.fields, priority: { name } };
  return Buffer.from(JSON.stringify({ ...body, issue: { ...body.issue, fields } }));
};
