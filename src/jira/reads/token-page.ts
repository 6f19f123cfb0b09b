import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { JiraError } from '../jira-error.ts';

/**
 * Where a search by tokens is: the next token, how many pages there were, how many of the last ones were empty, and
 * the mark of an earlier token, which none may equal.
 */
export type TokenPlace = { token: string; pages: number; empty: number; mark: string };

const place = z.object({ token: z.string(), pages: z.number(), empty: z.number(), mark: z.string() });

/** No search has so many pages, and none so many empty ones in a row, unless its server goes round in circles. */
const MOST_PAGES = 100_000;
const MOST_EMPTY = 100;

/** @throws JiraError when it is not what `toText` made */
export const readPlace = (next: string): TokenPlace => {
  try {
    return z.parse(place, JSON.parse(next));
  } catch {
    throw lost('the place where the search stopped cannot be read');
  }
};

/**
 * The place after a page, as text. Tokens that come round again are noticed however long the circle is: each is
 * compared with one that is renewed at every power of two (Brent's way), so that not all of them have to be kept.
 * @throws JiraError when the search goes round in circles
 */
export const placeAfter = (before: TokenPlace | null, token: string, rows: number): string => {
  const { pages, empty, mark } = before ?? { pages: 0, empty: 0, mark: '' };
  const hash = createHash('sha256').update(token).digest('base64url').slice(0, 16);
  const after = { token, pages: pages + 1, empty: rows === 0 ? empty + 1 : 0 };
  if (hash === mark || after.pages >= MOST_PAGES || after.empty >= MOST_EMPTY)
    throw lost('Jira gives the same pages again, or page after page without an issue');
  const isPowerOfTwo = (after.pages & pages) === 0;
  return JSON.stringify({ ...after, mark: isPowerOfTwo ? hash : mark } satisfies TokenPlace);
};

export const lost = (reason: string): JiraError =>
  new JiraError('page_lost', `The search cannot go on: ${reason}. It begins again with its first page.`);
