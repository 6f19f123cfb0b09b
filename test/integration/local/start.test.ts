import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { readInstance } from '../../../src/local/instance.ts';
import { commitDelivery } from '../../support/commit-deliveries.ts';
import { toolPath } from '../../support/tool-path.ts';
import { eventually, isGone, type Spawned, spawnCommand, temporaryFolder } from './processes.ts';
import { openRaw, parseAnswers } from './raw-http.ts';

const folder = temporaryFolder();
const running: Spawned[] = [];
let files = 0;

afterEach(async () => {
  for (const { child } of running) child.kill('SIGTERM');
  await Promise.all(running.splice(0).map(({ exited }) => exited));
});

const START = [process.execPath, 'src/cli/start.ts'];
const NPM_START = ['npm', 'start', '--'];

const launch = (env: Record<string, string> = {}, ownGroup = false, [command = '', ...args] = START) => {
  const file = join(folder, `instance-${files++}/instance.json`);
  const settings = { PORT: '0', ARTIFACTS_DIR: folder, ...env };
  const server = spawnCommand(command, [...args, '--instance-file', file], { env: settings, ownGroup });
  running.push(server);
  return { ...server, file };
};

/** Starts the server as `npm start` does and waits until it listens. */
const listening = async (env: Record<string, string> = {}, ownGroup = false) => {
  const server = launch(env, ownGroup);
  await server.until(/listens on (\S+)/);
  const record = JSON.parse(readFileSync(server.file, 'utf8'));
  const [engine = Number.NaN] = childrenOf(server.pid);
  return { ...server, url: String(record.url), secret: String(record.secret), record, engine };
};

const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);

const commandOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return '';
  }
};

const delivery = JSON.stringify({
  timestamp: 1_795_000_000_000,
  webhookEvent: 'jira:issue_created',
  issue: { id: '10001', key: 'ABC-1', fields: { summary: 'kept', updated: '2026-11-18T10:26:40.000+0000' } },
});

const commits = commitDelivery('commits');

const sign = (secret: string, body: string): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

const deliver = async (url: string, secret: string): Promise<Record<string, unknown>> => {
  const headers = { 'x-hub-signature': sign(secret, delivery) };
  const answer = await fetch(`${url}/webhooks/jira`, { method: 'POST', body: delivery, headers });
  const body: unknown = await answer.json();
  return { http: answer.status, ...z.record(z.string(), z.unknown()).parse(body) };
};

