import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import packageFile from '../package.json' with { type: 'json' };
import { docBlocks, docFiles, replaceBlock } from '../src/cli/shared/doc-blocks.ts';
import { SECRET_VARIABLES } from '../src/contract/env.ts';
import { ROUTES } from '../src/contract/routes.ts';
import { BATCH_SIZE, BATCH_WINDOW_SECONDS } from '../src/contract/stream.ts';
import { DAY_SHARDS } from '../src/contract/table.ts';
import { COMMIT_SOURCES, type CommitSource } from '../src/domain/source.ts';
import { BACKOFF, MOST_CONFLICTS } from '../src/handlers/correlate/scope.ts';
import { embeddedConfig } from '../src/local/aws-config.ts';
import { REQUEST_BUDGET_MS } from '../src/platform/deadline.ts';
import { createDocumentClient, createDynamoDb } from '../src/platform/dynamodb.ts';
import {
  aliasKey,
  candidateKey,
  dayPartitions,
  eventKey,
  issueLinksKey,
  processingKey,
  refKey,
  snapshotKey,
} from '../src/store/keys.ts';
import {
  brokenLinks,
  codeBlocks,
  inlineCode,
  linkCount,
  page,
  pages,
  tableRows,
} from './support/markdown.ts';
import { openapi, operations, parametersOf } from './support/openapi.ts';
import { toolPath } from './support/tool-path.ts';

const PROJECT = join(import.meta.dirname, '..');
const README = page('README.md');
const ARCHITECTURE = page('docs/architecture.md');
const SOURCES_PAGE = page('docs/commit-sources.md');
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
    const senders = ['start', 'demo', 'deliver', 'commits', 'correlate'];
    const others = ['replay', 'event', 'erase', 'invoke', 'build', 'bench'];
    expect(listed).toEqual([...senders, ...others]);
  });

  const flagged = allCode.flatMap(({ code }) =>
    [...code.matchAll(/npm run (?:--silent )?(\w+) -- (.+)/g)].flatMap((match) =>
      [...(match[2] ?? '').matchAll(/--[a-z-]+/g)].map(([flag]) => ({ script: match[1] ?? '', flag })),
    ),
  );
  const scriptsWithFlags = [...new Set(flagged.map(({ script }) => script))];

  it('are shown with flags somewhere, because a check of nothing passes', () => {
    const some = ['commits', 'correlate', 'replay', 'event', 'erase', 'docs'];
    expect(scriptsWithFlags).toEqual(expect.arrayContaining(some));
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

  it.each(docFiles())('$file is the one of now, because others validate against it', ({ file, content }) => {
    expect(readFileSync(join(PROJECT, file), 'utf8')).toBe(content);
  });

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
      [
        'README.md (env): up to date\n',
        'docs/architecture.md (indexes): up to date\n',
        'docs/schemas/run-document.schema.json: up to date\n',
        'docs/schemas/latest-summary.schema.json: up to date\n',
      ].join(''),
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

const properties = z.looseObject({});

const listedCommits = z.looseObject({
  properties: z.looseObject({
    commits: z.looseObject({ items: z.looseObject({ properties }) }),
  }),
});

/** The header a source's signature is documented in. */
const signatureHeader = (source: CommitSource): string | undefined => {
  const found = operations.find(({ operationId }) => operationId === `${source}-webhook`);
  const [scheme = ''] = Object.keys(found?.security[0] ?? {});
  return openapi.components.securitySchemes[scheme]?.name;
};

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

  it.each(COMMIT_SOURCES)('name every status of a delivery of %s and no other', (source) => {
    const rows = tableRows(SOURCES_PAGE, 'answer');
    const statuses = rows.flatMap(([, status = '']) => status.match(/\d{3}/g) ?? []);
    const documented = operations.find(({ operationId }) => operationId === `${source}-webhook`);
    expect([...new Set(statuses)].sort()).toEqual(Object.keys(documented?.responses ?? {}).sort());
  });

  it('name path, headers, key and variable of each source, because an admin copies them', () => {
    const described = COMMIT_SOURCES.map((source) => {
      const found = operations.find(({ operationId }) => operationId === `${source}-webhook`);
      const headers = found ? parametersOf(found).filter((one) => one.in === 'header') : [];
      const event = headers.find(({ schema }) => schema.minLength === 1)?.name;
      const identifier = headers.find(({ schema }) => schema.minLength === undefined)?.name;
      return [
        found?.path,
        signatureHeader(source),
        event,
        identifier,
        `${source}_webhook_secret`,
        SECRET_VARIABLES[source],
      ].map((name) => (name === undefined ? 'none' : `\`${name}\``));
    });
    expect(tableRows(SOURCES_PAGE, 'source').map(([, ...cells]) => cells)).toEqual(described);
  });

  it('name every property of our own format, because senders are written by it', () => {
    const { properties } = listedCommits.parse(openapi.components.schemas.ListedCommits);
    const named = tableRows(SOURCES_PAGE, 'property').map(([name]) => name);
    const known = ['repository', ...Object.keys(properties.commits.items.properties)];
    expect(named).toEqual(known.map((name) => `\`${name}\``));
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

  it('give the size of a batch and the tries, because operations plan with them', () => {
    const text = ARCHITECTURE.replaceAll('\n', ' ');
    expect(text).toContain(`full with ${BATCH_SIZE} records, or after ${BATCH_WINDOW_SECONDS} s`);
    expect(text).toContain(`there are ${BACKOFF.retries + 1} tries within`);
    expect(text).toContain(`is read again ${MOST_CONFLICTS} times at most`);
  });

  it('give the keys of the code, because people look into the table', () => {
    const commit = { kind: 'commit', repository: '{repository}', id: '{sha}' } as const;
    const pullRequest = { kind: 'pull_request', repository: '{repository}', id: '{id}' } as const;
    const keys = [
      snapshotKey('{tenant}', '{issue id}'),
      eventKey('{event id}'),
      aliasKey('{tenant}', '{KEY}', '{issue id}'),
      candidateKey('{tenant}', '{KEY}', commit),
      candidateKey('{tenant}', '{KEY}', pullRequest),
      refKey('{tenant}', commit),
      refKey('{tenant}', pullRequest),
      issueLinksKey('{tenant}', '{issue id}'),
      processingKey('{event id}'),
    ];
    const documented = tableRows(ARCHITECTURE, 'item').map(([, pk, sk]) => ({ pk, sk }));
    expect(documented.slice(0, keys.length)).toEqual(
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

describe('what the documentation has people paste', () => {
  const folder = mkdtempSync(join(tmpdir(), 'readme-'));
  const record = join(folder, '.local/instance.json');
  let server: ChildProcess;

  const SETTINGS = /^(JIRA|GITHUB|BITBUCKET|COMMITS|AWS|TABLE|ARTIFACTS|LOCAL|RC|LOG)_/;
  const withoutSettings = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !SETTINGS.test(name)),
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

  const paste = (code: string, env: NodeJS.ProcessEnv = {}) =>
    execFileSync('bash', ['-e', '-c', code], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, ...env, PATH: toolPath(), no_proxy: '127.0.0.1' },
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
    expect(blocks).toHaveLength(4);
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

  it('leaves the run documents that the README names', () => {
    const [, latest, summary] = tableRows(README, 'file').map(([name = '']) => name.replaceAll('`', ''));
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
    await expect.poll(found, { timeout: 20_000 }).toEqual(kinds.map(({ kind }) => kind).sort());
    client.destroy();
  });
});
