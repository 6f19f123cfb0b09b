import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { startEngine } from '../../../src/local/engine.ts';
import { readInstance } from '../../../src/local/instance.ts';
import { readLocalEnv } from '../../../src/local/local-env.ts';
import { startInstance } from '../../../src/local/run-instance.ts';
import { StartError } from '../../../src/local/start-error.ts';
import { openApp } from '../../support/app.ts';
import { commitDelivery } from '../../support/commit-deliveries.ts';
import { some } from '../../support/depth.ts';
import { toolPath } from '../../support/tool-path.ts';
import { eventually, isGone, type Spawned, spawnCommand, temporaryFolder } from './processes.ts';
import { openRaw, parseAnswers } from './raw-http.ts';

const folder = temporaryFolder();
const running: Spawned[] = [];
let files = 0;

const stopAll = async (): Promise<void> => {
  for (const { child } of running) child.kill('SIGTERM');
  await Promise.all(running.splice(0).map(({ exited }) => exited));
};

const START = [process.execPath, 'src/cli/start.ts'];
const NPM_START = ['npm', 'start', '--'];

/** `ownGroup`: as a shell starts it, so that Ctrl-C reaches all of it. */
type How = { command?: string[]; ownGroup?: boolean };

const launch = (env: Record<string, string> = {}, { command = START, ownGroup = false }: How = {}) => {
  const file = join(folder, `instance-${files++}/instance.json`);
  const settings = { PORT: '0', ARTIFACTS_DIR: folder, ...env };
  const [program = '', ...args] = command;
  const server = spawnCommand(program, [...args, '--instance-file', file], { env: settings, ownGroup });
  running.push(server);
  return { ...server, file };
};

const whenListening = async (server: ReturnType<typeof launch>) => {
  await server.until(/listens on (\S+)/);
  const record = JSON.parse(readFileSync(server.file, 'utf8'));
  const [engine = Number.NaN] = childrenOf(record.pid);
  return { ...server, url: String(record.url), secret: String(record.secret), record, engine };
};

type Listening = Awaited<ReturnType<typeof whenListening>>;

/** Starts the server as `npm start` does and waits until it listens. */
const listening = (env: Record<string, string> = {}, how: How = {}): Promise<Listening> =>
  whenListening(launch(env, how));

const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);

const commandOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return '';
  }
};

/** The creation of issue ABC-n. */
const creationOf = (n: number): string =>
  JSON.stringify({
    timestamp: 1_795_000_000_000,
    webhookEvent: 'jira:issue_created',
    issue: {
      id: `1000${n}`,
      key: `ABC-${n}`,
      fields: { summary: 'kept', updated: '2026-11-18T10:26:40.000+0000' },
    },
  });

const delivery = creationOf(1);

const commits = commitDelivery('commits');

const sign = (secret: string, body: string): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

const deliver = async (url: string, secret: string, body = delivery): Promise<Record<string, unknown>> => {
  const headers = { 'x-hub-signature': sign(secret, body) };
  const answer = await fetch(`${url}/webhooks/jira`, { method: 'POST', body, headers });
  const answered: unknown = await answer.json();
  return { http: answer.status, ...z.record(z.string(), z.unknown()).parse(answered) };
};

const statusOf = async (url: string): Promise<number> => (await fetch(url)).status;

/** Starts a server that must end by itself, without a stack and without a file for the commands. */
const failure = async (env: Record<string, string>) => {
  const server = launch(env);
  const code = await server.exited;
  expect(server.printed()).not.toMatch(/\n\s+at /);
  expect(existsSync(server.file)).toBe(false);
  return { code, printed: server.printed() };
};

/** In this process; `npm start` prints the message of a `StartError` and exits 1, as where the port is taken. */
const failureHere = async (env: Record<string, string>): Promise<unknown> => {
  const settings = readLocalEnv({ PORT: '0', ARTIFACTS_DIR: folder, ...env });
  const fault = await startInstance({ env: settings, log: pino({ level: 'silent' }) }).catch((one) => one);
  expect(fault).toBeInstanceOf(StartError);
  return fault.message;
};

