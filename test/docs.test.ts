import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import packageFile from '../package.json' with { type: 'json' };
import { docBlocks, replaceBlock } from '../src/cli/shared/doc-blocks.ts';
import { DAY_SHARDS } from '../src/contract/table.ts';
import { ROUTES } from '../src/http/routes.ts';
import { REQUEST_BUDGET_MS } from '../src/platform/deadline.ts';
import { createDynamoDb } from '../src/platform/dynamodb.ts';
import { aliasKey, dayPartitions, eventKey, snapshotKey } from '../src/store/keys.ts';
import {
  brokenLinks,
  codeBlocks,
  inlineCode,
  linkCount,
  page,
  pages,
  tableRows,
} from './support/markdown.ts';
import { operations } from './support/openapi.ts';
import { toolPath } from './support/tool-path.ts';

const PROJECT = join(import.meta.dirname, '..');
const README = page('README.md');
const ARCHITECTURE = page('docs/architecture.md');
const scripts: Record<string, string> = packageFile.scripts;

const allCode = pages.flatMap(({ file, text }) =>
  [...inlineCode(text), ...codeBlocks(text, 'bash')].map((code) => ({ file, code })),
);

describe('commands in the documentation', () => {
  const named = allCode.flatMap(({ file, code }) =>
    [...code.matchAll(/npm (?:run (?:--silent )?([\w:]+)|(start|test))/g)].map((match) => ({
      file,
      script: match[1] ?? match[2] ?? '',
    })),
  );

  it('exist in package.json, because people paste them', () => {
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter(({ script }) => !(script in scripts))).toEqual([]);
  });

  it('have files to run, because a script may outlive its file', () => {
    const files = Object.values(scripts).flatMap((script) => /^node (\S+)/.exec(script)?.[1] ?? []);
    expect(files.filter((file) => !existsSync(join(PROJECT, file)))).toEqual([]);
  });

  it('have a line each in the table of the README, because what is not listed is not found', () => {
    const listed = tableRows(README, 'command').map(
      ([command]) => /npm (?:run )?(\w+)/.exec(command ?? '')?.[1],
    );
    const commands = ['start', 'demo', 'deliver', 'replay', 'event', 'erase', 'invoke', 'build', 'bench'];
    expect(listed).toEqual(commands);
  });

  const flagged = allCode.flatMap(({ code }) =>
    [...code.matchAll(/npm run (?:--silent )?(\w+) -- (.+)/g)].flatMap((match) =>
      [...(match[2] ?? '').matchAll(/--[a-z-]+/g)].map(([flag]) => ({ script: match[1] ?? '', flag })),
    ),
  );
  const scriptsWithFlags = [...new Set(flagged.map(({ script }) => script))];

  it('are shown with flags somewhere, because a check of nothing passes', () => {
    expect(scriptsWithFlags).toEqual(expect.arrayContaining(['replay', 'event', 'erase', 'docs']));
  });

  it.each(scriptsWithFlags)('npm run %s knows the flags it is shown with', (script) => {
    const file = /^node (\S+)/.exec(scripts[script] ?? '')?.[1] ?? `no script ${script}`;
    const help = execFileSync(process.execPath, [file, '--help'], { cwd: PROJECT, encoding: 'utf8' });
    const flags = flagged.filter((one) => one.script === script).map(({ flag }) => flag);
    expect(flags.filter((flag) => !help.includes(flag))).toEqual([]);
  });
});

describe('what is made from code', () => {
  it.each(docBlocks())(
    '$file has the $name table of now, because npm run docs -- --write made it',
    (block) => {
      expect(page(block.file)).toBe(replaceBlock(page(block.file), block));
    },
  );

  it('is out of date when the code changes, because else the check above could not fail', () => {
    const block = { file: 'a page', name: 'x', content: '| new |' };
    const before = 'above\n<!-- made by npm run docs: x -->\n| old |\n<!-- end: x -->\nbelow\n';
    const after = 'above\n<!-- made by npm run docs: x -->\n| new |\n<!-- end: x -->\nbelow\n';
    expect(replaceBlock(before, block)).toBe(after);
    expect(replaceBlock(after, block)).toBe(after);
    expect(() => replaceBlock('no markers', block)).toThrow('a page has no lines');
  });

  const runDocs = (...args: string[]) =>
    spawnSync(process.execPath, ['src/cli/docs.ts', ...args], { cwd: PROJECT, encoding: 'utf8' });

  it('is checked by npm run docs -- --check, because a person wants to know before the tests', () => {
    const { status, stdout } = runDocs('--check');
    expect([status, stdout]).toEqual([
      0,
      'README.md (env): up to date\ndocs/architecture.md (indexes): up to date\n',
    ]);
  });

  it.each([
    ['nothing', []],
    ['both flags', ['--write', '--check']],
  ])('is not touched by npm run docs with %s, because that says nothing', (_, args) => {
    expect(runDocs(...args).status).toBe(2);
  });
});

describe('links and paths', () => {
  it('are found, because a check of nothing passes', () => {
    expect(linkCount).toBeGreaterThan(20);
  });

  it.each(pages)('$file links to what is there, headings included', (one) => {
    expect(brokenLinks(one)).toEqual([]);
  });

  it.each(pages)('$file names only files that are there, because code moves', ({ text }) => {
    const paths = inlineCode(text).filter((code) => /^(src|test|docs|\.ci)\/[\w./-]+$/.test(code));
    expect(paths.filter((path) => !existsSync(join(PROJECT, path)))).toEqual([]);
  });

  it('lead from the list of decisions to each of them, under its own title', () => {
    const folder = join(PROJECT, 'docs/decisions');
    const listed = readdirSync(folder)
      .filter((file) => file !== 'README.md')
      .sort()
      .map((file) => `- [${/^# (.+)$/m.exec(page(`docs/decisions/${file}`))?.[1]}](${file})`);
    expect(listed.length).toBeGreaterThanOrEqual(8);
    expect(
      page('docs/decisions/README.md')
        .split('\n')
        .filter((line) => line.startsWith('- ')),
    ).toEqual(listed);
  });
});

