import * as z from 'zod/mini';
import type { Answer } from '../../support/app.ts';

export type Get = (target: string) => Promise<Pick<Answer, 'status' | 'body'>>;

const page = z.looseObject({
  items: z.optional(z.array(z.unknown())),
  events: z.optional(z.array(z.unknown())),
  next_cursor: z.nullable(z.string()),
});

/** All entries of a listing of the read side; none where it answers 404. @throws Error for any other status */
export const readListing = async (get: Get, target: string): Promise<unknown[]> => {
  const first = `${target}${target.includes('?') ? '&' : '?'}limit=100`;
  const entries: unknown[] = [];
  for (let next: string | null = first; next !== null; ) {
    const { status, body } = await get(next);
    if (status === 404) return entries;
    if (status !== 200) throw new Error(`GET ${next} answered ${status}`);
    const { items, events, next_cursor } = page.parse(body);
    entries.push(...(items ?? events ?? []));
    next = next_cursor && `${first}&cursor=${encodeURIComponent(next_cursor)}`;
  }
  return entries;
};
