import { createHmac, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Connection, Credential } from '../../../src/domain/connection.ts';
import { sha256Hex } from '../../../src/domain/event-id.ts';
import { rotated } from '../../../src/domain/rotation.ts';
import type { Scheme } from '../../../src/domain/source.ts';
import { verifyConnection } from '../../../src/verify/connection-verifier.ts';
import { createMasterCache, type MasterSource } from '../../../src/verify/master-cache.ts';
import { newCredential } from '../../../src/verify/new-credential.ts';
import { someConnection } from '../../support/connections.ts';

const NOW = Date.UTC(2026, 10, 22, 20, 0, 0);
const HOUR = 3_600_000;
const HMAC: Scheme = { hmac: ['x-hub-signature-256', 'x-hub-signature'] };
const BODY = Buffer.from('{"issue":"größe"}');
const MASTERS = { 1: Buffer.alloc(32, 1), 2: Buffer.alloc(32, 2) };

/** Masters that never change; `reads` counts how often one was asked for. */
const mastersOf = (masters: Record<number, Buffer>): MasterSource & { reads: number } => {
  const source = {
    reads: 0,
    masterOf: async (number: number) => {
      source.reads += 1;
      return masters[number] ?? ('missing' as const);
    },
    newest: async () => {
      const number = Math.max(...Object.keys(masters).map(Number));
      const master = masters[number];
      return master ? { number, master } : ('missing' as const);
    },
  };
  return source;
};

const masters = mastersOf(MASTERS);

type Sent = { headers?: Record<string, string>; query?: Record<string, string>; body?: Uint8Array };

const verify = (
  connection: Connection,
  { headers = {}, query = {}, body = BODY }: Sent,
  { from = masters, now = NOW, scheme = HMAC }: { from?: MasterSource; now?: number; scheme?: Scheme } = {},
) => {
  const claimed = {
    connection,
    headers: new Map(Object.entries(headers)),
    query: new Map(Object.entries(query)),
    body,
    scheme,
  };
  return verifyConnection(claimed, from, now);
};

const signed = (key: string | Buffer, body: Uint8Array = BODY): Sent => ({
  headers: { 'x-hub-signature': `sha256=${createHmac('sha256', key).update(body).digest('hex')}` },
  body,
});

/** A version of the connection's secret, and what was shown of it. */
const makeVersion = async (
  connection: Connection,
  version: number,
  more: { imported?: string; encoding?: 'text' | 'base64'; from?: MasterSource } = {},
): Promise<{ credential: Credential; shown: string }> => {
  const { imported = null, encoding = 'text', from = masters } = more;
  const { auth, connection_id } = connection;
  const made = await newCredential({ auth, connection_id, version, encoding, imported }, from);
  if (made.outcome !== 'made') throw new Error(made.outcome);
  return { credential: made.credential, shown: made.shown ?? imported ?? '' };
};

const withSecret = async (differing: Partial<Connection>, more = {}) => {
  const connection = someConnection(differing);
  const { credential, shown } = await makeVersion(connection, 1, more);
  return { connection: { ...connection, current: credential }, shown };
};

const VERIFIED = { outcome: 'verified', version: 1, secret: 'current' };
const WRONG = { outcome: 'refused', credential: 'wrong' };
const ABSENT = { outcome: 'refused', credential: 'absent' };
const UNAVAILABLE = { outcome: 'unavailable' };