describe('a decision', () => {
  const decisions = pages.filter(({ file }) => /decisions\/\d{4}-/.test(file));

  it.each(decisions)(
    '$file has its parts and fits a page, because it is read by somebody in a hurry',
    ({ text }) => {
      expect(text).toMatch(
        /^# \d{4} .+\n\nStatus: (accepted|superseded by \d{4})\. Date: \d{4}-\d\d-\d\d\.\n/,
      );
      expect([...text.matchAll(/^## (.+)$/gm)].map((match) => match[1])).toEqual([
        'Context',
        'Decision',
        'Consequences',
      ]);
      expect(text.split('\n').length).toBeLessThanOrEqual(60);
    },
  );
});

describe('facts', () => {
  const source = readdirSync(join(PROJECT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(PROJECT, 'src', file), 'utf8'))
    .join('\n');

  it('name every status of a delivery and no other, because Jira acts on them', () => {
    const documented = operations.find(({ operationId }) => operationId === 'jira-webhook')?.responses ?? {};
    const statuses = tableRows(README, 'case').flatMap(([, status = '']) => status.match(/\d{3}/g) ?? []);
    expect([...new Set(statuses)].sort()).toEqual(Object.keys(documented).sort());
  });

  it('list every route to read with its parameters, because the README is the first page', () => {
    const rows = tableRows(README, 'route');
    const reading = ROUTES.filter(({ method }) => method === 'GET').map(({ path }) => `\`GET ${path}\``);
    expect(rows.map(([route]) => route).sort()).toEqual(reading.sort());
  });

  it('quote messages and alarms that the code has, because people search for them', () => {
    const quoted = tableRows(README, 'you see').flatMap(([see = '']) =>
      [...see.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''),
    );
    const ours = quoted.filter((text) => !['curl -d', 'event_id'].includes(text));
    expect(ours.length).toBeGreaterThan(8);
    expect(ours.filter((text) => !source.includes(text))).toEqual([]);
  });

  it('explain every alarm line, because it asks for a person', () => {
    const alarms = [...source.matchAll(/alarm: '([a-z-]+)'/g)].map((match) => match[1] ?? '');
    expect(alarms.length).toBeGreaterThan(3);
    expect(alarms.filter((alarm) => !README.includes(`\`${alarm}\``))).toEqual([]);
  });

  it('give the time budget of the code, because operations plan with it', async () => {
    const client = createDynamoDb({ region: 'us-east-1' });
    const timeouts = z
      .looseObject({ requestTimeout: z.number() })
      .parse(await Reflect.get(client.config.requestHandler, 'configProvider'));
    const text = ARCHITECTURE.replaceAll('\n', ' ');
    expect(text).toContain(`A request has ${REQUEST_BUDGET_MS / 1_000} s `);
    expect(text).toContain(
      `${await client.config.maxAttempts()} tries of at most ${timeouts.requestTimeout / 1_000} s each`,
    );
  });

  it('give the keys of the code, because people look into the table', () => {
    const keys = [
      snapshotKey('{tenant}', '{issue id}'),
      eventKey('{event id}'),
      aliasKey('{tenant}', '{KEY}', '{issue id}'),
    ];
    expect(tableRows(ARCHITECTURE, 'item').map(([, pk, sk]) => ({ pk, sk }))).toEqual(
      keys.map(({ pk, sk }) => ({ pk: `\`${pk}\``, sk: `\`${sk}\`` })),
    );
  });

  it('give the number of partitions of a day, because it is a cost', () => {
    expect(dayPartitions('default', '2026-11-22')).toHaveLength(DAY_SHARDS);
    expect(ARCHITECTURE).toContain(`has ${DAY_SHARDS} partitions for each day`);
    expect(ARCHITECTURE).toContain(`asks all ${DAY_SHARDS} and merges`);
  });
});

describe('code to paste', () => {
  const blocks = pages.flatMap(({ file, text }) => codeBlocks(text, 'bash').map((code) => ({ file, code })));

  it('is there, because a check of nothing passes', () => {
    expect(blocks.length).toBeGreaterThan(4);
  });

  it.each(blocks)('in $file is valid bash', ({ code }) => {
    const { status, stderr } = spawnSync('bash', ['-n'], { input: code, encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  });
});

describe('the first delivery of the README', () => {
  const folder = mkdtempSync(join(tmpdir(), 'readme-'));
  const record = join(folder, '.local/instance.json');
  let server: ChildProcess;

  const withoutSettings = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(JIRA|AWS|TABLE|ARTIFACTS|LOCAL|RC|LOG)_/.test(name)),
  );

  beforeAll(async () => {
    const file = (scripts.start ?? '').split(' ').at(-1) ?? '';
    server = spawn(process.execPath, [file, '--instance-file', record], {
      cwd: PROJECT,
      env: { ...withoutSettings, PORT: '0', ARTIFACTS_DIR: folder },
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

  const paste = (code: string) =>
    execFileSync('bash', ['-e', '-c', code], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, PATH: toolPath(), no_proxy: '127.0.0.1' },
    });
  const blocks = codeBlocks(README, 'bash').filter((code) => code.includes('instance.json'));

  it('is answered 202, then 200, and leaves an issue to read, because that is what the README promises', () => {
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
});
