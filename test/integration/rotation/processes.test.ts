import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { depth } from '../../support/depth.ts';
import { startTestEngine } from '../../support/engine.ts';
import { ARN, awsEnv } from '../../support/rotation.ts';
import { type FakeSecretsManager, startSecretsManager } from '../../support/secrets-manager.ts';
import {
  deliverTo,
  RECEIVER,
  type ServerProcess,
  startServer,
  temporaryFolder,
} from '../../support/server-process.ts';
import { spawnCli } from '../cli/run-cli.ts';

const OLD = 'the secret so far';
const GARBAGE = 'nobody knows this secret';
const TABLE = 'rotated';
const RECEIVERS = depth(2, 3);
/** What correlates is most of the work: each would correlate what all of them take. */
const PROGRAM = depth<string | undefined>(RECEIVER, undefined);
const PAUSE_MS = depth(600, 1_000);
const DAY_MS = 86_400_000;
/** The command waits 60 s, in which a receiver looks for new secrets twice. All of it may run faster, by as much. */
const TIMES_FASTER = depth(10, 1);
const BEGUN_MS = Date.now();
const clock = () => BEGUN_MS + (Date.now() - BEGUN_MS) * TIMES_FASTER;
const FAST_TIME = `--import=${join(import.meta.dirname, '../../support/fast-time.ts')}`;
const FAST_CLOCK = {
  NODE_OPTIONS: FAST_TIME,
  CLOCK_FROM: String(BEGUN_MS),
  CLOCK_TIMES: String(TIMES_FASTER),
};

let owned: AsyncDisposableStack;
let fake: FakeSecretsManager;
let endpoint: string;
let servers: ServerProcess[];

beforeAll(async () => {
  owned = new AsyncDisposableStack();
  const engine = await startTestEngine();
  owned.defer(engine.stop);
  endpoint = engine.endpoint;
  fake = await startSecretsManager(ARN, clock);
  owned.defer(fake.close);
  fake.put(JSON.stringify({ jira_webhook_secret: OLD }), clock() - 2 * DAY_MS);
  const folder = await temporaryFolder();
  owned.defer(folder.remove);
  const start = async (index: number): Promise<ServerProcess> => {
    const env = {
      ...awsEnv(fake),
      JIRA_WEBHOOK_SECRET: undefined,
      JIRA_WEBHOOK_SECRET_ARN: ARN,
      AWS_ENDPOINT_URL_DYNAMODB: endpoint,
      TABLE_NAME: TABLE,
      ...FAST_CLOCK,
    };
    const server = await startServer(`${folder.path}/${index}`, env, PROGRAM);
    owned.defer(server.stop);
    return server;
  };
  // One of them makes the table.
  servers = [await start(0)];
  servers.push(...(await Promise.all(Array.from({ length: RECEIVERS - 1 }, (_, more) => start(more + 1)))));
});

afterAll(() => owned.disposeAsync());

/** Delivers to every receiver, with every secret that may be used now and with garbage, until it is stopped. */
const startStream = () => {
  const secrets = [OLD];
  const statuses = { valid: new Map<number, number>(), garbage: new Map<number, number>() };
  const stopping = new AbortController();
  let bodies = 0;
  let rounds = 0;
  const deliver = async (url: string, secret: string): Promise<void> => {
    bodies += 1;
    const body = JSON.stringify({ webhookEvent: 'sprint_started', sprint: { id: bodies } });
    const status = (await deliverTo(url, body, { secret }))?.status ?? 0;
    const counts = secret === GARBAGE ? statuses.garbage : statuses.valid;
    counts.set(status, (counts.get(status) ?? 0) + 1);
  };
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      for (const secret of [GARBAGE, ...secrets])
        await Promise.all(servers.map(({ url }) => deliver(url, secret)));
      rounds += 1;
      await sleep(PAUSE_MS);
    }
  };
  const running = run();
  return {
    secrets,
    statuses,
    /** Resolves when so many more rounds are answered. */
    rounds: async (more: number): Promise<void> => {
      for (const end = rounds + more; rounds < end; ) await sleep(PAUSE_MS);
    },
    stop: async (): Promise<void> => {
      stopping.abort();
      await running;
    },
  };
};

const rotate = (...args: string[]) =>
  spawnCli('rotate-secret', ['--source', 'jira', '--secret-id', ARN, ...args], {
    ...awsEnv(fake),
    ...FAST_CLOCK,
    SLEEP_TIMES: String(TIMES_FASTER),
  });

describe('a rotation by command, over several processes', () => {
  it('refuses not one valid delivery', { tags: ['deep'], timeout: 240_000 }, async () => {
    const stream = startStream();
    const table = ['--table', TABLE, '--endpoint', endpoint];
    await stream.rounds(2);
    const asked = performance.now();
    const begun = await rotate('begin', '--yes');
    expect(begun).toMatchObject({ code: 0, stdout: expect.stringMatching(/^[\w-]{43}\n$/) });
    expect(performance.now() - asked).toBeGreaterThan(60_000 / TIMES_FASTER);
    stream.secrets.push(begun.stdout.trim());
    await stream.rounds(4);
    const { stdout } = await rotate('status', ...table);
    expect(stdout).toContain('The new secret is in use.');
    expect(await rotate('finish', '--yes', ...table)).toMatchObject({ code: 0 });
    await stream.rounds(4);
    await stream.stop();
    const { valid, garbage } = stream.statuses;
    // A 503 only asks to come again, should this machine be too slow for once.
    expect([...valid.keys()].filter((status) => status !== 202 && status !== 503)).toEqual([]);
    expect([...garbage.keys()].filter((status) => status !== 401 && status !== 503)).toEqual([]);
    expect(valid.get(202)).toBeGreaterThan(20 * RECEIVERS);
    expect(garbage.get(401)).toBeGreaterThan(10 * RECEIVERS);
  });
});