describe('a signature', () => {
  it('verifies with what was shown, pasted as it is into a sender', async () => {
    const { connection, shown } = await withSecret({});
    expect(shown).toMatch(/^[0-9a-f]{64}$/);
    expect(await verify(connection, signed(shown))).toEqual(VERIFIED);
    expect(await verify(connection, signed(Buffer.from(shown, 'hex')))).toEqual(WRONG);
    expect(await verify(connection, { ...signed(shown), body: Buffer.from('{}') })).toEqual(WRONG);
  });

  it('verifies with the bytes that base64 means, because such a sender decodes what is pasted', async () => {
    const { connection, shown } = await withSecret({}, { encoding: 'base64' });
    expect(shown).toHaveLength(44);
    expect(await verify(connection, signed(Buffer.from(shown, 'base64')))).toEqual(VERIFIED);
    expect(await verify(connection, signed(shown))).toEqual(WRONG);
  });

  it("verifies with somebody else's key, which only the row knows, sealed", async () => {
    const key = 'grün, chosen elsewhere';
    const { connection } = await withSecret({}, { imported: key });
    expect(JSON.stringify(connection)).not.toContain('grün');
    expect(await verify(connection, signed(key))).toEqual(VERIFIED);
    const bytes = randomBytes(24);
    const other = await withSecret({}, { imported: bytes.toString('base64'), encoding: 'base64' });
    expect(await verify(other.connection, signed(bytes))).toEqual(VERIFIED);
  });

  it('of another connection is wrong, because a row that is copied proves nothing', async () => {
    for (const more of [{}, { imported: 'elsewhere' }]) {
      const { connection, shown } = await withSecret({}, more);
      const copy = someConnection({ current: connection.current });
      const verdict = await verify(copy, signed(shown || 'elsewhere'));
      expect(verdict.outcome).not.toBe('verified');
    }
  });

  it('is absent without any header of the scheme, and wrong with one that is malformed', async () => {
    const { connection } = await withSecret({});
    const untouched = mastersOf(MASTERS);
    expect(await verify(connection, {}, { from: untouched })).toEqual(ABSENT);
    expect(await verify(connection, { headers: { authorization: 'Bearer x' } }, { from: untouched })).toEqual(
      ABSENT,
    );
    for (const value of ['', 'sha256=', 'sha1=abc', 'ü', 'x'.repeat(100_000), `sha256=${'g'.repeat(64)}`])
      expect(
        await verify(connection, { headers: { 'x-hub-signature': value } }, { from: untouched }),
      ).toEqual(WRONG);
    expect(untouched.reads).toBe(0);
  });

  it('of an empty key is refused, whatever a row says, because anyone can make it', async () => {
    const { seal } = await import('../../../src/verify/sealed-keys.ts');
    const connection = someConnection();
    const as = { id: connection.connection_id, version: 1, purpose: 'seal' as const };
    const sealed = seal(MASTERS[1], as, Buffer.alloc(0));
    const current = { from: 'sealed', version: 1, master: 1, encoding: 'text', sealed } as const;
    expect(await verify({ ...connection, current }, signed(''))).toEqual(WRONG);
  });

  it('of a sender that shows the secret itself is that secret as it was pasted', async () => {
    const scheme = { token: 'x-gitlab-token' };
    for (const encoding of ['text', 'base64'] as const) {
      const { connection, shown } = await withSecret({ kind: 'gitlab' }, { encoding });
      expect(await verify(connection, { headers: { 'x-gitlab-token': shown } }, { scheme })).toEqual(
        VERIFIED,
      );
      expect(await verify(connection, { headers: { 'x-gitlab-token': `${shown} ` } }, { scheme })).toEqual(
        WRONG,
      );
      expect(await verify(connection, { headers: { 'x-gitlab-token': '' } }, { scheme })).toEqual(WRONG);
      expect(await verify(connection, signed(shown), { scheme })).toEqual(ABSENT);
    }
    const imported = randomBytes(24).toString('base64');
    const theirs = await withSecret({ kind: 'gitlab' }, { imported, encoding: 'base64' });
    const headers = { 'x-gitlab-token': imported };
    expect(await verify(theirs.connection, { headers }, { scheme })).toEqual(VERIFIED);
  });

  it('is made of one key for each row that was read, because making one costs as much as an HMAC', async () => {
    const { connection, shown } = await withSecret({});
    const counting = mastersOf(MASTERS);
    for (let turn = 0; turn < 3; turn++)
      expect(await verify(connection, signed(shown), { from: counting })).toEqual(VERIFIED);
    expect(counting.reads).toBe(1);
  });
});

describe('a master', () => {
  it('that is new changes no secret in use, and new versions use it', async () => {
    const old = mastersOf({ 1: MASTERS[1] });
    const { connection, shown } = await withSecret({}, { from: old });
    const sealed = await withSecret({}, { from: old, imported: 'elsewhere' });
    expect(connection.current).toMatchObject({ master: 1 });
    const both = mastersOf(MASTERS);
    expect(await verify(structuredClone(connection), signed(shown), { from: both })).toEqual(VERIFIED);
    expect(await verify(structuredClone(sealed.connection), signed('elsewhere'), { from: both })).toEqual(
      VERIFIED,
    );
    const next = await makeVersion(connection, 2, { from: both });
    expect(next.credential).toMatchObject({ from: 'derived', version: 2, master: 2 });
    expect(next.shown).not.toBe(shown);
  });

  it('that no row names may go', async () => {
    const { connection, shown } = await withSecret({});
    expect(connection.current).toMatchObject({ master: 2 });
    const only = mastersOf({ 2: MASTERS[2] });
    expect(await verify(structuredClone(connection), signed(shown), { from: only })).toEqual(VERIFIED);
  });

  it.each(['missing', 'unavailable'] as const)(
    'that is %s makes the delivery come again, because a 401 would lose it',
    async (why) => {
      const { connection, shown } = await withSecret({});
      const none = { masterOf: async () => why, newest: async () => why };
      expect(await verify(connection, signed(shown), { from: none })).toEqual(UNAVAILABLE);
      expect(await verify(connection, signed('wrong'), { from: none })).toEqual(UNAVAILABLE);
      expect(await verify(connection, {}, { from: none })).toEqual(ABSENT);
    },
  );

  it('of the version before that is missing is no matter while the one in force verifies', async () => {
    const { connection, shown } = await withSecret({}, { from: mastersOf({ 1: MASTERS[1] }) });
    const only = mastersOf({ 2: MASTERS[2] });
    const next = await makeVersion(connection, 2, { from: only });
    const turned = rotated(connection, next.credential, NOW);
    expect(await verify(turned, signed(next.shown), { from: only })).toEqual({ ...VERIFIED, version: 2 });
    expect(await verify(turned, signed(shown), { from: only })).toEqual(UNAVAILABLE);
    // Its time is over: nothing needs to be known of it.
    expect(await verify(turned, signed(shown), { from: only, now: NOW + 25 * HOUR })).toEqual(WRONG);
  });

  it('that does not open a sealed key is a fault of ours, and no refusal', async () => {
    const { connection } = await withSecret({}, { imported: 'elsewhere' });
    const others = mastersOf({ 1: Buffer.alloc(32, 7), 2: Buffer.alloc(32, 8) });
    expect(await verify(connection, signed('elsewhere'), { from: others })).toEqual(UNAVAILABLE);
  });
});

