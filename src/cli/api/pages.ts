import type * as z from 'zod/mini';
import type { ManageApi } from './api.ts';

/** What is asked for, by the names of the route. */
export type Query = Record<string, string>;

/** The answers of a list, page by page. */
export async function* pagesOf<Page extends { next_cursor: string | null }>(
  api: ManageApi,
  path: string,
  query: Query,
  answer: z.ZodMiniType<Page>,
): AsyncGenerator<Page> {
  let cursor: string | null = null;
  do {
    const asked = new URLSearchParams({ ...query, ...(cursor && { cursor }) });
    const page: Page = await api.get(`${path}?${asked}`, answer);
    yield page;
    cursor = page.next_cursor;
  } while (cursor !== null);
}
