import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hideAddresses, toCommit, withoutAddresses } from '../../../../src/cli/commits/log.ts';

const SHA = '9dca887603f6a5d7f9f0a1b8b4ac6a2b8e9b0c1d';
const NOON = '2026-03-02T12:00:00-07:00';

const messageOf = (message: string): string =>
  toCommit([SHA, NOON, '1772478000', 'Ada', message], null).message;

const timeOf = (iso: string, seconds: string): string | null =>
  toCommit([SHA, iso, seconds, 'Ada', ''], null).committed_at;

describe('a commit of the log', () => {
  it('is sent with these keys in this order, because equal commits must be equal bytes', () => {
    const commit = toCommit([SHA, NOON, '1772478000', 'Ada', 'ABC-1 Add it\n'], 'main');
    expect(JSON.stringify(commit)).toBe(
      `{"sha":"${SHA}","message":"ABC-1 Add it","author":"Ada","committed_at":"${NOON}","branch":"main"}`,
    );
  });

  it('has no branch where none is checked out', () => {
    expect(toCommit([SHA, NOON, '1772478000', 'Ada', ''], null)).not.toHaveProperty('branch');
  });
});

describe('what git left out of a commit', () => {
  it('is empty, and its time null, because one broken commit must not cost its batch', () => {
    expect(toCommit([], null)).toEqual({
      sha: '',
      message: '',
      author: '',
      committed_at: null,
    });
  });
});

describe('its message', () => {
  it('keeps lines, trailers and every script, without the line ends at its end', () => {
    expect(messageOf('ABC-1 Größe\n\n日本語 🦊\r\nRefs: ABC-2\n\n')).toBe(
      'ABC-1 Größe\n\n日本語 🦊\r\nRefs: ABC-2',
    );
  });

  it('may be empty, because git allows that', () => {
    expect(messageOf('')).toBe('');
  });

  it('is cut after 100,000 characters, because a body has a limit', () => {
    expect(messageOf(`ABC-1 ${'x'.repeat(200_000)}`)).toBe(`ABC-1 ${'x'.repeat(99_994)}`);
  });

  it('is not cut through a character, because half of one is no text', () => {
    expect(messageOf(`${'x'.repeat(99_999)}🦊`)).toBe('x'.repeat(99_999));
  });

  it('holds no address, and neither does the name', () => {
    const fields = [
      SHA,
      NOON,
      '1772478000',
      'Ada <ada@example.com>',
      'Do it\n\nCo-authored-by: B <b@example.com>',
    ];
    expect(JSON.stringify(toCommit(fields, null))).not.toContain('@');
  });
});

describe('its time', () => {
  it('is what git says, with the offset', () => {
    expect(timeOf('2026-03-02T09:00:00-07:00', '1772467200')).toBe('2026-03-02T09:00:00-07:00');
  });

  it('has one form for UTC, because newer gits write Z where older ones write +00:00', () => {
    expect(timeOf('2026-03-02T16:00:00Z', '1772467200')).toBe('2026-03-02T16:00:00+00:00');
    expect(timeOf('2026-03-02T16:00:00+00:00', '1772467200')).toBe('2026-03-02T16:00:00+00:00');
  });

  it.each([
    ['1970-01-22T14:01:40+518:00', '100', '1970-01-01T00:01:40.000Z'],
    ['2017-07-13T01:40:00-25:00', '1500000000', '2017-07-14T02:40:00.000Z'],
    ['10000-01-01T00:00:00+00:00', '253402300800', null],
    ['%cI', '', null],
  ])(
    'is taken from the seconds, else unknown, where the receiver could not read %s',
    (iso, seconds, sent) => {
      expect(timeOf(iso, seconds)).toBe(sent);
    },
  );
});

describe('a message', () => {
  it.each([
    ['Signed-off-by: Ada Example <ada@example.com>', 'Signed-off-by: Ada Example [address]'],
    ['Reported-by: root <root@localhost>', 'Reported-by: root [address]'],
    ['ask ada.b+c@sub.example.co.uk.', 'ask [address].'],
    ['mailto:jörg@exämple.de', 'mailto:[address]'],
    ['ABC-1:ada@example.com,bob@example.com', 'ABC-1:[address],[address]'],
    ['git@github.com:acme/ABC-1.git', '[address]:acme/ABC-1.git'],
  ])('loses the address in %j, because nobody asked its owner', (before, after) => {
    expect(withoutAddresses(before)).toBe(after);
  });

  it.each(['Bump @babel/core@7.1.0 for ABC-1', 'main@{upstream}', '@ada ABC-2 @ noon', 'a@b', 'x < y@z'])(
    'keeps %j, because that is no address',
    (message) => {
      expect(withoutAddresses(message)).toBe(message);
    },
  );

  it('loses every plain address, wherever it stands', () => {
    const around = fc.stringMatching(/^[\w ,:\n-]{0,20}$/);
    fc.assert(
      fc.property(around, fc.emailAddress(), around, (before, address, after) => {
        fc.pre(/^[\w.%+'-]{1,64}@([a-z\d-]{1,63}\.){1,8}[a-z]{2,24}$/.test(address));
        const cleaned = withoutAddresses(`${before} ${address} ${after}`);
        expect(cleaned).not.toContain('@');
        expect(cleaned.startsWith(before)).toBe(true);
        expect(cleaned.endsWith(after)).toBe(true);
      }),
    );
  });

  it.each(['a', 'a@', 'a.', 'a@a.', '<', '<a', '<a@'])(
    'of nothing but %j is read in no time, because one commit must not hold up a run',
    (part) => {
      const long = part.repeat(300_000 / part.length);
      expect(withoutAddresses(long)).toHaveLength(300_000);
    },
    20_000,
  );
});

describe("an author's name", () => {
  it('that is an address becomes the hash of it, as everywhere in our data', () => {
    expect(hideAddresses('ada@example.com')).toBe(
      'sha256:b5fc85e55755f9e0d030a10ab4429b6b2944855f9a0d60077fe832becbc41d72',
    );
  });

  it('that holds one loses it', () => {
    expect(hideAddresses('Ada (ada@example.com)')).toBe('Ada ([address])');
  });

  it.each(['Ada Example', 'release@2', 'Zoë 🦊', ''])('is sent as it is: %j', (name) => {
    expect(hideAddresses(name)).toBe(name);
  });
});
