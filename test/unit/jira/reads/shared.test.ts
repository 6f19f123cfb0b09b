import { afterEach, describe, expect, it } from 'vitest';
import type { Answered, Asked } from '../../../support/answering-jira.ts';
import { type Opened, openAnswering } from './open.ts';

let opened: Opened | null = null;

afterEach(() => opened?.jira.close());

const open = async (
  answer: (asked: Asked) => Answered,
  kind: 'cloud' | 'data-center' = 'cloud',
): Promise<Opened> => {
  opened = await openAnswering(kind, answer);
  return opened;
};

const SAYS_GONE = {
  errorMessages: ['Issue does not exist or you do not have permission to see it.'],
  errors: {},
};

describe('one issue', () => {
  it('is read in version 2 without what has events of its own, and may have moved', async () => {
    const issue = { id: '10001', key: 'NEW-1', fields: { summary: 's' }, extra: [1] };
    const { reads, asked } = await open(() => ({ value: issue }));
    expect(await reads.readIssue('OLD-1')).toMatchObject({ look: { read: 'id', issue } });
    expect(asked()[0]?.path).toBe('/rest/api/2/issue/OLD-1');
    expect(asked()[0]?.query.get('fields')).toBe('*all,-comment,-worklog,-attachment');
  });

  it('is gone when Jira itself says so', async () => {
    const { reads } = await open(() => ({ status: 404, value: SAYS_GONE }));
    expect(await reads.readIssue('10001')).toEqual({ gone: true });
  });

  it.each<[string, Answered]>([
    ['a page', { status: 404, headers: { 'content-type': 'text/html' }, text: JSON.stringify(SAYS_GONE) }],
    ['nothing', { status: 404, text: '' }],
    ['a gateway', { status: 404, value: { code: 404, message: 'Not Found' } }],
    ['a site that is away', { status: 404, value: { errorMessage: 'Site temporarily unavailable' } }],
    ['no reason', { status: 404, value: { errorMessages: [], errors: {} } }],
    ['a number', { status: 404, value: 404 }],
  ])('is not gone when %s says 404, because that says nothing about it', async (_, answer) => {
    const { reads } = await open(() => answer);
    await expect(reads.readIssue('10001')).rejects.toMatchObject({ fault: 'missing' });
  });

  it.each<[Answered, string]>([
    [{ status: 410, value: SAYS_GONE }, 'removed'],
    [{ status: 200, value: null }, 'unknown_shape'],
    [{ status: 200, value: [] }, 'unknown_shape'],
    [{ status: 404, value: SAYS_GONE, headers: { 'x-seraph-loginreason': 'AUTHENTICATED_FAILED' } }, 'login'],
    [{ status: 200, value: {}, headers: { 'x-seraph-loginreason': 'AUTHENTICATION_DENIED' } }, 'login'],
  ])('is not gone by %j', async (answer, fault) => {
    const { reads } = await open(() => answer);
    await expect(reads.readIssue('10001')).rejects.toMatchObject({ fault });
  });

  it('is believed when the login was taken at the second try', async () => {
    const headers = { 'x-seraph-loginreason': 'AUTHENTICATED_FAILED, OK' };
    const { reads } = await open(() => ({ value: { id: '1' }, headers }));
    expect(await reads.readIssue('1')).toMatchObject({ look: { issue: { id: '1' } } });
  });
});

describe('who asks, and of what', () => {
  it('knows account and groups, without a further request', async () => {
    const { reads, asked } = await open(() => ({}));
    expect(await reads.account()).toEqual({ id: '5b10:ac', groups: ['admins', 'users'] });
    expect(reads.deployment.kind).toBe('cloud');
    expect(asked()).toEqual([]);
  });

  it('knows no groups where Jira names only some of them', async () => {
    const { reads } = await open(() => ({}), 'data-center');
    expect(await reads.account()).toEqual({ id: 'JIRAUSER100', groups: null });
  });

  it('keeps of a field its id, name and type', async () => {
    const custom = 'com.pyxis.greenhopper.jira:gh-lexo-rank';
    const { reads } = await open(() => ({
      value: [
        { id: 'issuekey', name: 'Key', custom: false },
        { id: 'customfield_1', name: 'Rank', schema: { type: 'any', custom, customId: 1 } },
        { id: 'labels', name: 'Labels', schema: { type: 'array', items: 'string', system: 'labels' } },
      ],
    }));
    expect(await reads.fieldNames()).toEqual([
      { id: 'issuekey', name: 'Key', type: null, items: null, custom: null },
      { id: 'customfield_1', name: 'Rank', type: 'any', items: null, custom },
      { id: 'labels', name: 'Labels', type: 'array', items: 'string', custom: null },
    ]);
  });
});
