import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  awsPreviousUntil,
  readSigningKeys,
  SecretDocumentError,
} from '../../../src/verify/secret-document.ts';

const RULES = { source: 'jira', graceHours: 24 };
const CREATED = Date.UTC(2026, 10, 20, 12, 0, 0);

const read = (current: unknown, previous: unknown = null, rules = RULES) =>
  readSigningKeys(
    {
      current: typeof current === 'string' ? current : JSON.stringify(current),
      createdMs: CREATED,
      previous: previous === null || typeof previous === 'string' ? previous : JSON.stringify(previous),
    },
    rules,
  ).map(({ name, key, until }) => ({ name, text: key.toString('latin1'), until }));

const MAIN = { name: 'jira_webhook_secret', text: 'main', until: null };

describe('the keys of AWSCURRENT', () => {
  it('reads the main key, because it is what Jira signs with', () => {
    expect(read({ jira_webhook_secret: 'main' })).toEqual([MAIN]);
  });

  it('reads a staged key beside it, because it verifies before it is promoted', () => {
    expect(read({ jira_webhook_secret: 'main', jira_webhook_secret_next: 'next' })).toEqual([
      MAIN,
      { name: 'jira_webhook_secret_next', text: 'next', until: null },
    ]);
  });

  it.each([
    ['2026-11-21T00:00:00Z', Date.UTC(2026, 10, 21)],
    ['2026-11-21T00:00:00.250-07:00', Date.UTC(2026, 10, 21, 7, 0, 0, 250)],
    ['2026-11-21T00:00:00+0100', Date.UTC(2026, 10, 20, 23)],
  ])('reads a previous key with the end %s, because it verifies until then', (until, ms) => {
    const document = {
      jira_webhook_secret: 'main',
      jira_webhook_secret_previous: 'old',
      jira_webhook_secret_previous_until: until,
    };
    expect(read(document)).toEqual([MAIN, { name: 'jira_webhook_secret_previous', text: 'old', until: ms }]);
  });

  it.each([undefined, null, '', 'tomorrow', '2026-11-21', '2026-13-01T00:00:00Z', 1_795_000_000, {}])(
    'leaves a previous key out when its end is %j, because a key without an end would never stop',
    (until) => {
      const document = {
        jira_webhook_secret: 'main',
        jira_webhook_secret_previous: 'old',
        jira_webhook_secret_previous_until: until,
      };
      expect(read(document)).toEqual([MAIN]);
    },
  );

  it.each([
    {},
    { jira_webhook_secret: '' },
    { jira_webhook_secret: null },
    { jira_webhook_secret: 12345 },
    { github_webhook_secret: 'x' },
  ])('has no keys in %j, because an empty or missing secret verifies nothing', (document) => {
    expect(read(document)).toEqual([]);
  });

  it('keeps a staged key although the main one is empty, because each stands for itself', () => {
    expect(read({ jira_webhook_secret: '', jira_webhook_secret_next: 'next' })).toEqual([
      { name: 'jira_webhook_secret_next', text: 'next', until: null },
    ]);
  });

  it('does not trim a key, because white space may belong to it', () => {
    expect(read({ jira_webhook_secret: ' main\n' })).toEqual([{ ...MAIN, text: ' main\n' }]);
  });

  it('reads the keys of the source it is asked for, because several sources share the secret', () => {
    const document = {
      jira_webhook_secret: 'main',
      jira_webhook_secret_encoding: 'base64',
      github_webhook_secret: 'hub',
    };
    expect(read(document, null, { source: 'github', graceHours: 24 })).toEqual([
      { name: 'github_webhook_secret', text: 'hub', until: null },
    ]);
  });

  it.each(['', 'plain text', '"text"', '[]', '[{"jira_webhook_secret":"main"}]', 'null', '42', '{"a":'])(
    'throws at %j, because what is no JSON object is our fault and not the sender’s',
    (text) => {
      expect(() => read(text)).toThrow(SecretDocumentError);
    },
  );

  it('names itself and quotes nothing when it throws, because the text is a secret', () => {
    const secret = 'whsec_do-not-log-me';
    const fault = (() => {
      try {
        return read(secret);
      } catch (error) {
        return error;
      }
    })();
    expect(fault).toMatchObject({ name: 'SecretDocumentError', message: 'the secret is not a JSON object' });
    expect(fault).not.toHaveProperty('cause');
  });
});

