import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import packageFile from '../../package.json' with { type: 'json' };
import { embeddedConfig } from '../../src/local/aws-config.ts';
import { createDocumentClient } from '../../src/platform/dynamodb.ts';
import { COMPILE_CACHE } from '../support/compile-cache.ts';
import { codeBlocks, page, tableRows } from '../support/markdown.ts';
import { toolPath } from '../support/tool-path.ts';

const PROJECT = join(import.meta.dirname, '../..');
const README = page('README.md');
const API = page('docs/api.md');
const ARCHITECTURE = page('docs/architecture.md');
const SOURCES_PAGE = page('docs/commit-sources.md');

/** Rows that only a Jira site or a rate brings about, which nothing pasted here has; and of lanes, which end with their work. */
const NOT_PASTED = /^\^(RECONCILE|ASKED|OLD|RATE|LANE|PUBLISH)#/;

/** A port that was free a moment ago. */
const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
};

/** The receiver that people paste, and what it has said so far. */
const receive = (code: string, folder: string) => {
  // Of its own group: a shell that ends does not end what it started.
  const shell = spawn('bash', ['-e', '-c', code], {
    ...{ cwd: folder, detached: true, stdio: ['ignore', 'pipe', 'inherit'] },
    env: { ...process.env, PATH: toolPath() },
  });
  let said = '';
  shell.stdout?.setEncoding('utf8').on('data', (part: string) => {
    said += part;
  });
  const stop = async (): Promise<void> => {
    const ended = once(shell, 'exit');
    process.kill(-(shell.pid ?? 0), 'SIGTERM');
    await ended;
  };
  return { said: () => said, stop };
};

