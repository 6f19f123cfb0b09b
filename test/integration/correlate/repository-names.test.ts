import type { DynamoDBRecord } from 'aws-lambda';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CommitSource } from '../../../src/domain/source.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { scanTable, startCorrelation, type TestCorrelation } from '../../support/correlation.ts';
import { depth } from '../../support/depth.ts';
import { useEngine } from '../../support/use-engine.ts';
import { commit, issueBody, numberOf, shaOf } from './bodies.ts';
import { eventRecord } from './records.ts';

const engine = useEngine();

type Sent = [CommitSource, string];

const at = (second: number): string => new Date(Date.UTC(2026, 2, 1, 0, 0, second)).toISOString();

const listed = (repository: string, n: number, message: string, more: object = {}): Sent => [
  'commits',
  JSON.stringify({ repository, commits: [commit(n, message, more)] }),
];

const pushed = (full_name: string, n: number, message: string, id = 7): Sent => [
  'github',
  JSON.stringify({
    ref: 'refs/heads/main',
    repository: { id, full_name },
    commits: [{ id: shaOf(n), message, timestamp: at(n), author: { name: 'Ada' } }],
  }),
];

const described = (full_name: string, number: number, title: string, n: number): Sent => [
  'github',
  JSON.stringify({
    repository: { id: 7, full_name },
    pull_request: { number, title, updated_at: at(n), html_url: null, head: { ref: 'x', sha: shaOf(n) } },
  }),
];

/** As GitHub tells it. `second`: when. */
const renamed = (owner: string, from: string, to: string, second: number, id = 7): Sent => [
  'github',
  JSON.stringify({
    action: 'renamed',
    changes: { repository: { name: { from } } },
    repository: { id, name: to, full_name: `${owner}/${to}`, updated_at: at(second) },
  }),
];

const transferred = (from: string, name: string, to: string, second: number): Sent => [
  'github',
  JSON.stringify({
    action: 'transferred',
    changes: { owner: { from: { user: { login: from } } } },
    repository: { id: 7, name, full_name: `${to}/${name}`, updated_at: at(second) },
  }),
];

const updated = (old: string, now: string, updated_on?: string): Sent => [
  'bitbucket',
  JSON.stringify({
    changes: { full_name: { old, new: now } },
    repository: { uuid: '{1}', full_name: now, updated_on },
  }),
];

type World = { app: TestApp; correlation: TestCorrelation };

const open = async (): Promise<World> => {
  const app = await startApp({ endpoint: engine.endpoint });
  await app.deliver(issueBody('1', 'ABC-1', 1));
  await app.deliver(issueBody('2', 'ABC-2', 1));
  return { app, correlation: startCorrelation(app) };
};

/** @returns the record of its event; none when the same bytes came before */
const deliver = async ({ app }: World, [source, sent]: Sent): Promise<DynamoDBRecord[]> => {
  const { status, body } = await app.deliverCommits(source, sent, { event: 'unknown' });
  if (status > 202) throw new Error(`answered ${status}`);
  return body.outcome === 'duplicate' ? [] : [eventRecord(body.event_id)];
};

/** All of them in one batch. */
const playAtOnce = async (world: World, sent: Sent[]): Promise<World> => {
  const records: DynamoDBRecord[] = [];
  for (const one of sent) records.push(...(await deliver(world, one)));
  await world.correlation.run(records);
  return world;
};

/** Each delivery in a batch of its own, in this order. */
const play = async (world: World, sent: Sent[]): Promise<World> => {
  for (const one of sent) await playAtOnce(world, [one]);
  return world;
};

type Shown = { repository: string; sha: string };

const itemsOf = async ({ app }: World, target: string): Promise<Shown[]> => {
  const items: Shown[] = [];
  let cursor = '';
  for (;;) {
    const join = target.includes('?') ? '&' : '?';
    const { status, body } = await app.get(`${target}${join}limit=1${cursor}`);
    expect(status).toBe(200);
    items.push(...(body.items as Shown[]));
    if (body.next_cursor === null) return items;
    cursor = `&cursor=${encodeURIComponent(String(body.next_cursor))}`;
  }
};

const short = ({ repository, sha }: Shown): string => `${repository} ${numberOf(sha)}`;

