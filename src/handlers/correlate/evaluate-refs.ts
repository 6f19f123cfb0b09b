import { mergeCommits } from '../../correlate/commit-state.ts';
import { allCandidates, candidatesOf, evaluate } from '../../correlate/links.ts';
import { mergePullRequests } from '../../correlate/pull-request-state.ts';
import type { Ref, RefState } from '../../domain/link.ts';
import { UnavailableError } from '../../errors/errors.ts';
import { chunks } from '../../platform/chunks.ts';
import { eachLimit } from '../../platform/each-limit.ts';
import { putCandidates } from '../../store/candidates.ts';
import { putRef, type RefRow, readRefs } from '../../store/ref-row.ts';
import { resolveKeys } from './resolve-keys.ts';
import { AT_A_TIME, MOST_CONFLICTS, type Scope } from './scope.ts';

/** A commit or pull request to look at, with what a delivery says of it; null to only look again. */
export type News = { ref: Ref; state: RefState | null };

/** The issues a commit or pull request belonged to or belongs to now, each with a key that led to it. */
export type Affected = Map<string, Set<string>>;

/** Looked at together: their keys are resolved once. */
const CHUNK = 200;

export const nameOf = ({ kind, repository, id }: Ref): string => `${kind}\n${repository}\n${id}`;

const merge = (a: RefState | null, b: RefState | null): RefState | null => {
  if (a === null || b === null) return a ?? b;
  if (a.kind === 'commit' && b.kind === 'commit') return mergeCommits(a, b);
  if (a.kind === 'pull_request' && b.kind === 'pull_request') return mergePullRequests(a, b);
  throw new TypeError('a commit is no pull request');
};

/** A delivery may mention the same commit more than once. */
const mergeNews = (news: News[]): News[] => {
  const merged = new Map<string, News>();
  for (const { ref, state } of news) {
    const before = merged.get(nameOf(ref))?.state ?? null;
    merged.set(nameOf(ref), { ref, state: merge(before, state) });
  }
  return [...merged.values()];
};

/** What is stored and what it becomes. */
type Draft = { news: News; stored: RefRow | null; state: RefState };

const readDrafts = async ({ table, tenant, signal }: Scope, news: News[]): Promise<Draft[]> => {
  const refs = news.map(({ ref }) => ref);
  const rows = await readRefs(table, tenant, refs, signal);
  return news.flatMap((one, index) => {
    const stored = rows[index] ?? null;
    const state = merge(stored?.state ?? null, one.state);
    return state === null ? [] : [{ news: one, stored, state }];
  });
};

/** A stored row's keys have their rows already: they are put before it is. */
const newCandidates = ({ news, stored, state }: Draft): { key: string; ref: Ref }[] => {
  const durable = new Set(stored ? allCandidates(stored.state) : []);
  const missing = allCandidates(state).filter((key) => !durable.has(key));
  return missing.map((key) => ({ key, ref: news.ref }));
};

const note = (affected: Affected, issueId: string, keys: string[]): void => {
  const noted = affected.get(issueId) ?? new Set();
  for (const key of keys) noted.add(key);
  affected.set(issueId, noted);
};

const writeDraft = async (
  { table, tenant, signal }: Scope,
  { news, stored, state }: Draft,
  resolved: ReadonlyMap<string, string>,
  affected: Affected,
): Promise<boolean> => {
  const links = evaluate(candidatesOf(state), (key) => resolved.get(key) ?? null);
  const row = { ref: news.ref, state, links, revision: stored?.revision ?? null };
  if (!(await putRef(table, tenant, row, signal))) return false;
  for (const id of stored?.links?.issue_ids ?? []) note(affected, id, []);
  const naming = (id: string) => allCandidates(state).filter((key) => resolved.get(key) === id);
  for (const id of links?.issue_ids ?? []) note(affected, id, naming(id));
  return true;
};

/**
 * Evaluates each once, and answers those that another batch has written meanwhile. The order keeps a commit
 * and an issue that arrive together from missing each other: the candidate rows are durable before the issues
 * are read, and whoever brings an issue reads the candidates after it is durable. A row is written even where
 * nothing changed: its new revision refuses whoever still decides by what was true before.
 */
const evaluateOnce = async (scope: Scope, news: News[], affected: Affected): Promise<News[]> => {
  const drafts = await readDrafts(scope, news);
  await putCandidates(scope.table, scope.tenant, drafts.flatMap(newCandidates), scope.signal);
  const keys = new Set(drafts.flatMap(({ state }) => allCandidates(state)));
  const resolved = await resolveKeys(scope, [...keys]);
  const written = await eachLimit(drafts, AT_A_TIME, (draft) => writeDraft(scope, draft, resolved, affected));
  return drafts.filter((_, index) => !written[index]).map((draft) => draft.news);
};

/**
 * Merges what is new into the stored commits and pull requests and decides again which issues they belong to.
 * @returns the issues that gained, kept or lost one of them
 * @throws UnavailableError
 */
export const evaluateRefs = async (scope: Scope, news: News[]): Promise<Affected> => {
  const affected: Affected = new Map();
  for (const chunk of chunks(mergeNews(news), CHUNK)) {
    let rest = chunk;
    for (let tries = 0; rest.length > 0; tries += 1) {
      if (tries === MOST_CONFLICTS) throw new UnavailableError('table', new Error('too many conflicts'));
      rest = await evaluateOnce(scope, rest, affected);
    }
  }
  return affected;
};
