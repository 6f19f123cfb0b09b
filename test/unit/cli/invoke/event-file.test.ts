import { readdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  functionFor,
  readEventFile,
  signEvent,
  sourceOf,
  wantsSignature,
} from '../../../../src/cli/invoke/event-file.ts';

const EVENTS = join(import.meta.dirname, '../../../events');

const eventOf = (name: string) => readEventFile(join(EVENTS, `${name}.json`));

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'events-'));
});

afterAll(() => rm(folder, { recursive: true }));

describe('the ready events', () => {
  it.each([
    ['get-issue', 'read'],
    ['health', 'ingest'],
    ['list-issue-events', 'read'],
    ['list-issues', 'read'],
    ['list-quarantined', 'read'],
    ['stats', 'read'],
    ['unknown-path', 'ingest'],
    ['webhook-bitbucket-push', 'ingest'],
    ['webhook-bitbucket_server-push', 'ingest'],
    ['webhook-gitlab-push', 'ingest'],
    ['webhook-commits', 'ingest'],
    ['webhook-forged', 'ingest'],
    ['webhook-github-push', 'ingest'],
    ['webhook-issue-created', 'ingest'],
    ['webhook-issue-updated-base64', 'ingest'],
    ['webhook-not-json', 'ingest'],
    ['webhook-unsigned', 'ingest'],
    ['webhook-wrong-method', 'ingest'],
  ])('%s goes to %s, as the gateway would send it', (name, expected) => {
    expect(functionFor(eventOf(name))).toBe(expected);
  });

  it.each([
    ['webhook-github-push', 'github'],
    ['webhook-bitbucket-push', 'bitbucket'],
    ['webhook-bitbucket_server-push', 'bitbucket_server'],
    ['webhook-gitlab-push', 'gitlab'],
    ['webhook-commits', 'commits'],
    ['webhook-issue-created', 'jira'],
    ['webhook-wrong-method', 'jira'],
    ['health', 'jira'],
  ])('%s is signed with the secret of %s', (name, source) => {
    expect(sourceOf(eventOf(name))).toBe(source);
  });

  it('are all in that list, because one left out would be checked by nothing', () => {
    expect(readdirSync(EVENTS)).toHaveLength(18);
  });

  it('are signed only where they ask for it, because a forged one must stay forged', () => {
    expect(
      [
        'webhook-bitbucket-push',
        'webhook-bitbucket_server-push',
        'webhook-gitlab-push',
        'webhook-commits',
        'webhook-github-push',
        'webhook-issue-created',
        'webhook-issue-updated-base64',
        'webhook-not-json',
      ]
        .map(eventOf)
        .every(wantsSignature),
    ).toBe(true);
    expect(['webhook-forged', 'webhook-unsigned', 'health'].map(eventOf).some(wantsSignature)).toBe(false);
  });
});

describe('signing an event', () => {
  const secret = "It's a Secret to Everybody";
  const signature = 'sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9';

  it('replaces the placeholder and nothing else', () => {
    const event = { ...eventOf('webhook-issue-created'), body: 'Hello World!' };
    const signed = signEvent(event, secret);
    expect(signed.headers).toEqual({ ...event.headers, 'X-Hub-Signature': signature });
    expect(signed.body).toBe('Hello World!');
  });

  it('signs the decoded bytes of a base64 body, because those are what Jira signed', () => {
    const event = { ...eventOf('webhook-issue-updated-base64'), body: 'SGVsbG8gV29ybGQh' };
    expect(signEvent(event, secret).headers['X-Hub-Signature']).toBe(signature);
  });
});

describe('an event of a sender that signs nothing', () => {
  it('gets the secret itself, because that is its token', () => {
    expect(signEvent(eventOf('webhook-gitlab-push'), 'the token').headers['X-Gitlab-Token']).toBe(
      'the token',
    );
  });
});

describe('a file that is no event', () => {
  it.each(['', 'null', '[]', '{"version":"1.0"}', '{"version":"2.0","rawPath":"/"}'])(
    'is refused as wrong usage when it holds %j',
    (text) => {
      const file = join(folder, 'event.json');
      writeFileSync(file, text);
      expect(() => readEventFile(file)).toThrow('not an API Gateway HTTP API event');
    },
  );

  it('is refused when it is not there', () => {
    expect(() => readEventFile(join(folder, 'nothing.json'))).toThrow('ENOENT');
  });
});
