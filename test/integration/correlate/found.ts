import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import * as z from 'zod/mini';
import type { RunDocument } from '../../../src/correlate/documents/schema.ts';
import { runDocument } from '../../../src/correlate/documents/schema.ts';
import type { Answer } from '../../support/app.ts';

/** GETs a path and query. */
export type Get = (target: string) => Promise<Pick<Answer, 'status' | 'body'>>;

const page = z.object({ items: z.array(z.unknown()), next_cursor: z.nullable(z.string()) });

/** All items of a listing, page by page. `target`: path and query. */
export const listAll = async (get: Get, target: string, limit = 2): Promise<unknown[]> => {
  const items: unknown[] = [];
  const first = `${target}${target.includes('?') ? '&' : '?'}limit=${limit}`;
  for (let next: string | null = first; next !== null; ) {
    const { status, body } = await get(next);
    expect(status, `GET ${next}: ${JSON.stringify(body)}`).toBe(200);
    const answer = page.parse(body);
    items.push(...answer.items);
    next = answer.next_cursor && `${first}&cursor=${encodeURIComponent(answer.next_cursor)}`;
  }
  return items;
};

const commit = z.looseObject({ repository: z.string(), sha: z.string() });
const linked = z.array(z.extend(commit, { rule: z.string() }));
const unlinked = z.array(z.extend(commit, { candidates: z.array(z.string()) }));
const stories = z.array(z.looseObject({ issue_id: z.string() }));

/** The commits of an issue as `{repository} {sha} {rule}`, sorted. */
export const commitsOf = async (get: Get, idOrKey: string): Promise<string[]> => {
  const items = linked.parse(await listAll(get, `/issues/${idOrKey}/commits`));
  return items.map(({ repository, sha, rule }) => `${repository} ${sha} ${rule}`).sort();
};

/** Ids of the stories without commits, in the order of the listing. */
export const storyGaps = async (get: Get, query = ''): Promise<string[]> =>
  stories.parse(await listAll(get, `/gaps/stories-without-commits${query}`)).map(({ issue_id }) => issue_id);

const issuePage = z.object({
  issues: z.array(z.looseObject({ issue_id: z.string() })),
  next_cursor: z.nullable(z.string()),
});

/** Ids of a project's issues, in the order of the listing. */
export const issueIdsOf = async (get: Get, project: string): Promise<string[]> => {
  const ids: string[] = [];
  const first = `/issues?project=${project}&limit=2`;
  for (let next: string | null = first; next !== null; ) {
    const { issues, next_cursor } = issuePage.parse((await get(next)).body);
    ids.push(...issues.map(({ issue_id }) => issue_id));
    next = next_cursor && `${first}&cursor=${encodeURIComponent(next_cursor)}`;
  }
  return ids;
};

/** The commits without a story, `{repository} {sha}` with the keys each names, sorted. */
export const commitGaps = async (get: Get, query = ''): Promise<Record<string, string[]>> => {
  const items = unlinked.parse(await listAll(get, `/gaps/commits-without-story${query}`));
  const entries = items.map(({ repository, sha, candidates }) => [`${repository} ${sha}`, candidates.sort()]);
  expect(new Set(entries.map(([name]) => name)).size, 'each is listed once').toBe(entries.length);
  return Object.fromEntries(entries);
};

const FOLDER = 'artifacts/issues/wave3/jira_webhook';
const DOCUMENT = /^\d{8}T\d{9}-[0-9A-Z]{26}\.json$/;

/** Every run document in an artifacts folder, oldest first. */
export const documentsIn = (folder: string): RunDocument[] => {
  const path = join(folder, FOLDER);
  const names = existsSync(path) ? readdirSync(path).filter((name) => DOCUMENT.test(name)) : [];
  const documents = names.map((name) =>
    runDocument.parse(JSON.parse(readFileSync(join(path, name), 'utf8'))),
  );
  return documents.sort((a, b) => (a.run_id < b.run_id ? -1 : 1));
};

/** What stands in `latest.json` or `latest_summary.json`. */
export const latestIn = (folder: string, name: 'latest' | 'latest_summary' = 'latest'): unknown =>
  JSON.parse(readFileSync(join(folder, FOLDER, `${name}.json`), 'utf8'));
