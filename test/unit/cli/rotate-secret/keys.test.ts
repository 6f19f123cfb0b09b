import { describe, expect, it } from 'vitest';
import { describeKeys, documentToChange } from '../../../../src/cli/rotate-secret/keys.ts';
import { describeSince, findStaged } from '../../../../src/cli/rotate-secret/rotation.ts';
import type { JsonObject } from '../../../../src/domain/json.ts';

const NOW = Date.UTC(2026, 10, 22, 12);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const version = (document: JsonObject | string, created_ms: number | null) => ({
  text: typeof document === 'string' ? document : JSON.stringify(document),
  version_id: 'a',
  created_ms,
});

const stored = (
  current: JsonObject,
  previous: JsonObject | string | null = null,
  {
    current_ms = NOW - 2 * HOUR,
    previous_ms = NOW - 90 * HOUR,
  }: { current_ms?: number | null; previous_ms?: number } = {},
) => ({
  current: version(current, current_ms),
  previous: previous === null ? null : version(previous, previous_ms),
});

describe('the document a change begins with', () => {
  const change = (...args: Parameters<typeof stored>) => documentToChange(stored(...args), 24, NOW);

  it('is the current one, where nothing hangs on AWSPREVIOUS', () => {
    const document = { jira_webhook_secret: 'new', x: 1 };
    expect(change(document)).toEqual(document);
    expect(change(document, { jira_webhook_secret: 'new' })).toEqual(document);
    expect(change(document, 'not JSON')).toEqual(document);
  });

  it('keeps what an overwrite by hand replaced, for every source, because a new version moves AWSPREVIOUS on', () => {
    const document = {
      jira_webhook_secret: 'new',
      github_webhook_secret: 'gh new',
      commits_webhook_secret: 'same',
    };
    const before = {
      jira_webhook_secret: 'old',
      github_webhook_secret: 'gh old',
      commits_webhook_secret: 'same',
    };
    expect(change(document, before)).toEqual({
      ...document,
      jira_webhook_secret_previous: 'old',
      jira_webhook_secret_previous_until: '2026-11-23T10:00:00.000Z',
      github_webhook_secret_previous: 'gh old',
      github_webhook_secret_previous_until: '2026-11-23T10:00:00.000Z',
    });
  });

  it('keeps nothing that does not verify any more', () => {
    const document = { jira_webhook_secret: 'new' };
    const before = { jira_webhook_secret: 'old' };
    expect(change(document, before, { current_ms: NOW - 24 * HOUR })).toEqual(document);
    expect(change(document, before, { current_ms: null })).toEqual(document);
  });

  it('keeps nothing beside a _previous, even an empty one, because that ends the grace of AWSPREVIOUS', () => {
    const document = { jira_webhook_secret: 'new', jira_webhook_secret_previous: '' };
    expect(change(document, { jira_webhook_secret: 'old' })).toEqual(document);
  });

  it('is not held up by another source whose keys are unusable', () => {
    const document = {
      jira_webhook_secret: 'new',
      github_webhook_secret: 'x',
      github_webhook_secret_encoding: 'rot13',
    };
    expect(change(document, { github_webhook_secret: 'y' })).toEqual(document);
  });

  it('writes a kept key in the encoding of its new place', () => {
    const base64 = { jira_webhook_secret: 'bmV3', jira_webhook_secret_encoding: 'base64' };
    expect(change(base64, { jira_webhook_secret: 'old' })).toEqual({
      ...base64,
      jira_webhook_secret_previous: 'b2xk',
      jira_webhook_secret_previous_until: '2026-11-23T10:00:00.000Z',
    });
  });

  it('refuses when a kept key cannot be written there, because it would be refused before its time', () => {
    const bytes = { github_webhook_secret: '/wA=', github_webhook_secret_encoding: 'base64' };
    expect(() => change({ github_webhook_secret: 'new' }, bytes)).toThrow(
      'The github secret before the last overwrite by hand verifies until 2026-11-23T10:00:00.000Z',
    );
  });
});