const commitsOf = async (world: World, key: string) =>
  (await itemsOf(world, `/issues/${key}/commits`)).map(short).sort();

const gapsOf = async (world: World, repository?: string) =>
  (
    await itemsOf(
      world,
      `/gaps/commits-without-story${repository ? `?repository=${encodeURIComponent(repository)}` : ''}`,
    )
  ).map(short);

const bare = async (world: World) =>
  (await world.app.get('/gaps/stories-without-commits')).body.items as { issue_key: string }[];

/** Everything that people see, and the last document of all. */
const viewOf = async (world: World) => {
  await world.correlation.run();
  const { correlation } = world.correlation.latest();
  return {
    ABC1: await commitsOf(world, 'ABC-1'),
    ABC2: await commitsOf(world, 'ABC-2'),
    gaps: (await gapsOf(world)).sort(),
    bare: (await bare(world)).map(({ issue_key }) => issue_key),
    matched: correlation.matched,
    without: correlation.commits_without_story,
    summary: correlation.summary,
  };
};

describe('a repository spelt in two ways', () => {
  it('has each commit once, in every listing and document, because it is one repository', async () => {
    const world = await play(await open(), [
      pushed('Acme/WebShop', 1, 'ABC-1 pay'),
      listed('acme/webshop', 1, 'ABC-1 pay'),
      pushed('Acme/WebShop', 2, 'Tidy'),
      listed('ACME/webshop', 2, 'Tidy'),
      listed('acme/webshop', 3, 'Tidy more'),
    ]);
    expect(await commitsOf(world, 'ABC-1')).toEqual(['ACME/webshop 1']);
    for (const name of ['acme/webshop', 'ACME/WEBSHOP', 'Acme/WebShop'])
      expect(await gapsOf(world, name)).toEqual(['ACME/webshop 3', 'ACME/webshop 2']);
    const { matched, summary } = await viewOf(world);
    expect(matched.map(({ commits }) => commits.map(short))).toEqual([['ACME/webshop 1']]);
    expect(summary.commits_without_story).toBe(2);
  });

  it('goes on after a page under any spelling, because the cursor is of the repository', async () => {
    const world = await play(await open(), [listed('Acme/Shop', 1, 'x'), listed('acme/shop', 2, 'y')]);
    const first = await world.app.get('/gaps/commits-without-story?repository=ACME/SHOP&limit=1');
    const next = encodeURIComponent(String(first.body.next_cursor));
    const second = await world.app.get(
      `/gaps/commits-without-story?repository=acme/shop&limit=1&cursor=${next}`,
    );
    expect((second.body.items as Shown[]).map(short)).toEqual(['Acme/Shop 1']);
  });
});

