import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COMMIT_SOURCES } from '../../../src/domain/source.ts';
import { SENDERS } from '../../../src/senders/registry.ts';
import { matchProof, readProof } from '../../../src/verify/schemes.ts';
import type { SigningKey } from '../../../src/verify/secret-document.ts';
import { anyText } from '../../support/any-text.ts';
import { depth } from '../../support/depth.ts';

const SECRET = "It's a Secret to Everybody";
const BODY = Buffer.from('Hello World!');

// The sha256 value is the vector Atlassian publishes; all were computed with `openssl dgst -<method> -hmac`.
const SHA256 = 'a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9';
const SHA384 =
  '3bb88d7423bd5fd7daf90dcbb0af43525632a3de63779cdc95573677fe4f299f304ccad54b16b2203163fa38615d9740';
const SHA512 =
  'bbfa6773bc306551cb4fd3b0fb0e5b65c352a188cdc4f8a3a3d54a67404605472ec97defc7610b1316f2d4906ac5454676b17fc01d64935a4fda65d20e0d4821';
const SHA1 = 'c515f330a339e006a451ec24110648f028c87a11';
const MD5 = '523d32c124d3f41f87cac387a0394c30';

const key = (name: string, secret: string | Buffer): SigningKey => ({
  name,
  key: Buffer.from(secret),
  until: null,
});

const MAIN = [key('main', SECRET)];

/** What one `X-Hub-Signature` value comes to over a body. */
const verdict = (value: string, body: Uint8Array = BODY, keys: SigningKey[] = MAIN): string | null => {
  const proof = readProof(new Map([['x-hub-signature', value]]), SENDERS.jira.scheme);
  return proof && matchProof(proof, body, keys);
};

