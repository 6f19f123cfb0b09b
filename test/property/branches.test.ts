import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plannedOf } from '../integration/cli/git-sent.ts';
import { depth } from '../support/depth.ts';
import { drawGit } from '../support/git-objects.ts';

/** A commit by its place in the history: places of its parents, all smaller, and its time. */
type Drawn = { parents: number[]; seconds: number };

const FEATURES = ['feature/RA-1', 'RA-2', 'release-3', 'main-4'];
const DEFAULTS = ['main', 'master', 'develop'];
const SINCE = 1_769_817_600;

/** Few times on both sides of the border, in no order. */
const seconds = fc.constantFrom(1, 978_307_200, SINCE - 1, SINCE, SINCE + 1, 4_000_000_000);

/** Mostly a line with branches and merges; at times a second root. */
const history = fc.array(fc.record({ back: fc.array(fc.nat({ max: 4 }), { maxLength: 3 }), seconds }), {
  minLength: 1,
  maxLength: 14,
});

const drawn = history.map((all): Drawn[] =>
  all.map((one, place) => ({
    parents: [...new Set(one.back.map((back) => place - 1 - back))].filter((parent) => parent >= 0),
    seconds: one.seconds,
  })),
);

const place = fc.nat({ max: 13 });
const scene = fc.record({
  commits: drawn,
  main: fc.record({ name: fc.constantFrom(...DEFAULTS), here: place, there: place }),
  features: fc.uniqueArray(fc.tuple(fc.constantFrom(...FEATURES), place), {
    selector: ([name]) => name,
    minLength: 1,
    maxLength: 4,
  }),
});

let root = '';
let made = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'dags-'));
});

afterAll(() => rm(root, { recursive: true }));

/** @returns the folder of a bare repository with this history; each message is the commit's place */
const build = (commits: readonly Drawn[], refs: readonly (readonly [string, number])[]): string => {
  made += 1;
  const folder = join(root, String(made));
  const { writeCommit, writeRef } = drawGit(folder, { bare: true, head: 'none' });
  const shas: string[] = [];
  for (const [index, { parents, seconds: at }] of commits.entries())
    shas.push(
      writeCommit({
        parents: parents.map((parent) => shas[parent] ?? ''),
        author: 'A <a@b.c>',
        at: `${at} +0000`,
        message: String(index),
      }),
    );
  for (const [ref, index] of refs) writeRef(ref, shas[index] ?? '');
  return folder;
};

/** The oracle: plain sets over the drawn history. */
const reach = (commits: readonly Drawn[], tips: readonly number[]): Set<number> => {
  const seen = new Set<number>();
  const visit = (index: number): void => {
    if (seen.has(index)) return;
    seen.add(index);
    for (const parent of commits[index]?.parents ?? []) visit(parent);
  };
  tips.forEach(visit);
  return seen;
};

const firstLine = (commits: readonly Drawn[], tip: number): number[] => {
  const next = commits[tip]?.parents[0];
  return next === undefined ? [tip] : [tip, ...firstLine(commits, next)];
};

type Scene = {
  commits: Drawn[];
  main: { name: string; here: number; there: number };
  features: [string, number][];
};

const at = ({ commits }: Scene, index: number): number => index % commits.length;

const refsOf = (drawnScene: Scene): [string, number][] => {
  const { main, features } = drawnScene;
  return [
    [`refs/heads/${main.name}`, at(drawnScene, main.here)],
    [`refs/remotes/origin/${main.name}`, at(drawnScene, main.there)],
    ...features.map(([name, index]): [string, number] => [`refs/heads/${name}`, at(drawnScene, index)]),
  ];
};

const sent = async (folder: string, wish: { branch?: string[]; all?: true; since?: string }) => {
  const found = new Map<number, string | undefined>();
  for (const [message, branch] of await plannedOf({ repo: folder, ...wish })) {
    expect(found.has(Number(message))).toBe(false);
    found.set(Number(message), branch ?? undefined);
  }
  return found;
};

const ids = (places: Iterable<number>): number[] => [...places].sort((a, b) => a - b);

/** What may not be said, and what must be. */
const judge = (one: Scene, found: ReadonlyMap<number, string | undefined>): void => {
  const { commits, main, features } = one;
  const reached = reach(commits, [at(one, main.here), at(one, main.there)]);
  const tips = features.map(([name, index]) => ({ name, tip: at(one, index) }));
  expect(ids(found.keys())).toEqual(
    ids(
      new Set([
        ...reached,
        ...reach(
          commits,
          tips.map(({ tip }) => tip),
        ),
      ]),
    ),
  );
  for (const [index, branch] of found) {
    if (reached.has(index)) expect([index, branch]).toEqual([index, main.name]);
    for (const { name, tip } of tips) {
      const others = tips.filter((other) => other.name !== name);
      const holders = others.filter((other) => reach(commits, [other.tip]).has(index));
      const isForeign = holders.some((other) => other.tip === tip || !reach(commits, [other.tip]).has(tip));
      const isOnLine = firstLine(commits, tip).includes(index) && !reached.has(index);
      if (branch === name) expect([index, isOnLine, isForeign]).toEqual([index, true, false]);
      if (isOnLine && holders.length === 0) expect([index, branch]).toEqual([index, name]);
    }
  }
};

/** Each run starts git some twenty times. */
const RUNS = depth(3, 20);
const PATIENCE_MS = depth(60_000, 200_000);

describe('whatever a history looks like', () => {
  it('a branch speaks for no commit that came from elsewhere, and --since keeps each of that time or later', {
    tags: ['deep'],
    timeout: PATIENCE_MS,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(scene, async (one) => {
        const folder = build(one.commits, refsOf(one));
        const all = await sent(folder, { all: true });
        judge(one, all);
        const late = await sent(folder, { all: true, since: '2026-01-31T00:00:00Z' });
        expect(ids(late.keys())).toEqual(
          ids(all.keys()).filter((index) => (one.commits[index]?.seconds ?? 0) >= SINCE),
        );
        for (const [index, branch] of late) expect([index, branch]).toEqual([index, all.get(index)]);
        const [name] = one.features[0] ?? ['main'];
        for (const [index, branch] of await sent(folder, { branch: [name] }))
          expect([index, branch ?? all.get(index)]).toEqual([index, all.get(index)]);
      }),
      { numRuns: RUNS },
    );
  });
});
