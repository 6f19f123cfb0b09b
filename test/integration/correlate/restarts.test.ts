import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { readEnv } from '../../../src/contract/env.ts';
import { startInstance } from '../../../src/local/run-instance.ts';
import { correlationDraft, type Draft } from '../../property/correlation-drafts.ts';
import { placedSteps, placesOf } from '../../property/correlation-histories.ts';
import { depth, some } from '../../support/depth.ts';
import { deliveryOf, type HistoryStep } from '../../support/history-steps.ts';
import { getFrom, startServer, temporaryFolder } from '../../support/server-process.ts';
import { viewOf } from './expected-view.ts';
import { commitGaps, commitsOf, documentsIn, storyGaps } from './found.ts';
import { deliver, SECRETS } from './real-instance.ts';

/** How it is killed in each. */
const ROUNDS = some(1, ['alone', 'with its engine', 'alone', 'with its engine']);
const HISTORIES_OF_A_ROUND = depth(1, 2);
const SENDERS = 4;
const LIMIT_MS = 240_000;
/** So many rounds more, killed at once, should each of the others have handled all before it was killed. */
const MORE_ROUNDS = 4;
/** Later in each round, so that some are killed before a batch and some within one (milliseconds). */
const KILL_LATER_MS = 90;
/** Time for about ten polls. */
const SILENCE_MS = 3_000;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: { url: string; stop(): Promise<void> };

const settings = () => ({ ...SECRETS, LOCAL_DB_PATH: `${folder.path}/database` });

/** In a process of its own, which can be killed. */
const start = async () => {
  const started = await startServer(folder.path, settings());
  server = started;
  return started;
};

/** In this process, where it is stopped as a signal stops the other: that one costs a second to start. */
const startHere = async (): Promise<void> => {
  const env = readEnv({ ...settings(), PORT: '0', ARTIFACTS_DIR: folder.path });
  server = await startInstance({ env, log: pino({ level: 'silent' }) });
};

const get = (target: string) => getFrom(server.url, target);
const countDocuments = (): number => documentsIn(folder.path).length;

beforeAll(async () => {
  folder = await temporaryFolder();
});

afterEach(() => server.stop());

afterAll(() => folder.remove());

/** Histories of a round, each in projects and repositories of its own, with their numbers. */
type Round = { number: number; steps: HistoryStep[] }[];

/** How many histories were drawn: all of this file go into one table. */
let drawn = 0;

const placeNext = (draft: Draft): Round[number] => {
  drawn += 1;
  return { number: drawn, steps: placedSteps(draft, drawn).steps };
};

const drawRounds = (count: number): Round[] =>
  Array.from({ length: count }, () => fc.sample(correlationDraft, HISTORIES_OF_A_ROUND).map(placeNext));

/** Sends a round's deliveries side by side. @returns the ids of its events */
const deliverRound = async (round: Round): Promise<string[]> => {
  const ids = new Set<string>();
  const queue = round.flatMap(({ steps }) => steps).values();
  const sender = async () => {
    for (const step of queue) ids.add(await deliver(server.url, deliveryOf(step)));
  };
  await Promise.all(Array.from({ length: SENDERS }, sender));
  return [...ids];
};

const stats = z.object({ unprocessed: z.number(), failed: z.number() });

/** Waits until everything is written down as handled, and the last batch is surely over. */
const whenHandled = async (): Promise<void> => {
  for (let tried = 0; tried < 600; tried += 1) {
    const { unprocessed, failed } = stats.parse((await get('/stats')).body);
    expect(failed).toBe(0);
    if (unprocessed === 0) return sleep(500);
    await sleep(200);
  }
  throw new Error('it was never handled');
};

const checkRound = async (round: Round): Promise<void> => {
  for (const { number, steps } of round) {
    const where = `history ${number}`;
    const places = placesOf(number);
    const { issues, stories_without_commits, commits_without_issue } = viewOf(steps, places);
    for (const [id, { commits }] of Object.entries(issues))
      if ((await get(`/issues/${id}`)).status === 200)
        expect(await commitsOf(get, id), where).toEqual(commits);
    for (const project of places.projects)
      expect(await storyGaps(get, `?project=${project}`), where).toEqual(stories_without_commits[project]);
    for (const name of places.repositories)
      expect(await commitGaps(get, `?repository=${name}`), where).toEqual(commits_without_issue[name]);
  }
};

const processed = z.object({ processing: z.object({ attempts: z.number() }) });

/** How often each of these events was tried, whenever that was. */
const attemptsOf = async (ids: string[]): Promise<number[]> => {
  const attempts: number[] = [];
  for (const id of ids) attempts.push(processed.parse((await get(`/events/${id}`)).body).processing.attempts);
  return attempts;
};

describe('an instance on a file', () => {
  it('goes on where it was killed with -9, and handles once more at most what was under way', {
    tags: ['deep'],
    timeout: LIMIT_MS,
  }, async () => {
    const rounds: Round[] = [];
    const ids: string[] = [];
    let leftOver = 0;
    let running = await start();
    const play = async (how: string, killAfterMs: number): Promise<void> => {
      const [round = []] = drawRounds(1);
      rounds.push(round);
      ids.push(...(await deliverRound(round)));
      await sleep(killAfterMs);
      await running.kill({ engineToo: how === 'with its engine' });
      const documents = countDocuments();
      running = await start();
      await whenHandled();
      leftOver += countDocuments() - documents;
    };
    for (const [index, how] of ROUNDS.entries()) await play(how, index * KILL_LATER_MS);
    for (let more = 0; leftOver === 0 && more < MORE_ROUNDS; more += 1) await play('alone', 0);
    expect(leftOver).toBeGreaterThan(0);
    for (const round of rounds) await checkRound(round);
    expect(Math.max(...(await attemptsOf(ids)))).toBeLessThanOrEqual(2);
  });

  it('is followed by another one, which handles what is left and nothing twice', {
    tags: ['deep'],
    timeout: LIMIT_MS,
  }, async () => {
    // In npm test the kill above shows that what comes after a restart is handled.
    const [first = [], second = []] = drawRounds(depth(1, 2));
    await startHere();
    const ids = await deliverRound(first);
    await server.stop();
    await startHere();
    await whenHandled();
    const documents = countDocuments();
    await server.stop();
    await startHere();
    await sleep(SILENCE_MS);
    expect(countDocuments()).toBe(documents);
    ids.push(...(await deliverRound(second)));
    await whenHandled();
    expect(Math.max(...(await attemptsOf(ids)))).toBe(1);
    for (const round of [first, second]) await checkRound(round);
  });
});