describe('a signature value', () => {
  it.each([
    ['the vector Atlassian publishes', `sha256=${SHA256}`],
    ['sha384', `sha384=${SHA384}`],
    ['sha512', `sha512=${SHA512}`],
    ['64 bare hex digits, which mean sha256', SHA256],
    ['hex in upper case', `sha256=${SHA256.toUpperCase()}`],
    ['bare hex in mixed case', SHA256.slice(0, 32).toUpperCase() + SHA256.slice(32)],
  ])('verifies %s, because Jira may send it', (_, value) => {
    expect(verdict(value)).toBe('main');
  });

  it.each([
    ['an empty value', ''],
    ['a method in upper case', `SHA256=${SHA256}`],
    ['a method in mixed case', `Sha256=${SHA256}`],
    ['sha1', `sha1=${SHA1}`],
    ['md5', `md5=${MD5}`],
    ['the name of a prototype', `__proto__=${SHA256}`],
    ['a method with a dash', `sha-256=${SHA256}`],
    ['a method of no name', `=${SHA256}`],
    ['a method without digits', 'sha256='],
    ['two values joined', `sha256=${SHA256},sha256=${SHA256}`],
    ['two values joined with a space', `sha256=${SHA256}, sha256=${SHA256}`],
    ['a value with a second method', `sha256=sha256=${SHA256}`],
    ['leading space', ` sha256=${SHA256}`],
    ['trailing space', `sha256=${SHA256} `],
    ['a trailing newline', `sha256=${SHA256}\n`],
    ['a space after the sign', `sha256= ${SHA256}`],
    ['quotes', `"sha256=${SHA256}"`],
    ['one digit too few', `sha256=${SHA256.slice(1)}`],
    ['one digit too many', `sha256=${SHA256}0`],
    ["the right digest under another method's name", `sha512=${SHA256}`],
    ['a longer digest under sha256', `sha256=${SHA512}`],
    ['a letter that is no hex digit', `sha256=g${SHA256.slice(1)}`],
    ['full-width digits', `sha256=\uff14${SHA256.slice(1)}`],
    ['0x before the digits', `sha256=0x${SHA256.slice(2)}`],
    ['the digest in base64', 'sha256=pHccOfvpDzF8eCToPd7zyq6cs9l2whSs4fKTfhMyY8k='],
    ['96 bare digits', SHA384],
  ])('is malformed with %s, because nothing is guessed or trimmed', (_, value) => {
    expect(readProof(new Map([['x-hub-signature', value]]), SENDERS.jira.scheme)).toBeNull();
  });

  it('verifies bytes that are no text, because the raw bytes are signed', () => {
    const bytes = Buffer.from([0xff, 0xfe, 0x00, 0x01]);
    const keys = [key('binary', Buffer.from(Array.from({ length: 32 }, (_, index) => index)))];
    expect(verdict('d34adc10070524e0b567b7d217e7ab92a73ea6acc4bea67d2677f20bb8586578', bytes, keys)).toBe(
      'binary',
    );
  });

  it('verifies an empty body, because Jira signs it when the body is excluded', () => {
    expect(
      verdict('sha256=66a0c074deaa0f489ead6537e0d32f9a344b90bbeda705b6ed45ecd3b413fb40', Buffer.alloc(0)),
    ).toBe('main');
  });

  it('never throws and verifies nothing but the true digest, whatever a header holds', {
    tags: ['deep'],
  }, () => {
    const prefix = fc.constantFrom('sha256=', 'sha384=', 'sha512=', 'SHA256=', 'sha1=', '__proto__=', '');
    const digits = fc.oneof(
      fc.mixedCase(fc.constantFrom(SHA256, SHA384, SHA512)),
      fc.stringMatching(/^([0-9a-fA-F]{64}|[0-9a-fA-F]{96}|[0-9a-fA-F]{128})$/),
      anyText(),
    );
    const value = fc.oneof(
      fc.string(),
      fc.tuple(prefix, digits).map(([method, hex]) => method + hex),
    );
    const isTrue = (text: string): boolean =>
      [`sha256=${SHA256}`, SHA256, `sha384=${SHA384}`, `sha512=${SHA512}`].some(
        (form) =>
          text.startsWith(form.slice(0, form.indexOf('=') + 1)) && text.toLowerCase() === form.toLowerCase(),
      );
    fc.assert(
      fc.property(value, (text) => (verdict(text) === 'main') === isTrue(text)),
      { numRuns: depth(100, 2_000) },
    );
  });

  it('is refused after any one bit of the body changed, because every bit is signed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.nat(), (body, pick) => {
        const digest = createHmac('sha256', SECRET).update(body).digest('hex');
        const bit = pick % (body.length * 8);
        const changed = Uint8Array.from(body, (byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
        return verdict(`sha256=${digest}`, body) === 'main' && verdict(`sha256=${digest}`, changed) === null;
      }),
    );
  });

  it.each([
    ['sha256', SHA256],
    ['sha384', SHA384],
    ['sha512', SHA512],
  ])('is refused after any one bit of a %s digest changed, because all of it is compared', (method, hex) => {
    const digest = Buffer.from(hex, 'hex');
    for (let bit = 0; bit < digest.length * 8; bit += 1) {
      const changed = Buffer.from(digest);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(verdict(`${method}=${changed.toString('hex')}`)).toBeNull();
    }
  });
});

describe('which header decides', () => {
  const NAMES = [
    'x-hub-signature',
    'x-hub-signature-256',
    'x-atlassian-webhook-signature',
    'x-atlassian-signature',
    'x-jira-webhook-signature',
  ];

  it.each(NAMES)('reads %s, because some sender uses it', (name) => {
    expect(readProof(new Map([[name, `sha256=${SHA256}`]]), SENDERS.jira.scheme)).toEqual({
      method: 'sha256',
      digest: Buffer.from(SHA256, 'hex'),
    });
  });

  it.each(NAMES.slice(1).map((later, index) => [NAMES[index] ?? '', later]))(
    'lets an empty %s decide over a good %s, because the first that is present decides',
    (earlier, later) => {
      const headers = new Map([
        [later, `sha256=${SHA256}`],
        [earlier, ''],
      ]);
      expect(readProof(headers, SENDERS.jira.scheme)).toBeNull();
    },
  );

  it('lets a good first header decide over a bad later one, because the later one is never read', () => {
    const headers = new Map([
      ['x-hub-signature-256', 'sha256=00'],
      ['x-hub-signature', `sha256=${SHA256}`],
    ]);
    expect(readProof(headers, SENDERS.jira.scheme)?.digest.toString('hex')).toBe(SHA256);
  });

  it('finds none among other headers, because only these five carry a signature', () => {
    expect(
      readProof(
        new Map([
          ['authorization', `sha256=${SHA256}`],
          ['x-signature', SHA256],
        ]),
        SENDERS.jira.scheme,
      ),
    ).toBeNull();
  });
});

