import * as z from 'zod/mini';
import { DAY_MS, toPhoenixDay } from '../../domain/instant.ts';
import { type ManageApi, pagesOf } from '../api/api.ts';

const page = z.object({
  events: z.array(
    z.object({
      event_id: z.string(),
      received_at: z.string(),
      outcome: z.string(),
      event_type: z.nullable(z.string()),
      issue_key: z.nullable(z.string()),
    }),
  ),
  next_cursor: z.nullable(z.string()),
});

export type Delivered = z.output<typeof page>['events'][number];

/** How many are shown. */
const SHOWN = 10;

/** Pages that are read of one day: a filtered one may be short, even empty, while others deliver. */
const MOST_PAGES = 5;

/** The newest events of a connection, newest first, of today and yesterday. */
export const lastDeliveries = async (
  api: ManageApi,
  connectionId: string,
  nowMs: number,
): Promise<Delivered[]> => {
  const found: Delivered[] = [];
  for (const day of [toPhoenixDay(nowMs), toPhoenixDay(nowMs - DAY_MS)])
    for await (const events of pagesOfDay(api, connectionId, day)) {
      found.push(...events);
      if (found.length >= SHOWN) return found.slice(0, SHOWN);
    }
  return found;
};

async function* pagesOfDay(api: ManageApi, connection: string, date: string): AsyncGenerator<Delivered[]> {
  let pages = 0;
  for await (const { events } of pagesOf(api, '/events', { connection, date, limit: String(SHOWN) }, page)) {
    yield events;
    pages += 1;
    if (pages === MOST_PAGES) return;
  }
}