describe('the state of the keys', () => {
  const describe_ = (...args: Parameters<typeof stored>) => describeKeys(stored(...args), 'jira', 24, NOW);

  it('says which ones verify, and until when', () => {
    const document = {
      jira_webhook_secret: 'now',
      jira_webhook_secret_next: 'soon',
      jira_webhook_secret_previous: 'before',
      jira_webhook_secret_previous_until: '2026-11-23T00:00:00Z',
    };
    expect(describe_(document)).toEqual([
      ['jira_webhook_secret', 'verifies'],
      ['jira_webhook_secret_next', 'verifies'],
      ['jira_webhook_secret_previous', 'verifies until 2026-11-23T00:00:00.000Z'],
    ]);
  });

  it('says which ones do not', () => {
    const document = {
      jira_webhook_secret_next: '',
      jira_webhook_secret_previous: 'before',
      jira_webhook_secret_previous_until: '2026-11-22T11:00:00Z',
    };
    expect(describe_(document)).toEqual([
      ['jira_webhook_secret', 'missing'],
      ['jira_webhook_secret_next', 'verifies nothing: it is empty or not valid'],
      ['jira_webhook_secret_previous', 'stopped verifying at 2026-11-22T11:00:00.000Z'],
    ]);
    const endless = { jira_webhook_secret: 'x', jira_webhook_secret_previous: 'y' };
    expect(describe_(endless)[1]?.[1]).toBe(
      'verifies nothing: it is empty or not valid, or jira_webhook_secret_previous_until is missing or not an instant',
    );
  });

  it('names AWSPREVIOUS only while it verifies what nothing else does', () => {
    const before = { jira_webhook_secret: 'old' };
    expect(describe_({ jira_webhook_secret: 'new' }, before)[1]).toEqual([
      'AWSPREVIOUS',
      'verifies until 2026-11-23T10:00:00.000Z: the value before an overwrite by hand',
    ]);
    expect(describe_({ jira_webhook_secret: 'old' }, before)).toHaveLength(1);
    expect(describe_({ jira_webhook_secret: 'new' }, before, { current_ms: NOW - 25 * HOUR })).toHaveLength(
      1,
    );
  });

  it('cannot be described with an unknown encoding', () => {
    expect(() => describe_({ jira_webhook_secret: 'x', jira_webhook_secret_encoding: 'hex' })).toThrow(
      'The secret cannot be used: jira_webhook_secret_encoding must be "base64" or absent.',
    );
  });
});

describe('since when a secret is staged', () => {
  const MAIN = { jira_webhook_secret: 'main' };
  const STAGED = { ...MAIN, jira_webhook_secret_next: 'next' };
  const find = (...args: Parameters<typeof stored>) => findStaged(stored(...args), 'jira', 24);

  it('is nothing where none is staged, or what is staged verifies nothing', () => {
    expect(find(MAIN, STAGED)).toBeNull();
    expect(find({ ...MAIN, jira_webhook_secret_next: '' })).toBeNull();
  });

  it('is when the version was written, where the one before had none', () => {
    const staged = find(STAGED, MAIN, { current_ms: NOW, previous_ms: NOW - 5 * MINUTE });
    expect(staged).toEqual({ since_ms: NOW, earlier: false, sure_from_ms: NOW });
  });

  it.each([
    ['the one before is younger than 5 minutes', MAIN, NOW - 5 * MINUTE + 1],
    ['the one before had another one staged', { ...MAIN, jira_webhook_secret_next: 'other' }, NOW - HOUR],
    ['there is none before', null, NOW],
  ])(
    'is sure only 5 minutes later when %s, because a receiver may know another key by the name',
    (_why, previous, previous_ms) => {
      const staged = find(STAGED, previous, { current_ms: NOW, previous_ms });
      expect(staged).toEqual({ since_ms: NOW, earlier: false, sure_from_ms: NOW + 5 * MINUTE });
    },
  );

  it('is when the version before was written, or earlier, where that has the same one', () => {
    const staged = find(STAGED, STAGED, { current_ms: NOW, previous_ms: NOW - HOUR });
    expect(staged).toEqual({ since_ms: NOW - HOUR, earlier: true, sure_from_ms: NOW - HOUR + 5 * MINUTE });
    expect(staged && describeSince(staged)).toBe('since 2026-11-22T11:00:00.000Z or earlier');
  });

  it('is unknown where the store does not date its versions', () => {
    const staged = find(STAGED, MAIN, { current_ms: null });
    expect(staged).toEqual({ since_ms: null, earlier: false, sure_from_ms: null });
    expect(staged && describeSince(staged)).toBe('since an unknown time');
  });
});