describe('a rotation', () => {
  const previous = { outcome: 'verified', version: 1, secret: 'previous' };

  const turn = async (auth: 'signature' | 'header', grace?: number) => {
    const { connection, shown } = await withSecret({ auth });
    const next = await makeVersion(connection, 2);
    const send = (secret: string): Sent =>
      auth === 'signature' ? signed(secret) : { headers: { 'x-webhook-secret': secret } };
    return {
      after: rotated(connection, next.credential, NOW, grace),
      old: send(shown),
      now: send(next.shown),
    };
  };

  it.each(['signature', 'header'] as const)(
    'of a %s leaves 24 hours to paste the new secret',
    async (auth) => {
      const { after, old, now } = await turn(auth);
      expect(after).toMatchObject({ previous_until_ms: NOW + 24 * HOUR, secret_made_ms: NOW });
      expect(await verify(after, now)).toEqual({ ...VERIFIED, version: 2 });
      expect(await verify(after, old)).toEqual(previous);
      expect(await verify(after, old, { now: NOW + 24 * HOUR - 1 })).toEqual(previous);
      expect(await verify(after, old, { now: NOW + 24 * HOUR })).toEqual(WRONG);
      expect(await verify(after, now, { now: NOW + 1_000 * HOUR })).toEqual({ ...VERIFIED, version: 2 });
    },
  );

  it('with 0 hours ends the old secret now', async () => {
    const { after, old, now } = await turn('header', 0);
    expect(after).toMatchObject({ previous: null, previous_until_ms: null });
    expect(await verify(after, old)).toEqual(WRONG);
    expect(await verify(after, old, { now: NOW - 1 })).toEqual(WRONG);
    expect(await verify(after, now)).toEqual({ ...VERIFIED, version: 2 });
  });

  it('keeps one version before, never two', async () => {
    const { after, old } = await turn('header');
    const third = await makeVersion(after, 3);
    const again = rotated(after, third.credential, NOW + HOUR);
    expect(await verify(again, old, { now: NOW + HOUR })).toEqual(WRONG);
  });

  it('verifies nothing by a version before that has no end', async () => {
    const { after, old } = await turn('signature');
    expect(await verify({ ...after, previous_until_ms: null }, old)).toEqual(WRONG);
  });
});

