import { describe, expect, it } from 'vitest';
import type { Json } from '../../../../src/domain/json.ts';
import { readAutomation } from '../../../../src/senders/automation/parse.ts';
import { fullBody, NOW, normalizeBody } from './support.ts';

const ALL = {
  issuetype: { id: '10051', name: 'Incident' },
  priority: { id: '2', name: 'High' },
  labels: ['network', 'Größe'],
  customfield_10999: { requestType: { id: '31', name: 'New laptop' } },
};

const SAID = {
  issue_type: 'Incident',
  priority: 'High',
  request_type: 'New laptop',
  labels: ['network', 'Größe'],
};

const automation = (body: Json) => {
  const named = { query_event_type: null, default_event_type: null };
  const read = readAutomation(Buffer.from(JSON.stringify(body)), named, NOW);
  if (read.kind === 'refused') throw new Error(JSON.stringify(read.problem));
  return read.delivery.facts;
};

describe('what an event says of its issue to filters', () => {
  it('is there for a full issue, because subscriptions ask for it', () => {
    expect(normalizeBody(fullBody(ALL)).facts).toMatchObject(SAID);
  });

  it('is there for an issue that is not whole too, because comments bring only some fields', () => {
    const issue = { id: '10417', key: 'ORB-41', fields: ALL };
    expect(normalizeBody({ webhookEvent: 'comment_created', issue }).facts).toMatchObject(SAID);
  });

  it('is not there where nothing says it, because older events and others have no such names', () => {
    const { facts } = normalizeBody(fullBody());
    for (const name of Object.keys(SAID)) expect(facts).not.toHaveProperty(name);
  });

  it.each<[string, Json]>([
    ['issuetype', { id: '1' }],
    ['priority', ''],
    ['priority', { name: 'x'.repeat(256) }],
    ['labels', 'network'],
    ['labels', [7, '', null]],
    ['customfield_10010', 'sd/new-laptop'],
    ['customfield_10010', { requestType: [] }],
    ['requestType', { requestType: { name: 'New laptop' } }],
  ])('is not read from a %s of another shape, because a filter must not guess', (name, value) => {
    const { facts } = normalizeBody(fullBody({ [name]: value }));
    for (const said of Object.keys(SAID)) expect(facts).not.toHaveProperty(said);
  });

  it('adds nothing to what could not be read, because events look the same as before', () => {
    const issue = { id: '10417', key: 'ORB-41', fields: { issuetype: [], labels: 'a' } };
    expect(normalizeBody({ webhookEvent: 'comment_created', issue }).facts.unread_fields).toEqual([]);
  });

  it('keeps so many labels that the event still fits into an item, whatever the body holds', () => {
    const labels = Array.from({ length: 30_000 }, (_, index) => `label-${index}`);
    expect(normalizeBody(fullBody({ labels })).facts.labels).toHaveLength(500);
    const long = Array.from({ length: 500 }, (_, index) => `${index}`.padEnd(255, 'x'));
    expect(normalizeBody(fullBody({ labels: long })).facts.labels?.join('').length).toBeLessThan(20_001);
  });
});

describe('what a rule says of its issue to filters', () => {
  it('is read as in a webhook, because "Issue data" is the same', () => {
    expect(automation({ issue: { key: 'OPS-1', fields: ALL } })).toMatchObject(SAID);
    expect(automation({ key: 'OPS-1', fields: ALL })).toMatchObject(SAID);
  });

  it('may stand beside the issue, as the template for requests writes it', () => {
    const { labels, ...names } = SAID;
    expect(automation({ issue_key: 'OPS-1', ...names, labels })).toMatchObject(SAID);
  });

  it('is what the issue says where both do, because that is Jira and not the template', () => {
    const issue = { key: 'OPS-1', fields: { priority: { name: 'Low' } } };
    expect(automation({ issue, priority: 'High', request_type: '' })).toMatchObject({ priority: 'Low' });
    expect(automation({ issue, request_type: '' })).not.toHaveProperty('request_type');
  });
});
