import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JiraError } from '../../../src/jira/jira-error.ts';
import type { Page, Reads } from '../../../src/jira/reads/reads.ts';
import { FIRST_PLACE, readSlices, type SlicesPlace } from '../../../src/reconcile/slices.ts';

const END = Date.UTC(2026, 0, 1);

type Searching = Pick<Reads, 'searchIds' | 'count'>;

type Jira = {
  created: readonly number[];
  page: number;
  window: number | null;
  faults: ('lost' | 'warning' | null)[];
};

/** A Jira whose issues are their places in `created`; with a window it is a Data Center. */
const jiraOf = ({ created, page, window, faults }: Jira): Searching & { searches: number } => {
  const matching = (jql: string): number[] => {
    const from = Number(/created >= (-?\d+)/.exec(jql)?.[1] ?? Number.NEGATIVE_INFINITY);
    const to = Number(/created < (-?\d+)/.exec(jql)?.[1] ?? Number.POSITIVE_INFINITY);
    return created.flatMap((at, id) => (at >= from && at < to ? [id] : []));
  };
  const left = [...faults];
  const jira = {
    searches: 0,
    searchIds: async ({ jql }: { jql: string }, next: string | null): Promise<Page> => {
      jira.searches += 1;
      const fault = left.shift() ?? null;
      if (fault === 'lost' && next !== null) throw new JiraError('page_lost', '');
      const found = matching(jql);
      const start = Number(next ?? 0);
      const ids = found.slice(start, start + page);
      const end = start + ids.length;
      const fits = window === null || found.length <= window;
      return {
        odd: 0,
        rows: ids.map((id) => ({ id: String(id), updated_ms: null })),
        next: end >= found.length || !fits ? null : String(end),
        rows_at: 0,
        complete: fits && fault !== 'warning',
        total: window === null ? null : found.length,
      };
    },
    count: async (jql: string) => matching(jql).length,
  };
  return jira;
};

const readAll = async (
  reads: Searching,
  measure: boolean,
): Promise<{ ids: string[]; place: SlicesPlace }> => {
  const search = { where: 'project = 1', fields: 'id', end_ms: END, measure } as const;
  const ids: string[] = [];
  let place = FIRST_PLACE;
  for (let steps = 0; place.slices.length > 0; steps += 1) {
    if (steps > 2_000) throw new Error('it does not end');
    // What is stored is JSON.
    const page = await readSlices(reads, search, JSON.parse(JSON.stringify(place)));
    ids.push(...page.rows.map(({ id }) => id));
    place = page.place;
  }
  return { ids, place };
};

const idsOf = (created: readonly number[]): Set<string> => new Set(created.map((_, id) => String(id)));

const creations = fc.array(fc.integer({ min: -1e12, max: END - 1 }), { maxLength: 60 });

describe('a search by slices', () => {
  it('finds each issue whenever it was created, page by page, and each once when nothing goes wrong', async () => {
    await fc.assert(
      fc.asyncProperty(
        creations,
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        async (created, page, measure) => {
          const { ids, place } = await readAll(jiraOf({ created, page, window: null, faults: [] }), measure);
          expect(new Set(ids)).toEqual(idsOf(created));
          expect(ids).toHaveLength(created.length);
          expect(place).toMatchObject({ done: created.length, whole: true });
        },
      ),
    );
  });

  it('finds them all again after pages that got lost, and knows when Jira keeps warning', async () => {
    const faults = fc.array(fc.constantFrom('lost', 'warning', null), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(creations, faults, async (created, some) => {
        const { ids, place } = await readAll(jiraOf({ created, page: 7, window: null, faults: some }), false);
        if (place.whole) expect(new Set(ids)).toEqual(idsOf(created));
        if (place.whole) expect(place.done).toBe(created.length);
        // A slice is begun three times at most.
        if (some.filter((fault) => fault !== null).length < 3) expect(place.whole).toBe(true);
      }),
    );
  });

  it('halves what Data Center cannot page through, until each part fits', async () => {
    const created = Array.from({ length: 20_000 }, (_, index) => END - 1 - index * 60_000);
    const jira = jiraOf({ created, page: 1_000, window: 9_000, faults: [] });
    const { ids, place } = await readAll(jira, false);
    expect(new Set(ids).size).toBe(20_000);
    expect(place).toMatchObject({ done: 20_000, whole: true });
    expect(jira.searches).toBeLessThan(80);
  });

  it('ends where so many were created at once that no slice is small enough, and says so', async () => {
    const created = Array.from({ length: 9_001 }, () => END - 86_400_000);
    const { place } = await readAll(jiraOf({ created, page: 1_000, window: 9_000, faults: [] }), false);
    expect(place.whole).toBe(false);
  });
});
