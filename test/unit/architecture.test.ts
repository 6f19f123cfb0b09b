import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMIT_SOURCES } from '../../src/domain/source.ts';

const SRC = join(import.meta.dirname, '../../src');

const BASE = ['domain', 'errors', 'contract', 'platform'];

/** Each room may import from itself and from the rooms named here; nothing else. */
const ALLOWED: Record<string, string[]> = {
  domain: [],
  errors: [],
  contract: ['domain', 'errors'],
  platform: ['domain', 'errors', 'contract'],
  http: BASE,
  verify: BASE,
  senders: BASE,
  jira: BASE,
  store: BASE,
  wiring: [...BASE, 'http', 'verify', 'jira', 'store'],
  ingest: [...BASE, 'http', 'verify', 'senders', 'store', 'wiring'],
  correlate: [...BASE, 'senders', 'store', 'wiring'],
  reconcile: [...BASE, 'http', 'senders', 'jira', 'store', 'wiring', 'ingest'],
  matching: [...BASE, 'store'],
  publish: [...BASE, 'store', 'matching', 'wiring'],
  send: [...BASE, 'verify', 'senders', 'store', 'wiring'],
  read: [...BASE, 'http', 'store', 'correlate', 'matching', 'wiring'],
  manage: [...BASE, 'http', 'verify', 'senders', 'store', 'matching', 'wiring'],
  entries: [
    ...BASE,
    'http',
    'store',
    'ingest',
    'correlate',
    'reconcile',
    'publish',
    'send',
    'read',
    'manage',
    'wiring',
  ],
  local: [
    ...BASE,
    'http',
    'store',
    'wiring',
    'ingest',
    'correlate',
    'reconcile',
    'publish',
    'send',
    'read',
    'manage',
  ],
  cli: [
    ...BASE,
    'http',
    'verify',
    'senders',
    'jira',
    'store',
    'wiring',
    'ingest',
    'correlate',
    'reconcile',
    'local',
  ],
};

/** The same within a room that has several; what lies in none of them may be used by all. */
const ALLOWED_WITHIN: Record<string, Record<string, string[]>> = {
  senders: {
    shared: [],
    jira: [],
    automation: ['jira'],
    ...Object.fromEntries(COMMIT_SOURCES.map((source) => [source, ['shared']])),
  },
  store: {
    calls: [],
    reconcile: ['calls'],
    connections: ['calls', 'events'],
    links: ['calls'],
    events: ['calls'],
    subscriptions: ['calls', 'events', 'connections'],
    executions: ['calls', 'events'],
    issues: ['calls', 'events', 'links', 'executions'],
  },
  send: { rules: [], target: ['rules'], lane: ['rules', 'target'] },
  correlate: {
    rules: [],
    documents: [],
    known: ['rules', 'documents'],
    run: ['rules', 'documents', 'known'],
  },
};

type Import = { file: string; target: string; from: string; to: string; names: string };

const importsOf = (file: string): Import[] =>
  [
    ...readFileSync(join(SRC, file), 'utf8').matchAll(
      /import\s+(?:type\s)?([^;]*?)from\s+'(\.[^']+)'|import\('(\.[^']+)'\)/g,
    ),
  ].map((match) => {
    const target = relative(SRC, join(SRC, file, '..', match[2] ?? match[3] ?? ''));
    return {
      file,
      target,
      from: file.split('/')[0] ?? '',
      to: target.split('/')[0] ?? '',
      names: match[1] ?? '',
    };
  });

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

/** Where requests, schedules and commands begin: from there on a tenant is a value like any other. */
const EDGES = ['cli/smoke.ts', 'wiring/open.ts'];

describe('the tenant of the built-in sources', () => {
  it('is named only where work begins, because nothing else may assume whose rows it is about', () => {
    const naming = files.flatMap(importsOf).filter(({ names }) => names.includes('DEFAULT_TENANT'));
    expect(naming.map(({ file }) => file).toSorted()).toEqual(EDGES);
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

  it('points one way between rooms, because what comes later in the flow may change without what comes before', () => {
    const wrong = files
      .flatMap(importsOf)
      .filter(({ from, to }) => from !== to && !ALLOWED[from]?.includes(to))
      .map(({ file, to }) => `${file} imports ${to}`);
    expect(wrong).toEqual([]);
  });

  it.each(Object.entries(ALLOWED_WITHIN))(
    'points one way within %s, because its parts are rooms too',
    (room, allowed) => {
      const partOf = (path: string): string | undefined =>
        path.split('/').length > 2 ? path.split('/')[1] : undefined;
      const within = files.flatMap(importsOf).filter(({ from, to }) => from === room && to === room);
      const wrong = within.filter(({ file, target }) => {
        const [from, to] = [partOf(file), partOf(target)];
        return from !== undefined && to !== undefined && from !== to && !allowed[from]?.includes(to);
      });
      expect(wrong.map(({ file, target }) => `${file} imports ${target}`)).toEqual([]);
      expect(within.length).toBeGreaterThan(5);
    },
  );

  it('keeps correlation and ingest apart, because they meet only in the table and its stream', () => {
    const rooms = ['ingest', 'correlate'];
    const wrong = files
      .flatMap(importsOf)
      .filter(({ from, to }) => from !== to && rooms.includes(from) && rooms.includes(to));
    expect(wrong).toEqual([]);
  });

  it('keeps correlation runs out of the read side, because it only reads what a run left', () => {
    const wrong = files
      .flatMap(importsOf)
      .filter(({ from, target }) => from === 'read' && target.startsWith('correlate/run/'));
    expect(wrong).toEqual([]);
  });

  it('shares with reconciliation how a body is read and stored and nothing else, because no route is there', () => {
    const shared = files.flatMap(importsOf).filter(({ from, to }) => from === 'reconcile' && to === 'ingest');
    expect([...new Set(shared.map(({ target }) => target))].sort()).toEqual([
      'ingest/read-delivery.ts',
      'ingest/take.ts',
    ]);
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