describe('npm start', () => {
  const SECRET = 'canary-secret-of-mine';
  const COMMITS_SECRET = 'canary-secret-for-commits';
  const settings = {
    JIRA_WEBHOOK_SECRET: SECRET,
    COMMITS_WEBHOOK_SECRET: COMMITS_SECRET,
    TABLE_NAME: 'my-table',
    LOCAL_DB_PATH: join(folder, 'killed-server.db'),
  };
  /** Nothing is set. */
  let plain: Listening;
  /** Its secrets, its table and its file are. */
  let set: Listening;

  beforeAll(async () => {
    [plain, set] = await Promise.all([listening(), listening(settings)]);
  });

  afterAll(stopAll);

  it('makes a secret, prints it once, and takes what is signed with it and nothing else', async () => {
    expect(await statusOf(`${plain.url}/health`)).toBe(200);
    expect(plain.printed().split(plain.secret)).toHaveLength(2);
    expect(Buffer.from(plain.secret, 'base64url')).toHaveLength(32);
    expect(await deliver(plain.url, plain.secret)).toMatchObject({ http: 202, outcome: 'applied' });
    expect((await deliver(plain.url, 'another secret')).http).toBe(401);
    expect((await fetch(`${plain.url}/webhooks/jira`, { method: 'POST', body: delivery })).status).toBe(401);
  });

  it('makes a secret for commits too, prints it once, and passes it to the commands', async () => {
    const secret = String(plain.record.commits_secret);
    expect(plain.printed().split(secret)).toHaveLength(2);
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    expect(secret).not.toBe(plain.secret);
    const send = async (key: string): Promise<number> => {
      const headers = { 'x-hub-signature-256': sign(key, commits) };
      return (await fetch(`${plain.url}/webhooks/commits`, { method: 'POST', body: commits, headers }))
        .status;
    };
    expect([await send(secret), await send(plain.secret)]).toEqual([202, 401]);
    expect((await fetch(`${plain.url}/webhooks/github`, { method: 'POST', body: commits })).status).toBe(404);
  });

  it('prints a command that works when pasted, because that is the first thing people do', async () => {
    const [, pasted = ''] = /\(paste\):\n\n(.*?)\n\n/s.exec(plain.printed()) ?? [];
    const { stdout } = await promisify(execFile)('bash', ['-c', pasted], {
      env: { ...process.env, PATH: toolPath() },
    });
    expect(JSON.parse(stdout)).toMatchObject({ status: 'accepted', outcome: 'applied', issue_key: 'TRY-1' });
    const issue = await (await fetch(`${plain.url}/issues/TRY-1`)).json();
    expect(issue).toMatchObject({ summary: 'A first delivery' });
  });

  it('prints no secret that the environment gave, because its owner has it already', async () => {
    expect(set.record.commits_secret).toBe(COMMITS_SECRET);
    expect(set.printed()).not.toContain(COMMITS_SECRET);
    expect(await deliver(set.url, SECRET, creationOf(4))).toMatchObject({ http: 202 });
    expect(set.printed()).not.toContain(SECRET);
    expect(set.printed()).toContain('secret="$JIRA_WEBHOOK_SECRET"');
  });

  it('runs twice at once, each with its own database, because nothing is shared', async () => {
    expect(await deliver(plain.url, plain.secret, creationOf(2))).toMatchObject({ http: 202 });
    expect(await statusOf(`${set.url}/issues/ABC-2`)).toBe(404);
    expect((await deliver(set.url, plain.secret)).http).toBe(401);
  });

  it('uses the DynamoDB that the environment names, and starts no engine of its own', async () => {
    const before = childrenOf(process.pid);
    const env = readLocalEnv({
      PORT: '0',
      ARTIFACTS_DIR: folder,
      AWS_ENDPOINT_URL_DYNAMODB: String(plain.record.dynamodb_endpoint),
    });
    const other = await startInstance({ env, log: pino({ level: 'silent' }) });
    try {
      expect(childrenOf(process.pid)).toEqual(before);
      expect(await deliver(other.url, other.secret ?? '', creationOf(3))).toMatchObject({ http: 202 });
      expect(await statusOf(`${plain.url}/issues/ABC-3`)).toBe(200);
    } finally {
      await other.stop();
    }
  });

  it('is named by another start on its file, which fails, because its database is in use', async () => {
    expect(await failureHere(settings)).toContain(`in use by a running instance (pid ${set.pid})`);
    expect(await statusOf(`${set.url}/health`)).toBe(200);
  });

  describe('again on the same file and port, after kill -9, for a program that reads its log', () => {
    let again: Listening;
    let output = '';

    beforeAll(async () => {
      expect(await deliver(set.url, SECRET)).toMatchObject({ http: 202 });
      set.child.kill('SIGKILL');
      await set.exited;
      expect(readInstance(set.file)).toBeNull();
      const server = launch({ ...settings, PORT: new URL(set.url).port, RC_LOG_JSON: 'true' });
      server.child.stdout?.on('data', (part) => {
        output += part;
      });
      again = await whenListening(server);
    });

    it('has what was acknowledged, because that was stored, and no engine of the killed one is left', async () => {
      expect(isGone(set.engine)).toBe(true);
      expect(await deliver(again.url, SECRET)).toMatchObject({ http: 200, outcome: 'duplicate' });
      expect(await (await fetch(`${again.url}/issues/ABC-1`)).json()).toMatchObject({ summary: 'kept' });
    });

    it('records where it is for the other commands, for its owner only, and removes the record at exit', async () => {
      expect(statSync(again.file).mode & 0o777).toBe(0o600);
      expect(readInstance(again.file)).toMatchObject({
        pid: again.pid,
        url: again.url,
        table_name: 'my-table',
        artifacts_dir: folder,
        dynamodb_endpoint: expect.stringMatching(/^http:\/\/127\.\d+\.\d+\.\d+:\d+$/),
      });
      again.child.kill('SIGTERM');
      expect(await again.exited).toBe(0);
      expect(existsSync(again.file)).toBe(false);
      expect(await statusOf(`${plain.url}/health`)).toBe(200);
    });

    it('wrote only JSON lines to standard output, because a program reads them', () => {
      const lines = output
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(lines.length).toBeGreaterThanOrEqual(2);
      expect(lines[0].git_sha).toMatch(/^([0-9a-f]{40}|unknown)$/);
      expect(output).not.toContain(SECRET);
      expect(again.printed()).toContain('listens on');
    });
  });

  it('says so and exits 1 when the engine dies, because nothing can be stored any more', async () => {
    process.kill(plain.engine, 'SIGKILL');
    expect(await plain.exited).toBe(1);
    expect(plain.printed()).toContain('The embedded DynamoDB stopped unexpectedly (signal SIGKILL)');
    expect(existsSync(plain.file)).toBe(false);
  });
});

