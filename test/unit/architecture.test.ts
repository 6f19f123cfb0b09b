import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = join(import.meta.dirname, '../../src');

/** Each folder may import from itself and from the folders named here; nothing else. */
const ALLOWED: Record<string, string[]> = {
  domain: [],
  errors: [],
  contract: ['domain', 'errors'],
  platform: ['domain', 'errors', 'contract'],
  http: ['domain', 'errors', 'contract', 'platform'],
  verify: ['domain', 'errors', 'contract', 'platform'],
  parse: ['domain', 'errors', 'contract', 'platform'],
  normalize: ['domain', 'errors', 'contract', 'platform', 'parse'],
  store: ['domain', 'errors', 'contract', 'platform'],
  stream: ['domain', 'errors', 'contract', 'platform'],
  correlate: ['domain', 'errors', 'contract', 'platform'],
  artifact: ['domain', 'errors', 'contract', 'platform'],
  handlers: [
    ...['domain', 'errors', 'contract', 'platform'],
    ...['http', 'verify', 'parse', 'normalize', 'store', 'stream', 'correlate', 'artifact'],
  ],
  local: ['domain', 'errors', 'contract', 'platform', 'http', 'store', 'stream', 'handlers'],
  cli: [
    'domain',
    'errors',
    'contract',
    'platform',
    'http',
    'verify',
    'store',
    'artifact',
    'handlers',
    'local',
  ],
};

type Import = { file: string; from: string; to: string; typeOnly: boolean };

const importsOf = (file: string): Import[] =>
  [
    ...readFileSync(join(SRC, file), 'utf8').matchAll(
      /import\s+(type\s)?[^;]*?from\s+'(\.[^']+)'|import\('(\.[^']+)'\)/g,
    ),
  ].map((match) => {
    const target = relative(SRC, join(SRC, file, '..', match[2] ?? match[3] ?? ''));
    return {
      file,
      from: file.split('/')[0] ?? '',
      to: target.split('/')[0] ?? '',
      typeOnly: match[1] !== undefined,
    };
  });

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

/** Where requests, schedules and commands begin: from there on a tenant is a value like any other. */
const EDGES = ['cli/smoke.ts', 'handlers/deps.ts'];

describe('the tenant of the built-in sources', () => {
  it('is named only where work begins, because nothing else may assume whose rows it is about', () => {
    const naming = files.filter((file) => readFileSync(join(SRC, file), 'utf8').includes('DEFAULT_TENANT'));
    expect(naming.filter((file) => file !== 'domain/tenant.ts').sort()).toEqual(EDGES);
  });
});

describe('the direction of imports', () => {
  it('knows every folder of src, because an unlisted one would escape the rule', () => {
    expect(
      [...new Set(files.map((file) => file.split('/')[0]))].filter(
        (folder) => !(folder && folder in ALLOWED),
      ),
    ).toEqual([]);
  });

  it('points one way, because only the handlers know the order of the stages', () => {
    const wrong = files
      .flatMap(importsOf)
      .filter(({ from, to }) => from !== to && !ALLOWED[from]?.includes(to))
      .map(({ file, to }) => `${file} imports ${to}`);
    expect(wrong).toEqual([]);
  });

  it('lets normalize see only the types of parse, because it must not parse again', () => {
    const wrong = files
      .flatMap(importsOf)
      .filter(({ from, to, typeOnly }) => from === 'normalize' && to === 'parse' && !typeOnly);
    expect(wrong).toEqual([]);
  });

  it('finds imports at all, because a rule that reads nothing passes silently', () => {
    expect(files.flatMap(importsOf).length).toBeGreaterThan(20);
  });
});

const PROJECT = join(SRC, '..');

/** Relative imports of every file in a folder of the project, as paths from the project. */
const importsIn = (folder: string): { file: string; target: string }[] =>
  readdirSync(join(PROJECT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name))
    .flatMap((file) =>
      [...readFileSync(join(PROJECT, file), 'utf8').matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map(
        (match) => ({
          file,
          target: join(file, '..', match[1] ?? ''),
        }),
      ),
    );

describe('the stack and the code', () => {
  it('share src/contract and nothing else, because a stack that runs code of the functions would need their world', () => {
    const wrong = [...importsIn('lib'), ...importsIn('bin')]
      .filter(({ target }) => !/^(lib|src\/contract)\//.test(target))
      .map(({ file, target }) => `${file} imports ${target}`);
    expect(wrong).toEqual([]);
  });

  it('do not know each other the other way round, because the stack must not get into a bundle', () => {
    const wrong = importsIn('src')
      .filter(({ target }) => /^(lib|bin)\//.test(target))
      .map(({ file, target }) => `${file} imports ${target}`);
    expect(wrong).toEqual([]);
    expect(importsIn('src').length).toBeGreaterThan(100);
  });

  it('are looked at, because a rule that reads nothing passes silently', () => {
    expect(importsIn('lib').some(({ target }) => target === 'src/contract/table.ts')).toBe(true);
    expect(importsIn('bin').map(({ target }) => target)).toContain('lib/jira-webhook-sync-stack.ts');
  });
});
