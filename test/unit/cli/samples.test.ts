import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readInput, sampleNames } from '../../../src/cli/deliver/delivery.ts';
import type { ConnectionKind } from '../../../src/domain/source.ts';
import { readDelivery } from '../../../src/ingest/read-delivery.ts';

const SAMPLES = join(import.meta.dirname, '../../../src/cli/samples');

const textOf = (name: string): string => readFileSync(join(SAMPLES, `${name}.json`), 'utf8');

const OF_JIRA = [
  'comment-created',
  'issue-created',
  'issue-deleted',
  'issue-moved',
  'issue-updated',
  'issuelink-created',
  'server-issue-commented',
  'worklog-created',
];

/** By the kind of a connection that takes them. */
const OF_KIND: [ConnectionKind, string, string][] = [
  ['automation', 'automation-issue', 'applied DEMO-2'],
  ['automation', 'automation-root', 'applied DEMO-3'],
  ['automation', 'automation-custom', 'recorded DEMO-2'],
  ['automation', 'jsm-legacy', 'applied DEMO-4'],
  ['github', 'github-push', 'recorded push'],
  ['gitlab', 'gitlab-push', 'recorded push'],
  ['bitbucket', 'bitbucket-push', 'recorded repo:push'],
  ['bitbucket_server', 'bitbucket-server-push', 'recorded repo:refs_changed'],
  ['commits', 'commits', 'recorded commits'],
];

const OF_OTHERS = OF_KIND.map(([, name]) => name);

describe('the built-in samples', () => {
  it('are these', () => {
    expect(sampleNames()).toEqual([...OF_JIRA, ...OF_OTHERS].sort());
  });

  it.each(sampleNames())('%s is sent as it lies in its file', (name) => {
    expect(readInput(name).body.toString()).toBe(textOf(name));
  });

  it.each(sampleNames())('%s names nobody but example.com, because samples are sent anywhere', (name) => {
    const hosts = [...textOf(name).matchAll(/(?:https?:\/\/|@)([a-z0-9.-]+\.[a-z]+)/g)].map(
      (match) => match[1],
    );
    expect(hosts.filter((host) => !/(^|\.)example\.com$/.test(host ?? ''))).toEqual([]);
  });

  it.each(OF_KIND)(
    'of kind %s: %s is %s, because an admin tries a connection with it',
    (kind, name, expected) => {
      const sent = { source: kind, event_name: null };
      const read = readDelivery(sent, readInput(name).body, Date.UTC(2026, 10, 29));
      if (read.kind === 'refused') throw new Error(JSON.stringify(read.problem));
      const { facts, delivery } = read;
      expect(`${delivery?.snapshot ? 'applied' : 'recorded'} ${facts.issue_key ?? facts.event_type}`).toBe(
        expected,
      );
    },
  );

  it.each(OF_JIRA)('%s happened before it was written, because a time to come is no version', (name) => {
    const times = [...textOf(name).matchAll(/"timestamp": (\d{13})/g)].map((match) => Number(match[1]));
    expect(times).toHaveLength(1);
    expect(times[0]).toBeLessThan(Date.parse('2026-03-04T00:00:00Z'));
    const updates = [...textOf(name).matchAll(/"updated": "(\S+)"/g)].map((match) =>
      Date.parse(match[1] ?? ''),
    );
    expect(updates.filter((ms) => !(ms <= (times[0] ?? 0)))).toEqual([]);
  });
});

describe('the name of what to send', () => {
  it('is refused with the list of samples when it is nothing', () => {
    expect(() => readInput('no-such-thing')).toThrow(/neither a file nor a sample.*issue-created/);
  });

  it('is refused when it is a folder, because order and choice would be a guess', () => {
    expect(() => readInput(SAMPLES)).toThrow('is a folder');
  });
});