describe('stopping', () => {
  afterEach(stopAll);

  /** Begins a delivery whose last bytes come only after the signal. */
  const halfSent = async (url: string, secret: string) => {
    const connection = openRaw(url);
    const head = `POST /webhooks/jira HTTP/1.1\r\nHost: localhost\r\nX-Hub-Signature: ${sign(secret, delivery)}\r\n`;
    connection.send(`${head}Content-Length: ${Buffer.byteLength(delivery)}\r\n\r\n${delivery.slice(0, 50)}`);
    await sleep(100);
    return { ...connection, finish: () => connection.send(delivery.slice(50)) };
  };

  const summaryIn = async (dbPath: string, tableName: string): Promise<unknown> => {
    const { endpoint, stop } = await startEngine({ dbPath });
    const { body } = await openApp({ endpoint, tableName }).get('/issues/ABC-1');
    await stop();
    return body.summary;
  };

  const CTRL_C = ['Ctrl-C, pressed again and again', true, ['SIGINT', 'SIGINT', 'SIGTERM']] as const;
  const SIGTERM = [
    ['SIGTERM to the whole group', true, ['SIGTERM']],
    ['SIGTERM to npm alone', false, ['SIGTERM']],
  ] as const;

  it.each([CTRL_C, ...some(1, SIGTERM)])(
    'by %s finishes the delivery that is under way, stores it, leaves nothing and exits 0',
    { tags: ['deep'] },
    async (_, toGroup, [first, ...more]) => {
      const dbPath = join(folder, `in-flight-${files}.db`);
      const npm = await listening({ LOCAL_DB_PATH: dbPath }, { command: NPM_START, ownGroup: true });
      const request = await halfSent(npm.url, npm.secret);
      const signal = (name: NodeJS.Signals) => process.kill(toGroup ? -npm.pid : npm.pid, name);
      signal(first);
      await npm.until(/stopping/);
      for (const name of more) signal(name);
      expect(isGone(npm.engine)).toBe(false);
      request.finish();
      expect(parseAnswers(await request.closed).map(({ status }) => status)).toEqual([202]);
      expect(await npm.exited).toBe(0);
      expect([isGone(npm.record.pid), isGone(npm.engine)]).toEqual([true, true]);
      expect(await summaryIn(dbPath, npm.record.table_name)).toBe('kept');
    },
  );

  it('works while it is still starting, because nobody waits for a prompt first', async () => {
    const server = launch({}, { ownGroup: true });
    await eventually(() => childrenOf(server.pid).some((pid) => commandOf(pid) === 'dynoxide'));
    const [engine = 0] = childrenOf(server.pid);
    process.kill(-server.pid, 'SIGINT');
    expect(await server.exited).toBe(0);
    expect(isGone(engine)).toBe(true);
  });
});

describe('a start that fails', () => {
  afterEach(stopAll);

  it('names the variable when the port is taken, and leaves no engine', async () => {
    const other = createServer();
    const port = await new Promise<number>((done) => {
      other.listen(0, '127.0.0.1', () => {
        const address = other.address();
        done(typeof address === 'object' && address ? address.port : 0);
      });
    });
    const dbPath = join(folder, 'port-taken.db');
    const { code, printed } = await failure({ PORT: String(port), LOCAL_DB_PATH: dbPath });
    other.close();
    expect(code).toBe(1);
    expect(printed).toContain(`Port ${port} on 127.0.0.1 is taken: set PORT to another one`);
    expect(existsSync(`${dbPath}-wal`)).toBe(false);
  });

  it('exits 2 when a variable is wrong, naming it but not its value', async () => {
    const { code, printed } = await failure({ PORT: 'canary-value' });
    expect(code).toBe(2);
    expect(printed).toContain('PORT must be a whole number from 0 to 65535');
    expect(printed).not.toContain('canary-value');
  });

  it('says that no DynamoDB answers where the environment points', async () => {
    expect(await failureHere({ AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:9' })).toContain(
      'cannot be read or created at http://127.0.0.1:9 (ECONNREFUSED)',
    );
  });

  it('explains a file that is no database', async () => {
    const dbPath = join(folder, 'text.db');
    writeFileSync(dbPath, 'this is a text of more than sixteen bytes');
    expect(await failureHere({ LOCAL_DB_PATH: dbPath })).toContain('not a valid SQLite database');
  });
});