describe('a renamed repository', () => {
  it.each([
    ['GitHub, by name', 'acme/old', 'acme/New', renamed('acme', 'old', 'New', 50)],
    ['GitHub, by owner', 'acme/shop', 'Globex/shop', transferred('acme', 'shop', 'Globex', 50)],
    ['Bitbucket', 'acme/old', 'acme/New', updated('acme/old', 'acme/New')],
  ])('of %s has the current name, because the old one is an alias', async (_, old, now, rename) => {
    const world = await open();
    await playAtOnce(world, [
      pushed(old, 1, 'ABC-1 pay'),
      pushed(old, 2, 'Tidy'),
      described(old, 4, 'ABC-2 Bills', 1),
    ]);
    await playAtOnce(world, [rename]);
    await playAtOnce(world, [
      listed(now, 1, 'ABC-1 pay'),
      listed(now, 3, 'Tidy more'),
      listed(old, 2, 'Tidy'),
      listed(old, 4, 'ABC-1 late'),
    ]);
    expect(await commitsOf(world, 'ABC-1')).toEqual([`${now} 1`, `${now} 4`]);
    for (const name of [old, now.toUpperCase()])
      expect(await gapsOf(world, name)).toEqual([`${now} 3`, `${now} 2`]);
    expect(await gapsOf(world)).toEqual([`${now} 3`, `${now} 2`]);
    const { matched } = await viewOf(world);
    expect(matched[1]?.pull_requests).toMatchObject([{ repository: now, id: '4' }]);
  });

  it('keeps its commits in order at once, because those of the old name are brought over', async () => {
    const world = await play(await open(), [
      pushed('acme/a', 1, 'x'),
      pushed('acme/b', 2, 'x'),
      pushed('acme/a', 3, 'x'),
      renamed('acme', 'a', 'b', 50),
    ]);
    expect(await gapsOf(world, 'acme/b')).toEqual(['acme/b 3', 'acme/b 2', 'acme/b 1']);
    const groups = (await scanTable(world.app)).flatMap(({ work_pk }) => work_pk ?? []);
    expect(groups.filter((group) => String(group).includes('#commit#'))).toEqual(
      Array(3).fill('default#commit#acme/b'),
    );
  });

  it('does not list a commit that only the other name links as a gap, because it is one commit', async () => {
    const world = await play(await open(), [
      listed('acme/a', 1, 'x', { branch: 'feature/ABC-1' }),
      listed('acme/b', 1, 'x'),
      renamed('acme', 'a', 'b', 50),
    ]);
    expect(await gapsOf(world)).toEqual([]);
    expect(await commitsOf(world, 'ABC-1')).toEqual(['acme/b 1']);
  });

  it('that got its old name back has it, because the last rename is the newest', async () => {
    const world = await play(await open(), [
      renamed('acme', 'b', 'a', 60),
      pushed('acme/b', 1, 'ABC-1'),
      renamed('acme', 'a', 'b', 50),
      pushed('acme/a', 2, 'x'),
    ]);
    expect(await commitsOf(world, 'ABC-1')).toEqual(['acme/a 1']);
    expect(await gapsOf(world, 'acme/b')).toEqual(['acme/a 2']);
  });

  it('leaves its old name to a new repository, because another id delivers there', async () => {
    const world = await play(await open(), [
      pushed('acme/a', 1, 'x'),
      renamed('acme', 'a', 'b', 50),
      pushed('acme/a', 2, 'y', 8),
    ]);
    expect(await gapsOf(world, 'acme/a')).toEqual(['acme/a 2']);
    expect(await gapsOf(world, 'acme/b')).toEqual(['acme/b 1']);
  });

  it('is the same in other case only, because that is no other name', async () => {
    const world = await play(await open(), [pushed('acme/a', 1, 'x'), renamed('acme', 'a', 'A', 50)]);
    expect(await gapsOf(world, 'acme/a')).toEqual(['acme/A 1']);
  });
});

const HISTORY: Sent[] = [
  pushed('acme/a', 1, 'ABC-1 pay'),
  pushed('Acme/b', 1, 'ABC-1 pay'),
  listed('acme/c', 2, 'Tidy', { branch: 'feature/ABC-2-x' }),
  pushed('acme/b', 2, 'Tidy'),
  pushed('acme/a', 3, 'Nothing'),
  listed('acme/C', 3, 'Nothing'),
  described('acme/b', 9, 'ABC-2 Title', 3),
  pushed('acme/d', 5, 'ABC-2 elsewhere'),
  renamed('acme', 'a', 'b', 50),
  renamed('acme', 'b', 'c', 51),
];

const orders = fc.tuple(
  fc.shuffledSubarray([...HISTORY.keys()], { minLength: HISTORY.length }),
  fc.array(fc.nat({ max: HISTORY.length - 1 }), { maxLength: 3 }),
);

describe('deliveries of a repository that was renamed twice', () => {
  it('end alike in any order and however often, because nothing is decided by what came first', {
    tags: ['deep'],
    timeout: 180_000,
  }, async () => {
    const expected = await viewOf(await playAtOnce(await open(), HISTORY));
    expect(expected).toMatchObject({
      ABC1: ['acme/C 1'],
      ABC2: ['acme/C 2', 'acme/C 3', 'acme/d 5'],
      gaps: [],
    });
    const property = fc.asyncProperty(orders, async ([order, again]) => {
      const steps = [...order, ...again].flatMap((place) => [HISTORY[place] ?? expect.unreachable()]);
      expect(await viewOf(await play(await open(), steps))).toEqual(expected);
    });
    await fc.assert(property, { numRuns: depth(1, 3) });
  });
});