describe('npm start', () => {
  it('makes a secret, prints it once, and takes what is signed with it and nothing else', async () => {
    const server = await listening();
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
    expect(server.printed().split(server.secret)).toHaveLength(2);
    expect(Buffer.from(server.secret, 'base64url')).toHaveLength(32);
    expect(await deliver(server.url, server.secret)).toMatchObject({ http: 202, outcome: 'applied' });
    expect((await deliver(server.url, 'another secret')).http).toBe(401);
    expect((await fetch(`${server.url}/webhooks/jira`, { method: 'POST', body: delivery })).status).toBe(401);
  });

  it('makes a secret for commits too, prints it once, and tells it to the commands', async () => {
    const server = await listening();
    const secret = String(server.record.commits_secret);
    expect(server.printed().split(secret)).toHaveLength(2);
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    expect(secret).not.toBe(server.secret);
    const send = async (key: string): Promise<number> => {
      const headers = { 'x-hub-signature-256': sign(key, commits) };
      return (await fetch(`${server.url}/webhooks/commits`, { method: 'POST', body: commits, headers }))
        .status;
    };
    expect([await send(secret), await send(server.secret)]).toEqual([202, 401]);
    expect((await fetch(`${server.url}/webhooks/github`, { method: 'POST', body: commits })).status).toBe(
      404,
    );
  });

  it('prints a command that works when pasted, because that is the first thing people do', async () => {
    const server = await listening();
    const [, pasted = ''] = /\(paste\):\n\n(.*?)\n\n/s.exec(server.printed()) ?? [];
    const { stdout } = await promisify(execFile)('bash', ['-c', pasted], {
      env: { ...process.env, PATH: toolPath() },
    });
    expect(JSON.parse(stdout)).toMatchObject({ status: 'accepted', outcome: 'applied', issue_key: 'DEMO-1' });
    const issue = await (await fetch(`${server.url}/issues/DEMO-1`)).json();
    expect(issue).toMatchObject({ summary: 'A first delivery' });
  });

  it('prints no secret that the environment gave, because its owner has it already', async () => {
    const server = await listening({
      JIRA_WEBHOOK_SECRET: 'canary-secret-of-mine',
      COMMITS_WEBHOOK_SECRET: 'canary-secret-for-commits',
    });
    expect(server.record.commits_secret).toBe('canary-secret-for-commits');
    expect(server.printed()).not.toContain('canary-secret-for-commits');
    expect(await deliver(server.url, 'canary-secret-of-mine')).toMatchObject({ http: 202 });
    expect(server.printed()).not.toContain('canary-secret-of-mine');
    expect(server.printed()).toContain('secret="$JIRA_WEBHOOK_SECRET"');
  });

  it('tells the other commands where it is, for its owner only, and takes that back at exit', async () => {
    const server = await listening({ TABLE_NAME: 'my-table' });
    expect(statSync(server.file).mode & 0o777).toBe(0o600);
    expect(readInstance(server.file)).toMatchObject({
      pid: server.pid,
      url: server.url,
      table_name: 'my-table',
      artifacts_dir: folder,
      dynamodb_endpoint: expect.stringMatching(/^http:\/\/127\.\d+\.\d+\.\d+:\d+$/),
    });
    server.child.kill('SIGTERM');
    expect(await server.exited).toBe(0);
    expect(existsSync(server.file)).toBe(false);
  });

  it('runs twice at once, each with its own database, because nothing is shared', async () => {
    const [one, two] = await Promise.all([listening(), listening()]);
    expect(await deliver(one.url, one.secret)).toMatchObject({ http: 202 });
    expect((await fetch(`${two.url}/issues/ABC-1`)).status).toBe(404);
    expect((await deliver(two.url, one.secret)).http).toBe(401);
    one.child.kill('SIGTERM');
    expect(await one.exited).toBe(0);
    expect((await fetch(`${two.url}/health`)).status).toBe(200);
  });

  it('uses another DynamoDB when the environment names one, and starts no engine of its own', async () => {
    const first = await listening();
    const second = await listening({ AWS_ENDPOINT_URL_DYNAMODB: first.record.dynamodb_endpoint });
    expect(second.engine).toBeNaN();
    expect(await deliver(second.url, second.secret)).toMatchObject({ http: 202 });
    expect((await fetch(`${first.url}/issues/ABC-1`)).status).toBe(200);
  });

  it('writes only JSON lines to standard output when asked, because a program reads them', async () => {
    const server = launch({ RC_LOG_JSON: 'true' });
    let output = '';
    server.child.stdout?.on('data', (part) => {
      output += part;
    });
    await server.until(/listens on/);
    const { url, secret } = JSON.parse(readFileSync(server.file, 'utf8'));
    await deliver(url, secret);
    server.child.kill('SIGTERM');
    expect(await server.exited).toBe(0);
    const lines = output
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.length).toBeGreaterThanOrEqual(2);
    expect(lines[0].git_sha).toMatch(/^([0-9a-f]{40}|unknown)$/);
    expect(output).not.toContain(secret);
  });
});