describe('a secret in a header', () => {
  it('is 256 random bits of which the row keeps the SHA-256', async () => {
    const { connection, shown } = await withSecret({ auth: 'header' });
    expect(Buffer.from(shown, 'base64url')).toHaveLength(32);
    expect(connection.current).toEqual({ from: 'digest', version: 1, sha256: sha256Hex(shown) });
    expect((await withSecret({ auth: 'header' })).shown).not.toBe(shown);
  });

  it('is read from the header that the connection names, its usual one, or as Bearer', async () => {
    const { connection, shown } = await withSecret({ auth: 'header', header_name: 'X-Our-Secret' });
    expect(await verify(connection, { headers: { 'x-our-secret': shown } })).toEqual(VERIFIED);
    expect(await verify(connection, { headers: { 'x-webhook-secret': shown } })).toEqual(ABSENT);
    for (const value of [`Bearer ${shown}`, `bearer   ${shown}`])
      expect(await verify(connection, { headers: { authorization: value } })).toEqual(VERIFIED);
    const usual = { ...connection, header_name: null };
    expect(await verify(usual, { headers: { 'x-webhook-secret': shown } })).toEqual(VERIFIED);
    const gitlab = { ...usual, kind: 'gitlab' } as const;
    expect(await verify(gitlab, { headers: { 'x-gitlab-token': shown } })).toEqual(VERIFIED);
    expect(await verify(gitlab, { headers: { 'x-webhook-secret': shown } })).toEqual(ABSENT);
  });

  it('may be in Authorization as it is, where the connection names that header', async () => {
    const { connection, shown } = await withSecret({ auth: 'header', header_name: 'Authorization' });
    for (const value of [shown, `Bearer ${shown}`])
      expect(await verify(connection, { headers: { authorization: value } })).toEqual(VERIFIED);
    expect(await verify(connection, { headers: { authorization: `Basic ${shown}` } })).toEqual(WRONG);
  });

  it('is right beside another header of its name, because a proxy may want a Bearer of its own', async () => {
    const { connection, shown } = await withSecret({ auth: 'header' });
    const headers = { 'x-webhook-secret': shown, authorization: 'Bearer of-the-proxy' };
    expect(await verify(connection, { headers })).toEqual(VERIFIED);
  });

  it('is not read from the URL, nor that of the URL from a header', async () => {
    const header = await withSecret({ auth: 'header' });
    expect(await verify(header.connection, { query: { token: header.shown } })).toEqual(ABSENT);
    const url = await withSecret({ auth: 'url' });
    expect(await verify(url.connection, { headers: { 'x-webhook-secret': url.shown } })).toEqual(ABSENT);
    expect(await verify(url.connection, { query: { token: url.shown } })).toEqual(VERIFIED);
  });

  it('is absent where it is empty, and wrong whatever else it is', async () => {
    for (const auth of ['header', 'url'] as const) {
      const { connection, shown } = await withSecret({ auth });
      const send = (secret: string): Sent =>
        auth === 'url' ? { query: { token: secret } } : { headers: { 'x-webhook-secret': secret } };
      expect(await verify(connection, send(''))).toEqual(ABSENT);
      const sha256 = sha256Hex(shown);
      for (const text of [` ${shown}`, `${shown} `, shown.slice(1), `${shown},${shown}`, sha256, 'é', '\0'])
        expect(await verify(connection, send(text))).toEqual(WRONG);
      expect(await verify(connection, send('x'.repeat(1_000_000)))).toEqual(WRONG);
    }
  });

  it('verifies nothing where a row has no digest for it', async () => {
    const { connection, shown } = await withSecret({});
    const mixed = { ...connection, auth: 'header' } as const;
    expect(await verify(mixed, { headers: { 'x-webhook-secret': shown } })).toEqual(WRONG);
    const digest = await withSecret({ auth: 'header' });
    const other = { ...digest.connection, auth: 'signature' } as const;
    expect(await verify(other, signed(digest.shown))).toEqual(WRONG);
    expect(await verify(other, signed(sha256Hex(digest.shown)))).toEqual(WRONG);
  });
});

describe('whatever is sent', () => {
  it('is verified or not, and never a fault, because a hostile header must not cost more than an answer', async () => {
    const made = await Promise.all(
      (['signature', 'header', 'url'] as const).map((auth) => withSecret({ auth })),
    );
    const text = fc.string({ unit: 'binary', maxLength: 200 });
    const names = fc.constantFrom('x-hub-signature', 'x-webhook-secret', 'authorization', 'x-gitlab-token');
    const sent = fc.record({
      headers: fc.dictionary(
        names,
        fc.oneof(
          text,
          text.map((rest) => `Bearer ${rest}`),
        ),
      ),
      query: fc.dictionary(fc.constantFrom('token', 'x'), text),
    });
    await fc.assert(
      fc.asyncProperty(sent, async (input) => {
        for (const { connection } of made) expect((await verify(connection, input)).outcome).toBe('refused');
      }),
    );
  });

  it('of a very long Bearer takes no time to read', async () => {
    const { connection } = await withSecret({ auth: 'header' });
    const begun = performance.now();
    const value = `Bearer ${' '.repeat(100_000)}x ${' '.repeat(100_000)}`;
    expect(await verify(connection, { headers: { authorization: value } })).toEqual(ABSENT);
    expect(performance.now() - begun).toBeLessThan(1_000);
  });
});

describe('several processes', () => {
  it('agree on a secret, because it is made of what all of them read', async () => {
    const fetch = async () => new Map([[1, MASTERS[1]]]);
    const open = () => createMasterCache({ fetch, clock: () => NOW, log: { warn: () => {} } });
    const [one, two] = [open(), open()];
    const { connection, shown } = await withSecret({}, { from: one });
    expect(await verify(structuredClone(connection), signed(shown), { from: two })).toEqual(VERIFIED);
  });
});
