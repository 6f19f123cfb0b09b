import * as z from 'zod/mini';
import { JiraError } from '../jira/jira-error.ts';
import type { Page, Reads, Row } from '../jira/reads/reads.ts';

/** Bounds of `created`: from (inclusive) and to (exclusive), in epoch milliseconds; null: no bound. */
const slice = z.tuple([z.nullable(z.number()), z.nullable(z.number())]);

type Slice = z.output<typeof slice>;

/** Position of a search that is read slice by slice. */
export const slicesPlace = z.object({
  /** Slices still to be read; the first is in progress. */
  slices: z.array(slice),
  /** The next page of the first slice; null: its first page. */
  next: z.nullable(z.string()),
  /** How often the first slice was restarted. */
  tries: z.number(),
  /** Whether the first slice is known to need no split. */
  measured: z.boolean(),
  /** Rows of the slices that are done, and of the one in progress. */
  done: z.number(),
  under_way: z.number(),
  /** False: Jira did not show all of some slice. */
  whole: z.boolean(),
});

export type SlicesPlace = z.output<typeof slicesPlace>;

export const FIRST_PLACE: SlicesPlace = {
  slices: [[null, null]],
  next: null,
  tries: 0,
  measured: false,
  done: 0,
  under_way: 0,
  whole: true,
};

/** Data Center shows no more than this of one search; on Cloud it limits what is read again after a fault. */
export const MOST_OF_A_SLICE = 9_000;

/** Tries of a slice after a warning or a lost page. */
const MOST_TRIES = 3;

/** `end_ms`: by Jira's clock, a time after which nothing that is searched for was created; halves an open slice. */
type Search = { where: string; fields: 'id' | 'updated'; end_ms: number; measure: boolean };

export type SlicesPage = { rows: Row[]; odd: number; place: SlicesPlace };

type Searching = Pick<Reads, 'searchIds' | 'count'>;

/**
 * Reads the next page, or splits a slice that is too large.
 * @returns the page's rows (possibly none), `odd`: how many further rows name no issue, and where to continue
 */
export const readSlices = async (
  reads: Searching,
  search: Search,
  place: SlicesPlace,
): Promise<SlicesPage> => {
  const [first] = place.slices;
  if (first === undefined) return { ...NO_ROWS, place };
  if (search.measure && !place.measured)
    return { ...NO_ROWS, place: await measured(reads, search, place, first) };
  const jql = `${jqlOf(search.where, first)} ORDER BY created ASC`;
  const page = await reads.searchIds({ jql, fields: search.fields }, place.next).catch(orLost);
  if (page === null) return { ...NO_ROWS, place: begunAgain(place) };
  return page.complete
    ? { rows: page.rows, odd: page.odd, place: after(place, page) }
    : incomplete(search, place, page, first);
};

const NO_ROWS = { rows: [], odd: 0 };

const jqlOf = (where: string, [from, to]: Slice): string =>
  [where, ...(from === null ? [] : [`created >= ${from}`]), ...(to === null ? [] : [`created < ${to}`])].join(
    ' AND ',
  );

const orLost = (fault: unknown): null => {
  if (fault instanceof JiraError && fault.fault === 'page_lost') return null;
  throw fault;
};

const measured = async (
  reads: Searching,
  search: Search,
  place: SlicesPlace,
  first: Slice,
): Promise<SlicesPlace> => {
  const halves = halvesOf(first, search.end_ms);
  const count = halves === null ? null : await reads.count(jqlOf(search.where, first));
  if (halves === null || count === null || count <= MOST_OF_A_SLICE) return { ...place, measured: true };
  return split(place, halves);
};

const after = (place: SlicesPlace, { rows, next }: Page): SlicesPlace => {
  const under_way = place.under_way + rows.length;
  return next === null ? sliceDone({ ...place, under_way }) : { ...place, next, under_way };
};

const AT_FIRST = { next: null, under_way: 0 };

const sliceDone = (place: SlicesPlace): SlicesPlace => ({
  ...place,
  ...AT_FIRST,
  slices: place.slices.slice(1),
  done: place.done + place.under_way,
  tries: 0,
  measured: false,
});

const begunAgain = (place: SlicesPlace): SlicesPlace =>
  place.tries + 1 < MOST_TRIES
    ? { ...place, ...AT_FIRST, tries: place.tries + 1 }
    : sliceDone({ ...place, whole: false });

/** Splits a slice that is too large. One that cannot be split, or that Jira warns about, gets a few tries. */
const incomplete = (search: Search, place: SlicesPlace, page: Page, first: Slice) => {
  const isTooLarge = page.total !== null && page.total > MOST_OF_A_SLICE;
  const halves = isTooLarge ? halvesOf(first, search.end_ms) : null;
  if (halves !== null) return { ...NO_ROWS, place: split(place, halves) };
  return { rows: page.rows, odd: page.odd, place: begunAgain(place) };
};

const split = (place: SlicesPlace, halves: readonly Slice[]): SlicesPlace => ({
  ...place,
  ...AT_FIRST,
  slices: [...halves, ...place.slices.slice(1)],
  tries: 0,
  measured: false,
});

/** Most issues are younger than the first Jira release; imported ones may not be. */
const FIRST_JIRA_MS = Date.UTC(2002, 0, 1);

const SHORTEST_MS = 1_000;

const halvesOf = ([from, to]: Slice, endMs: number): Slice[] | null => {
  const begin = from ?? (to !== null && to <= FIRST_JIRA_MS ? 0 : FIRST_JIRA_MS);
  const end = to ?? endMs;
  if (end - begin < SHORTEST_MS) return null;
  const at = Math.floor((begin + end) / 2);
  return [
    [from, at],
    [at, to],
  ];
};
