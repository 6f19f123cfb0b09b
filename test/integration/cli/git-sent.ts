import { join } from 'node:path';
import * as z from 'zod/mini';
import type { Wish } from '../../../src/cli/commits/plan.ts';
import { callBeside } from '../../support/beside.ts';

const sentSchema = z.array(z.tuple([z.string(), z.nullable(z.string())]));

/** The message and the branch of each commit that a run would send, in order. */
export const plannedOf = async (wish: Wish): Promise<[string, string | null][]> =>
  sentSchema.parse(await callBeside(join(import.meta.dirname, 'plan-sent.ts'), 'planSent', [wish]));

/** What a run would send, in order: each commit's first word and its branch, `-` for none. */
export const sentFrom = async (repo: string, wish: Omit<Wish, 'repo'> = {}): Promise<string[]> => {
  const sent = await plannedOf({ repo, ...wish });
  return sent.map(([message, branch]) => `${message.split(/\s/, 1)[0]} ${branch ?? '-'}`);
};