describe('stopping', () => {
  /** Begins a delivery whose last bytes come only after the signal. */
  const halfSent = async (url: string, secret: string) => {
    const connection = openRaw(url);
    const head = `POST /webhooks/jira HTTP/1.1\r\nHost: localhost\r\nX-Hub-Signature: ${sign(secret, delivery)}\r\n`;
    connection.send(`${head}Content-Length: ${Buffer.byteLength(delivery)}\r\n\r\n${delivery.slice(0, 50)}`);
    await sleep(100);
    return { ...connection, finish: () => connection.send(delivery.slice(50)) };
  };

  it('finishes the delivery that is under way, stores it, ends the engine and exits 0', async () => {
    const dbPath = join(folder, 'in-flight.db');
    const server = await listening({ LOCAL_DB_PATH: dbPath });
    const request = await halfSent(server.url, server.secret);
    server.child.kill('SIGTERM');
    await server.until(/stopping/);
    request.finish();
    expect(parseAnswers(await request.closed).map(({ status }) => status)).toEqual([202]);
    expect(await server.exited).toBe(0);
    expect(isGone(server.engine)).toBe(true);
    const again = await listening({ LOCAL_DB_PATH: dbPath });
    expect((await fetch(`${again.url}/issues/ABC-1`)).status).toBe(200);
  });

  it('does the same for Ctrl-C, which reaches the whole process group, pressed again and again', async () => {
    const server = await listening({}, true);
    const request = await halfSent(server.url, server.secret);
    process.kill(-server.pid, 'SIGINT');
    await server.until(/stopping/);
    process.kill(-server.pid, 'SIGINT');
    process.kill(-server.pid, 'SIGTERM');
    expect(isGone(server.engine)).toBe(false);
    request.finish();
    expect(parseAnswers(await request.closed).map(({ status }) => status)).toEqual([202]);
    expect(await server.exited).toBe(0);
    expect(isGone(server.engine)).toBe(true);
  });

  it.each([
    ['SIGINT', true],
    ['SIGTERM', true],
    ['SIGTERM', false],
  ] as const)(
    'through npm by %s (to the whole group: %s) exits 0 and leaves nothing',
    async (signal, toGroup) => {
      const npm = launch({}, true, NPM_START);
      await npm.until(/listens on/);
      const { pid } = JSON.parse(readFileSync(npm.file, 'utf8'));
      const [engine = 0] = childrenOf(pid);
      process.kill(toGroup ? -npm.pid : npm.pid, signal);
      expect(await npm.exited).toBe(0);
      expect([isGone(pid), isGone(engine)]).toEqual([true, true]);
    },
  );

  it('works while it is still starting, because nobody waits for a prompt first', async () => {
    const server = launch({}, true);
    await eventually(() => childrenOf(server.pid).some((pid) => commandOf(pid) === 'dynoxide'));
    const [engine = 0] = childrenOf(server.pid);
    process.kill(-server.pid, 'SIGINT');
    expect(await server.exited).toBe(0);
    expect(isGone(engine)).toBe(true);
  });

  it('says so and exits 1 when the engine dies, because nothing can be stored any more', async () => {
    const server = await listening();
    process.kill(server.engine, 'SIGKILL');
    expect(await server.exited).toBe(1);
    expect(server.printed()).toContain('The embedded DynamoDB ended by itself (signal SIGKILL)');
    expect(existsSync(server.file)).toBe(false);
  });
});

describe('after kill -9', () => {
  it('starts again on the same LOCAL_DB_PATH and port, and what was acknowledged is there', async () => {
    const env = { LOCAL_DB_PATH: join(folder, 'killed-server.db'), JIRA_WEBHOOK_SECRET: 's' };
    const first = await listening(env);
    expect(await deliver(first.url, 's')).toMatchObject({ http: 202 });
    first.child.kill('SIGKILL');
    await first.exited;
    expect(readInstance(first.file)).toBeNull();
    const second = await listening({ ...env, PORT: new URL(first.url).port });
    expect(isGone(first.engine)).toBe(true);
    expect(await deliver(second.url, 's')).toMatchObject({ http: 200, outcome: 'duplicate' });
    expect(await (await fetch(`${second.url}/issues/ABC-1`)).json()).toMatchObject({ summary: 'kept' });
  });
});

describe('a start that fails', () => {
  const failure = async (env: Record<string, string>) => {
    const server = launch(env);
    const code = await server.exited;
    expect(server.printed()).not.toMatch(/\n\s+at /);
    expect(existsSync(server.file)).toBe(false);
    return { code, printed: server.printed() };
  };

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
    const { code, printed } = await failure({ AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:9' });
    expect(code).toBe(1);
    expect(printed).toContain('cannot be read or made at http://127.0.0.1:9 (ECONNREFUSED)');
  });

  it('names the running instance when its database is in use', async () => {
    const dbPath = join(folder, 'in-use.db');
    const first = await listening({ LOCAL_DB_PATH: dbPath });
    const { code, printed } = await failure({ LOCAL_DB_PATH: dbPath });
    expect(code).toBe(1);
    expect(printed).toContain(`in use by a running instance (pid ${first.pid})`);
    expect((await fetch(`${first.url}/health`)).status).toBe(200);
  });

  it('explains a file that is no database', async () => {
    const dbPath = join(folder, 'text.db');
    writeFileSync(dbPath, 'this is a text of more than sixteen bytes');
    const { code, printed } = await failure({ LOCAL_DB_PATH: dbPath });
    expect(code).toBe(1);
    expect(printed).toContain('not a valid SQLite database');
  });
});
