import { describe, expect, it } from 'vitest';
import { type CommitSource, COMMIT_SOURCES as SOURCES } from '../../../../src/domain/source.ts';
import { COMMIT_SENDERS } from '../../../../src/senders/registry.ts';
import {
  COMMIT_FIXTURES,
  commitFixture,
  parseBody,
  problemOf,
  saidBy,
} from '../../../support/commit-bodies.ts';

const parseText = (source: CommitSource, text: string) =>
  COMMIT_SENDERS[source].parse(new TextEncoder().encode(text), 'push');

describe('a body that is no JSON', () => {
  it.each(['', ' \r\n\t', '\u{feff}'])('is a 400 for the empty body %j, because it lists nothing', (text) => {
    const problem = problemOf(parseText('github', text));
    expect(problem).toMatchObject({ type: 'body-not-json', status: 400, errors: [] });
    expect(problem?.detail).toContain('empty');
    expect(problem?.detail).not.toContain('Jira');
  });

  it.each(SOURCES)('is a 400 for %s when it is cut off, because no later retry can fix it', (source) => {
    expect(problemOf(parseText(source, '{"repository":'))).toEqual({
      type: 'body-not-json',
      status: 400,
      detail: 'The body is not valid JSON.',
      errors: [],
    });
  });

  it.each(SOURCES)('is a 400 for %s when it is no UTF-8, because names would be stored wrong', (source) => {
    const parsed = COMMIT_SENDERS[source].parse(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d), 'push');
    expect(problemOf(parsed)).toMatchObject({ status: 400, detail: 'The body is not valid UTF-8.' });
  });

  it('names the content type for a form from GitHub, because only that setting makes one', () => {
    const problem = problemOf(parseText('github', 'payload=%7B%22ref%22%3A%22refs%2Fheads%2Fmain%22%7D'));
    expect(problem).toEqual({
      type: 'body-not-json',
      status: 400,
      detail: 'The body is a form. In GitHub, open the webhook and set its content type to application/json.',
      errors: [],
    });
  });

  it('does not speak of GitHub to others, because they have no such setting', () => {
    expect(problemOf(parseText('commits', 'payload=%7B%7D'))?.detail).toBe('The body is not valid JSON.');
  });
});

describe('JSON that is no object', () => {
  it.each(['[]', 'null', '1', '"push"', 'true', '[{"ref":"refs/heads/main"}]'])(
    'is a 422 for %s from every source, because a delivery is an object',
    (text) => {
      for (const source of SOURCES)
        expect(problemOf(parseText(source, text))).toEqual({
          type: 'not-a-commit-delivery',
          status: 422,
          detail: 'The body is JSON, but not a delivery of commits this service can take; see errors.',
          errors: [{ path: '', message: 'must be a JSON object' }],
        });
    },
  );
});

describe('the event header', () => {
  it('is ignored for our own format, because whoever writes that sends none', () => {
    for (const eventName of [null, '', 'push', 'x y'])
      expect(saidBy('commits', eventName, { repository: 'a/b', commits: [] })).toEqual({
        event_type: 'commits',
        nature: 'known',
        repository: { name: 'a/b', id: null, renamed: null },
        commits: [],
        pull_requests: [],
        unread_fields: [],
      });
  });
});

describe('the fixtures', () => {
  it.each(COMMIT_FIXTURES)('%s is taken, because such bodies are sent', (name, source, eventName) => {
    expect(parseBody(source, eventName, commitFixture(name)).kind).toBe('delivery');
  });
});