describe('base64 keys', () => {
  const BASE64 = { jira_webhook_secret_encoding: 'base64' };

  it('decodes all three keys, because the encoding applies to each', () => {
    const document = {
      ...BASE64,
      jira_webhook_secret: 'bWFpbg==',
      jira_webhook_secret_next: '/+8=',
      jira_webhook_secret_previous: 'b2xk',
      jira_webhook_secret_previous_until: '2026-11-21T00:00:00Z',
    };
    expect(read(document)).toEqual([
      MAIN,
      { name: 'jira_webhook_secret_next', text: '\xff\xef', until: null },
      { name: 'jira_webhook_secret_previous', text: 'old', until: Date.UTC(2026, 10, 21) },
    ]);
  });

  it.each([
    'bWFpbg',
    'bWFpbg=',
    'bWFpbh==',
    ' bWFpbg==',
    'bWFpbg==\n',
    'bWFp bg==',
    '_-8=',
    '!!!!',
    'main!',
    '====',
  ])('leaves out %j, because Node would decode it to some other key', (text) => {
    expect(read({ ...BASE64, jira_webhook_secret: text, jira_webhook_secret_next: 'bmV4dA==' })).toEqual([
      { name: 'jira_webhook_secret_next', text: 'next', until: null },
    ]);
  });

  it('takes a key that looks like base64 as text without the encoding, because it was not asked for', () => {
    expect(read({ jira_webhook_secret: 'bWFpbg==' })).toEqual([{ ...MAIN, text: 'bWFpbg==' }]);
  });

  it.each(['hex', 'BASE64', '', null, true])(
    'throws at the encoding %j, because refusing every delivery for a typing error would lose them',
    (encoding) => {
      expect(() => read({ jira_webhook_secret: 'main', jira_webhook_secret_encoding: encoding })).toThrow(
        'jira_webhook_secret_encoding must be "base64" or absent',
      );
    },
  );

  it('gives back any bytes that were encoded, and never a key it was not given', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), fc.string(), (bytes, noise) => {
        const text = Buffer.from(bytes).toString('base64');
        const decoded = read({ ...BASE64, jira_webhook_secret: text });
        const noisy = read({ ...BASE64, jira_webhook_secret: noise })[0]?.text;
        return (
          decoded[0]?.text === Buffer.from(bytes).toString('latin1') &&
          (noisy === undefined || Buffer.from(noisy, 'latin1').toString('base64') === noise)
        );
      }),
    );
  });
});

describe('AWSPREVIOUS', () => {
  const GRACE_END = Date.UTC(2026, 10, 21, 12, 0, 0);
  const OLD = { jira_webhook_secret: 'old' };

  it('verifies for the grace after CreatedDate of AWSCURRENT, because an overwrite by hand has no overlap', () => {
    expect(read({ jira_webhook_secret: 'main' }, OLD)).toEqual([
      MAIN,
      { name: 'AWSPREVIOUS', text: 'old', until: GRACE_END },
    ]);
  });

  it.each(['older', '', null])(
    'verifies nothing when AWSCURRENT has the _previous key %j, because then the keys govern',
    (managed) => {
      expect(read({ jira_webhook_secret: 'main', jira_webhook_secret_previous: managed }, OLD)).toEqual([
        MAIN,
      ]);
    },
  );

  it('verifies beside a staged key, because staging by hand writes a version too', () => {
    expect(
      read({ jira_webhook_secret: 'main', jira_webhook_secret_next: 'next' }, OLD).map((k) => k.name),
    ).toEqual(['jira_webhook_secret', 'jira_webhook_secret_next', 'AWSPREVIOUS']);
  });

  it('lends its main key only, because what was staged or previous in it is history', () => {
    const previous = {
      ...OLD,
      jira_webhook_secret_next: 'x',
      jira_webhook_secret_previous: 'y',
      jira_webhook_secret_previous_until: '2099-01-01T00:00:00Z',
    };
    expect(read({ jira_webhook_secret: 'main' }, previous).map(({ text }) => text)).toEqual(['main', 'old']);
  });

  it('is decoded by its own encoding, because the overwrite may have changed it', () => {
    const previous = { jira_webhook_secret: 'b2xk', jira_webhook_secret_encoding: 'base64' };
    expect(read({ jira_webhook_secret: 'main' }, previous)[1]?.text).toBe('old');
  });

  it.each([
    'plain text',
    '',
    '[]',
    '{}',
    '{"jira_webhook_secret":""}',
    '{"jira_webhook_secret":"b2xk","jira_webhook_secret_encoding":"hex"}',
  ])('verifies nothing when it is %j, because only AWSCURRENT must be readable', (previous) => {
    expect(read({ jira_webhook_secret: 'main' }, previous)).toEqual([MAIN]);
  });

  it('lends nothing when AWSCURRENT has no CreatedDate, because the grace would have no end', () => {
    const version = { current: '{"jira_webhook_secret":"main"}', createdMs: null };
    expect(awsPreviousUntil(version, RULES)).toBeNull();
    expect(readSigningKeys({ ...version, previous: JSON.stringify(OLD) }, RULES)).toHaveLength(1);
  });

  it('ends at once with a grace of 0 hours, because that switches it off', () => {
    const version = { current: '{}', createdMs: CREATED };
    expect(awsPreviousUntil(version, { source: 'jira', graceHours: 0 })).toBe(CREATED);
  });

  it('ends after as many hours as are set, because SECRET_GRACE_HOURS says so', () => {
    const version = { current: '{}', createdMs: CREATED };
    expect(awsPreviousUntil(version, { source: 'jira', graceHours: 36 })).toBe(
      Date.UTC(2026, 10, 22, 0, 0, 0),
    );
  });
});
