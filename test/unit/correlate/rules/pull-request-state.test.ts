import { describe, expect, it } from 'vitest';
import {
  bodyOf,
  latestBody,
  mergePullRequests,
  toPullRequestState,
} from '../../../../src/correlate/rules/pull-request-state.ts';
import { aPullRequest } from '../../../support/commits.ts';

describe('toPullRequestState', () => {
  it('finds upper-case keys in the title and any in the branch, because a title is text like a message', () => {
    const delivered = aPullRequest({ title: 'ABC-1, not abc-2', branch: 'xyz-9/abc-3', updated_ms: 7 });
    expect(toPullRequestState(delivered)).toEqual({
      kind: 'pull_request',
      title: 'ABC-1, not abc-2',
      url: 'https://git.example.com/acme/shop/pull/12',
      updated_ms: 7,
      title_keys: ['ABC-1'],
      branch_keys: ['ABC-3', 'XYZ-9'],
    });
  });

  it('cuts a title that is no title, because a row has a limit, but not the search for keys', () => {
    const state = toPullRequestState(aPullRequest({ title: `${'x'.repeat(5000)} ABC-1` }));
    expect(state.title).toBe('x'.repeat(1000));
    expect(state.title_keys).toEqual(['ABC-1']);
  });
});

describe('mergePullRequests', () => {
  it('takes an unknown time for older than any other, because a known one is believed', () => {
    const unknown = toPullRequestState(aPullRequest({ title: 'ABC-3', updated_ms: null }));
    const known = toPullRequestState(aPullRequest({ title: 'ABC-2', updated_ms: 1 }));
    expect(mergePullRequests(unknown, known).title).toBe('ABC-2');
    expect(mergePullRequests(known, unknown).title).toBe('ABC-2');
  });

  const old = toPullRequestState(aPullRequest({ title: 'ABC-1', branch: 'abc-8', url: null, updated_ms: 1 }));
  const now = toPullRequestState(aPullRequest({ title: 'ABC-2', branch: 'abc-9', updated_ms: 2 }));

  it('shows the newest description and all branches, because a title is corrected but history is not', () => {
    const expected = {
      kind: 'pull_request',
      title: 'ABC-2',
      url: 'https://git.example.com/acme/shop/pull/12',
      updated_ms: 2,
      title_keys: ['ABC-2'],
      branch_keys: ['ABC-8', 'ABC-9'],
    };
    expect(mergePullRequests(old, now)).toEqual(expected);
    expect(mergePullRequests(now, old)).toEqual(expected);
  });

  it('goes by the time and not by the text, because a corrected title may sort before the wrong one', () => {
    const corrected = { ...old, title: 'ABC-0', title_keys: ['ABC-0'], updated_ms: 2 };
    expect(mergePullRequests(old, corrected).title).toBe('ABC-0');
    expect(mergePullRequests(corrected, old).title).toBe('ABC-0');
  });

  it('of equally new descriptions takes the same in both orders, because a clock may show one time twice', () => {
    const other = { ...old, title: 'ABC-3', title_keys: ['ABC-3'] };
    expect(mergePullRequests(old, other).title).toBe('ABC-3');
    expect(mergePullRequests(other, old).title).toBe('ABC-3');
  });

  it('counts the keys of equally new titles together, because one of them is a poorer report', () => {
    const poorer = { ...old, title: 'AB', title_keys: [] };
    expect(mergePullRequests(old, poorer)).toEqual(old);
    expect(mergePullRequests(poorer, old)).toEqual(old);
    const other = { ...old, title: 'ABC-4', title_keys: ['ABC-4'] };
    expect(mergePullRequests(old, other).title_keys).toEqual(['ABC-1', 'ABC-4']);
  });

  it('keeps the newest url that was sent, because our own format need not have one', () => {
    const named = (url: string | null, updated_ms: number) =>
      toPullRequestState(aPullRequest({ url, updated_ms }));
    const [first, renamed, silent] = [
      named('https://git.example.com/z', 1),
      named('https://git.example.com/b', 2),
      named(null, 3),
    ];
    expect(mergePullRequests(first, silent).url).toBe('https://git.example.com/z');
    expect(mergePullRequests(mergePullRequests(first, silent), renamed).url).toBe(
      'https://git.example.com/b',
    );
    expect(mergePullRequests(mergePullRequests(silent, renamed), first).url).toBe(
      'https://git.example.com/b',
    );
    expect(mergePullRequests(named('https://a.example.com', 1), first).url).toBe(first.url);
  });

  it('says so when titles of one instant name more than 50 keys, until a newer title names fewer', () => {
    const numbered = (from: number) => Array.from({ length: 30 }, (_, n) => `ABC-${100 + from + n}`);
    const about = (title_keys: string[], updated_ms: number) => ({ ...old, title_keys, updated_ms });
    const over = mergePullRequests(about(numbered(0), 1), about(numbered(30), 1));
    expect(over.title_keys).toHaveLength(50);
    expect(over.title_keys_truncated).toBe(true);
    expect(mergePullRequests(over, about(['ABC-1'], 2)).title_keys_truncated).toBeUndefined();
  });

  it('says so when branches name more than 50 keys, because then some are left out', () => {
    const states = Array.from({ length: 51 }, (_, n) =>
      toPullRequestState(aPullRequest({ branch: `abc-${100 + n}` })),
    );
    expect(states.slice(1).reduce(mergePullRequests).keys_truncated).toBeUndefined();
    expect(states.reduce(mergePullRequests).keys_truncated).toBe(true);
    expect(mergePullRequests(states.reduce(mergePullRequests), old).keys_truncated).toBe(true);
  });
});