describe('which header of a commit source is read', () => {
  const OWN = {
    github: ['x-hub-signature-256'],
    bitbucket: ['x-hub-signature'],
    gitlab: [],
    bitbucket_server: ['x-hub-signature'],
    commits: ['x-hub-signature-256'],
  };
  const ALL = [
    'x-hub-signature',
    'x-hub-signature-256',
    'x-atlassian-webhook-signature',
    'x-atlassian-signature',
    'x-jira-webhook-signature',
  ];

  it.each(COMMIT_SOURCES)(
    'is one only for %s, or none beside its token, because it sends no other that counts',
    (source) => {
      const read = ALL.filter(
        (name) => readProof(new Map([[name, `sha256=${SHA256}`]]), SENDERS[source].scheme) !== null,
      );
      expect(read).toEqual(OWN[source]);
    },
  );

  it.each(['github', 'commits'] as const)('lets %s send a SHA-1 signature beside it', (source) => {
    const headers = new Map([
      ['x-hub-signature', `sha1=${SHA1}`],
      ['x-hub-signature-256', `sha256=${SHA256}`],
    ]);
    expect(readProof(headers, SENDERS[source].scheme)?.digest.toString('hex')).toBe(SHA256);
  });
});

describe('a token', () => {
  const SCHEME = { token: 'x-a-token' };
  const KEYS = [key('next', 'soon'), key('main', SECRET), key('empty', '')];
  const named = (token: string, keys = KEYS): string | null => {
    const proof = readProof(new Map([['x-a-token', token]]), SCHEME);
    return proof && matchProof(proof, BODY, keys);
  };

  it.each([
    ['soon', 'next'],
    [SECRET, 'main'],
  ])('%s names the key it is, because the log shows which one a sender still uses', (token, name) => {
    expect(named(token)).toBe(name);
  });

  it.each([
    ' soon',
    'soon ',
    'Soon',
    'soo',
    'soonsoon',
    'soon, soon',
    'soon\u0000',
    `sha256=${SHA256}`,
    'x'.repeat(10_000),
  ])('%j is no key, because nothing is guessed or trimmed', (token) => {
    expect(named(token)).toBeNull();
  });

  it('proves nothing when it is empty or missing, so that the store is not asked', () => {
    expect(readProof(new Map([['x-a-token', '']]), SCHEME)).toBeNull();
    expect(readProof(new Map([['x-hub-signature', `sha256=${SHA256}`]]), SCHEME)).toBeNull();
  });

  it('is the bytes of a key, because a secret may be kept in base64', () => {
    expect(named('ключ €', [key('bytes', Buffer.from('ключ €'))])).toBe('bytes');
  });

  it('verifies nothing but the very text, whatever a header holds', () => {
    fc.assert(fc.property(anyText(), (text) => (named(text) === 'main') === (text === SECRET)));
  });
});

describe('which key verifies', () => {
  const value = `sha256=${SHA256}`;

  it('names the key that matched, because the log shows which one a sender still uses', () => {
    expect(verdict(value, BODY, [key('a', 'other'), key('b', SECRET), key('c', 'more')])).toBe('b');
  });

  it('names the first of two equal keys, because a promoted key may still be staged too', () => {
    expect(verdict(value, BODY, [key('a', SECRET), key('b', SECRET)])).toBe('a');
  });

  it('tries every key although the first one matched, because the time must not reveal which', () => {
    let read = 0;
    const watched = (name: string): SigningKey => ({
      name,
      until: null,
      get key() {
        read += 1;
        return Buffer.from(SECRET);
      },
    });
    expect(verdict(value, BODY, ['a', 'b', 'c'].map(watched))).toBe('a');
    expect(read).toBe(3);
  });

  it('verifies nothing without keys, because a missing secret must refuse', () => {
    expect(verdict(value, BODY, [])).toBeNull();
  });

  it('verifies nothing with an empty key, because anybody can compute its digest', () => {
    const digest = createHmac('sha256', '').update(BODY).digest('hex');
    expect(verdict(`sha256=${digest}`, BODY, [key('empty', '')])).toBeNull();
  });

  it('takes a secret as UTF-8, because Jira signs with its bytes', () => {
    expect(
      verdict('23e2342b10e05a6ec9a941598508e3b2a92e5f19a0b58159357b63ca528affe7', BODY, [
        key('utf8', 'ключ €'),
      ]),
    ).toBe('utf8');
  });
});