describe('what the documentation has people paste', () => {
  const folder = mkdtempSync(join(tmpdir(), 'readme-'));
  const record = join(folder, '.local/instance.json');
  let server: ChildProcess;

  const SETTINGS = /^(JIRA|GITHUB|BITBUCKET|COMMITS|AWS|TABLE|ARTIFACTS|LOCAL|RC|LOG)_/;
  const withoutSettings = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !SETTINGS.test(name)),
  );

  beforeAll(async () => {
    const file = packageFile.scripts.start.split(' ').at(-1) ?? '';
    server = spawn(process.execPath, [file, '--instance-file', record], {
      cwd: PROJECT,
      env: {
        ...withoutSettings,
        ...COMPILE_CACHE,
        PORT: '0',
        ARTIFACTS_DIR: folder,
        ALLOW_PRIVATE_TARGETS: 'true',
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    while (!existsSync(record) && server.exitCode === null) await sleep(50);
  });

  afterAll(async () => {
    if (server.exitCode === null) {
      const ended = once(server, 'exit');
      server.kill('SIGTERM');
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  });

  const paste = (code: string, env: NodeJS.ProcessEnv = {}, input?: string) =>
    execFileSync('bash', ['-e', '-c', code], {
      cwd: folder,
      encoding: 'utf8',
      ...(input === undefined ? {} : { input }),
      env: { ...process.env, ...COMPILE_CACHE, ...env, PATH: toolPath(), no_proxy: '127.0.0.1' },
    });
  const instance = z.object({
    url: z.string(),
    commits_secret: z.string(),
    dynamodb_endpoint: z.string(),
    table_name: z.string(),
  });
  const readRecord = () => instance.parse(JSON.parse(readFileSync(record, 'utf8')));
  const blocks = codeBlocks(README, 'bash').filter((code) => code.includes('instance.json'));

  it('delivers an issue: 202, then 200, and it can be read, as the README promises', () => {
    const [deliver = '', read = ''] = blocks;
    expect(deliver).toContain('openssl');
    const first = paste(deliver);
    expect(first).toContain('"outcome":"applied"');
    expect(first.trimEnd().split('\n').at(-1)).toBe('202');
    const second = paste(deliver);
    expect(second).toContain('"outcome":"duplicate"');
    expect(second.trimEnd().split('\n').at(-1)).toBe('200');
    expect(JSON.parse(paste(read))).toMatchObject({ issue_key: 'DEMO-1', summary: 'A first delivery' });
  });

  const listing = z.object({ items: z.array(z.looseObject({})) });
  const answers = (code: string) =>
    paste(code)
      .trim()
      .split('\n')
      .map((line) => listing.parse(JSON.parse(line)).items);

  it('delivers two issues and commits for one, and shows the two gaps', async () => {
    const [, , deliver = '', ask = ''] = blocks;
    expect(blocks).toHaveLength(5);
    const outcomes = [...paste(deliver).matchAll(/"outcome":"(\w+)"/g)].map(([, outcome]) => outcome);
    expect(outcomes).toEqual(['applied', 'recorded']);
    await expect
      .poll(() => answers(ask), { timeout: 20_000 })
      .toMatchObject([
        [{ issue_key: 'DEMO-2' }],
        [{ message_title: 'Tidy up', candidates: [] }],
        [{ message_title: 'DEMO-1 Pay by invoice', rule: 'message' }],
      ]);
  });

  /** The same commands in the folder that has the record. */
  const ofRecord = (code: string): string =>
    code.replaceAll(
      /npm run ([\w-]+) --/g,
      `${process.execPath} ${PROJECT}/src/cli/$1.ts --instance-file ${record}`,
    );

  it('adds a second team, takes a delivery of its Jira, and shows it to that team only', () => {
    const commands = codeBlocks(README, 'bash').filter((code) => code.includes('"Retail Jira"'));
    const [readSecret = ''] = codeBlocks(README, 'bash').filter((code) => code === 'read -rs secret\n');
    // Nobody is asked.
    const [add = '', deliver = ''] = commands.map(ofRecord);
    const made = paste(add.replace('\n', ' --yes\n'));
    const [, secret = ''] = /^Secret +(\S+)$/m.exec(made) ?? [];
    expect(secret).toMatch(/^[0-9a-f]{64}$/);
    expect(paste(readSecret + deliver, {}, `${secret}\n`)).toMatch(/applied +jira:issue_created +DEMO-1 /);
    const [issues, changes] = paste(blocks[4] ?? '')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(issues).toMatchObject({ issues: [{ issue_key: 'DEMO-1', tenant_id: 'retail' }] });
    expect(changes).toMatchObject({ events: [{ event_type: 'connection-created' }] });
  });

  it('takes what a rule and a sender of one’s own send, signed with a base64 key', () => {
    const all = codeBlocks(README, 'bash').map(ofRecord);
    const [addRules = ''] = all.filter((code) => code.includes('--name Rules'));
    const [deliver = ''] = all.filter((code) => code.includes('--connection Rules'));
    const [addRelay = ''] = all.filter((code) => code.includes('--name Relay'));
    const [signed = ''] = all.filter((code) => code.includes('hexkey'));
    const [readSecret = ''] = all.filter((code) => code === 'read -rs secret\n');
    const [readBoth = ''] = all.filter((code) => code.startsWith('read -r url'));
    const rules = paste(addRules);
    expect(rules).toContain('Issue data (Jira format)');
    const [, secret = ''] = /^Secret +(\S+)$/m.exec(rules) ?? [];
    const delivered = paste(readSecret + deliver, {}, `${secret}\n`);
    expect(delivered).toMatch(/^automation-issue +202 +applied /m);
    expect(delivered).toMatch(/^automation-custom +202 +recorded /m);
    const relay = paste(addRelay);
    const [, url = ''] = /^URL +(\S+)$/m.exec(relay) ?? [];
    const [, base64 = ''] = /^Secret +(\S{43}=)$/m.exec(relay) ?? [];
    const answer = JSON.parse(paste(readBoth + signed, {}, `${url}\n${base64}\n`));
    expect(answer).toMatchObject({
      outcome: 'recorded',
      issue_key: 'DEMO-2',
      warnings: ['no issue.id', 'no issue.fields.updated'],
    });
    expect(answer.execution_id).toMatch(/^exe_/);
  });

  it('passes on the very bytes of a rule, signed with the receiver’s own key', async () => {
    const port = await freePort();
    const all = codeBlocks(README, 'bash').map((code) => ofRecord(code).replaceAll('8090', String(port)));
    const one = (part: string): string => all.find((code) => code.includes(part)) ?? '';
    const here = { INIT_CWD: folder };
    const readSecret = one('read -rs secret');
    const deliver = one('--connection "Relay in" --secret-file');
    const [list = ''] = deliver.split('\n').filter((line) => line.includes(' list '));
    const receiver = receive(one('receiver.mjs'), folder);
    try {
      await expect.poll(receiver.said, { timeout: 20_000 }).toContain('waits');
      const made = paste(one('"Relay out"'), here);
      expect(made).toMatch(/^answer +204$/m);
      const [, secret = ''] = /^Secret +(\S+)$/m.exec(made) ?? [];
      paste(readSecret + deliver, here, `${secret}\n`);
      await expect.poll(() => paste(list, here), { timeout: 20_000 }).toMatch(/ completed .* exe_/);
      const sent = readFileSync(join(PROJECT, 'src/cli/samples/automation-custom.json'), 'utf8');
      await expect.poll(receiver.said, { timeout: 20_000 }).toContain(sent);
      expect(receiver.said().match(/^verified /gm)).toHaveLength(2);
      expect(receiver.said()).not.toContain('REFUSED');
    } finally {
      await receiver.stop();
    }
  });

  it('leaves the run documents that the page of the API names', () => {
    const [, latest, summary] = tableRows(API, 'file').map(([name = '']) => name.replaceAll('`', ''));
    const lie = readdirSync(join(folder, 'artifacts/issues/wave3/jira_webhook'));
    expect(lie).toEqual(expect.arrayContaining([latest, summary]));
    expect(lie.filter((name) => /^\d{8}T\d{9}-[0-9A-Z]{26}\.json$/.test(name))).not.toEqual([]);
  });

  it('sends commits from a CI, of which a pull request names the issue', async () => {
    const [code = ''] = codeBlocks(SOURCES_PAGE, 'bash').filter((block) => block.includes('RECEIVER'));
    const { url, commits_secret } = readRecord();
    const env = { RECEIVER: url, COMMITS_WEBHOOK_SECRET: commits_secret };
    expect(paste(code, env)).toContain('"outcome":"recorded"');
    const commits = async () =>
      listing.parse(await (await fetch(`${url}/issues/DEMO-2/commits`)).json()).items;
    await expect
      .poll(commits, { timeout: 20_000 })
      .toMatchObject([{ message_title: 'Pay by bill', rule: 'pull_request_title' }]);
  });

  it('leaves rows of every kind that the architecture lists and of no other', async () => {
    const { dynamodb_endpoint, table_name } = readRecord();
    const client = createDocumentClient(embeddedConfig(dynamodb_endpoint));
    const toPattern = (key = ''): string => key.replaceAll('`', '').replaceAll(/\{[^}]+\}/g, '.+');
    const kinds = tableRows(ARCHITECTURE, 'item').map(([kind = '', pk, sk]) => ({
      kind,
      pattern: new RegExp(`^${toPattern(pk)}\n${toPattern(sk)}$`),
    }));
    const found = async () => {
      const { Items = [] } = await client.send(new ScanCommand({ TableName: table_name }));
      const kindOf = (name: string) =>
        kinds.filter(({ pattern }) => pattern.test(name)).map(({ kind }) => kind);
      return [...new Set(Items.map(({ pk, sk }) => kindOf(`${pk}\n${sk}`).join() || `${pk} ${sk}`))].sort();
    };
    const expected = kinds.filter(({ pattern }) => !NOT_PASTED.test(pattern.source));
    await expect.poll(found, { timeout: 20_000 }).toEqual(expected.map(({ kind }) => kind).sort());
    client.destroy();
  });
});