const keysIn = (body: string): string[] | undefined => bodyOf(body, 1).body?.keys;

describe('bodyOf', () => {
  it.each([
    ['Closes ABC-1 and abc-2', ['ABC-1']],
    ['- [ABC-1](https://jira.example.com/browse/ABC-1)\r\n- XY-2', ['ABC-1', 'XY-2']],
    ['<!-- for example ABC-1 -->\nXY-2', ['XY-2']],
    ['ABC-1 <!-- a\n-- XY-2 > b\n--> ABC-3 <!-- XY-4 --> ABC-5', ['ABC-1', 'ABC-3', 'ABC-5']],
    ['ABC-1 <!-- XY-2 <!-- XY-3 --> ABC-4 --> ABC-5', ['ABC-1', 'ABC-4', 'ABC-5']],
    ['ABC-1 <!-- XY-2', ['ABC-1']],
    ['ABC-1 --> ABC-2', ['ABC-1', 'ABC-2']],
    ['', []],
  ])('finds in %j what a reader sees, because a template names keys of nobody', (body, keys) => {
    expect(keysIn(body)).toEqual(keys);
  });

  it('is nothing when none was sent, and a body without keys when it is empty', () => {
    expect(bodyOf(null, 1)).toEqual({});
    expect(bodyOf('', 1)).toEqual({ body: { keys: [], updated_ms: 1 } });
  });

  it('says when there are more than 50 keys, because nobody may believe that all were looked at', () => {
    const numbered = Array.from({ length: 51 }, (_, n) => `ABC-${n + 1}`);
    expect(bodyOf(numbered.join(' '), 1).body?.keys_truncated).toBe(true);
    expect(bodyOf(numbered.slice(1).join(' '), 1).body?.keys_truncated).toBeUndefined();
  });

  it.each(['<!--', '-->', '<!-- -->', '<!-- ABC-1 '])(
    'takes no longer than the length of a body made of %j, because nobody may stop the others with one',
    (part) => {
      const start = performance.now();
      bodyOf(part.repeat(4_000_000 / part.length), 1);
      expect(performance.now() - start).toBeLessThan(20_000);
    },
  );
});

describe('latestBody', () => {
  it.each([
    ['the newer of two', bodyOf('ABC-1', 1), bodyOf('ABC-2', 2), ['ABC-2']],
    ['a newer one without keys', bodyOf('ABC-1', 1), bodyOf('', 2), []],
    ['an older one, where the newer report tells none', bodyOf('ABC-1', 1), bodyOf(null, 2), ['ABC-1']],
    ['both of one instant', bodyOf('ABC-2', 1), bodyOf('ABC-1', 1), ['ABC-1', 'ABC-2']],
    ['none of none', {}, {}, undefined],
  ])('takes %s, because a body is corrected and nothing known is lost', (_, a, b, keys) => {
    expect(latestBody(a, b).body?.keys).toEqual(keys);
    expect(latestBody(b, a)).toEqual(latestBody(a, b));
  });
});
