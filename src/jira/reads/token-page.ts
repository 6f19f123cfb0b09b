import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { JiraError } from '../jira-error.ts';

/**
 * The position of a search by tokens: the next token, the number of pages so far, how many of the last ones were
 * empty, and the hash of an earlier token, which no later token may equal.
 */
export type TokenPlace = { token: string; pages: number; empty: number; mark: string };

const place = z.object({ token: z.string(), pages: z.number(), empty: z.number(), mark: z.string() });

/** More pages, and more empty pages in a row, than any search has, unless the server loops. */
const MOST_PAGES = 100_000;
const MOST_EMPTY = 100;

/** @throws JiraError when the text was not returned by `placeAfter` */
export const readPlace = (next: string): TokenPlace => {
  try {
    return z.parse(place, JSON.parse(next));
  } catch {
    throw lost('the place where the search stopped cannot be read');
  }
};

/**
 * The place after a page, as text. Detects a cycle of tokens of any length without storing all of them: each token is
 * compared with an earlier one, which is replaced at every power of two (Brent's algorithm).
 * @throws JiraError when the search loops
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
