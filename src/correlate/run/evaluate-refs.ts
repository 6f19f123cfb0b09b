import { isDeepStrictEqual } from 'node:util';
import pMap from 'p-map';
import type { Ref } from '../../domain/link.ts';
import { UnavailableError } from '../../errors/errors.ts';
import { chunks } from '../../platform/chunks.ts';
import { nextRevision } from '../../store/calls/conditional-write.ts';
import type { RowsReader } from '../../store/calls/gather.ts';
import { putCandidates, putRef, type RefRow } from '../../store/links/refs.ts';
import {
  type KnownRef,
  type Names,
  nowRef,
  readNames,
  readTogether,
  readUnder,
} from '../known/known-refs.ts';
import { allCandidates, candidatesOf, evaluate } from '../rules/links.ts';
import { mergeNews, mergeState, type News, nothingKnown } from '../rules/news.ts';
import { type Evaluated, noteRow } from './affected.ts';
import { resolveKeys } from './rivals.ts';
import { AT_A_TIME, afterConflict, MOST_CONFLICTS, type Scope } from './scope.ts';

/** Commits and pull requests evaluated together: their keys are resolved once. */
const CHUNK = 200;

/**
 * Merges what is new into the stored commits and pull requests and decides again which issues they belong to. An issue
 * that a commit left stays in the commit's row until the issue is written (`updateAffected`): after a crash in between,
 * the next run writes it.
 * @returns the issues that gained, kept or lost one of them
 * @throws UnavailableError
 */
export const evaluateRefs = async (scope: Scope, news: News[]): Promise<Evaluated> => {
  const evaluated: Evaluated = { affected: new Map(), moved: [] };
  for (const chunk of chunks(mergeNews(news), CHUNK)) {
    let rest = chunk;
    for (let tries = 0; rest.length > 0; tries += 1) {
      if (tries === MOST_CONFLICTS) throw new UnavailableError('table', new Error('too many conflicts'));
      if (tries > 0) await afterConflict(tries);
      rest = await evaluateOnce(scope, rest, evaluated);
    }
  }
  return evaluated;
};

/** `stored`: null when nothing is stored; `row`: the row to write, before its links are decided. */
type Draft = { news: News; stored: KnownRef | null; row: RefRow };

/**
 * Evaluates each once, and returns those to evaluate again, because a concurrent run has written them or their
 * repository was renamed. The order keeps a commit and an issue that arrive together from missing each other: the
 * candidate rows are durable before the issues are read, and a run for an issue reads the candidates after the issue is
 * durable. A row is written even if nothing changed, or nothing is known yet: its new revision makes concurrent writes
 * fail that were decided on older rows. Renames work the same way: a rename is durable before rows under the old name
 * are looked for, and every writer of a row reads the names again afterwards.
 */
const evaluateOnce = async (scope: Scope, news: News[], evaluated: Evaluated): Promise<News[]> => {
  const drafts = await readDrafts(scope, news);
  await putCandidates(scope, drafts.flatMap(newCandidates));
  const keys = new Set(drafts.flatMap(({ row }) => allCandidates(row.state)));
  const resolved = await resolveKeys(scope, [...keys]);
  const write = (draft: Draft) => writeDraft(scope, draft, resolved, evaluated);
  const written = await pMap(drafts, write, { concurrency: AT_A_TIME });
  const after = await namesOf(scope, news);
  const isMoved = ({ news: { ref } }: Draft) => nowRef(after, ref).repository !== ref.repository;
  return drafts.filter((draft, index) => !written[index] || isMoved(draft)).map((draft) => draft.news);
};

const readDrafts = async (scope: Scope, delivered: News[]): Promise<Draft[]> => {
  const read = await readTogether(
    scope,
    delivered.map(({ ref }) => ref),
  );
  const names = await namesOf(scope, delivered, read);
  const news = renamed(names, delivered);
  const rows = await readUnder(
    scope,
    names,
    news.map(({ ref }) => ref),
    read,
  );
  return news.map((one, index) => {
    const stored = rows[index] ?? null;
    const state = mergeState(stored?.state ?? null, one);
    const revision = stored?.revision ?? null;
    const row = { ref: one.ref, state, links: null, left: [], candidates_put: true, revision };
    return { news: one, stored, row };
  });
};

type NamesOf = ReadonlyMap<string, Names>;

const namesOf = (scope: Scope, news: News[], read?: RowsReader): Promise<NamesOf> =>
  readNames(scope, new Set(news.map(({ ref }) => ref.repository)), read);

/** Moves the news to current repository names and merges entries that then name the same commit or pull request. */
const renamed = (names: NamesOf, news: News[]): News[] =>
  mergeNews(news.map(({ ref, state }) => ({ ref: nowRef(names, ref), state })));

/** The candidates not stored yet: those of a stored row are, because they are put before it. */
const newCandidates = ({ stored, row }: Draft): { key: string; ref: Ref }[] => {
  const own = stored?.parts.find((part) => isUnder(row.ref, part));
  const durable = new Set(own?.candidates_put ? allCandidates(own.state) : []);
  const missing = allCandidates(row.state).filter((key) => !durable.has(key));
  return missing.map((key) => ({ key, ref: row.ref }));
};

const isUnder = (ref: Ref, part: RefRow): boolean => part.ref.repository === ref.repository;

const writeDraft = async (
  scope: Scope,
  draft: Draft,
  resolved: ReadonlyMap<string, string>,
  { affected, moved }: Evaluated,
): Promise<boolean> => {
  const { table, tenant, signal } = scope;
  const { stored, row } = draft;
  const links = evaluate(candidatesOf(row.state), (key) => resolved.get(key) ?? null);
  const before = new Set([...(stored?.left ?? []), ...(stored?.links?.issue_ids ?? [])]);
  const left = [...before].filter((id) => !links?.issue_ids.includes(id));
  const next = { ...row, links, left };
  if (!(await putRef({ table, tenant, signal }, next))) return false;
  if (!(await emptyOthers(scope, draft))) return false;
  noteRow(affected, next, resolved);
  if (left.length > 0) moved.push({ ...next, revision: nextRevision(row.revision) });
  return true;
};

/** Empties the rows under older names, now that the current name's row holds all. False on a concurrent write. */
const emptyOthers = async ({ table, tenant, signal }: Scope, { stored, row }: Draft): Promise<boolean> => {
  const others = (stored?.parts ?? []).filter((part) => !isUnder(row.ref, part) && !isEmpty(part));
  const emptied = await pMap(
    others,
    (part) => {
      const empty = { ...part, state: nothingKnown(part.ref), links: null, left: [] };
      return putRef({ table, tenant, signal }, empty);
    },
    { concurrency: AT_A_TIME },
  );
  return emptied.every((written) => written);
};

const isEmpty = ({ ref, state, links, left }: RefRow): boolean =>
  links === null && left.length === 0 && isDeepStrictEqual(state, nothingKnown(ref));
