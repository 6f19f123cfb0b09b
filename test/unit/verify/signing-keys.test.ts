import { createHmac, randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import type { Credential, SecretEncoding } from '../../../src/domain/connection.ts';
import { newSubscriptionId, type Signature } from '../../../src/domain/subscription.ts';
import { signatureHeaders } from '../../../src/send/target/request.ts';
import { type SigningKeys, signingKeys } from '../../../src/verify/credential-key.ts';
import { newCredential, newSigningCredential } from '../../../src/verify/new-credential.ts';
import { TEST_MASTERS } from '../../support/targets.ts';

const subscription_id = newSubscriptionId();
const NOW = Math.floor(Date.now() / 1_000) * 1_000;
const body = Buffer.from('{"a":"ü"}');

type Wanted = {
  signature?: Exclude<Signature, 'none'>;
  version?: number;
  encoding?: SecretEncoding | null;
  imported?: string | null;
};

const made = async (wanted: Wanted = {}) => {
  const whole = { signature: 'standard' as const, version: 1, encoding: null, imported: null, ...wanted };
  const result = await newSigningCredential({ subscription_id, ...whole }, TEST_MASTERS);
  if (result.outcome !== 'made') throw new Error(result.outcome);
  return result;
};

const keysOf = async (
  current: Credential,
  previous: Credential | null = null,
  untilMs: number | null = null,
): Promise<SigningKeys> => {
  const row = { subscription_id, current, previous, previous_until_ms: untilMs };
  const keys = await signingKeys(row, TEST_MASTERS, NOW);
  if (keys === null || typeof keys === 'string') throw new Error(String(keys));
  return keys;
};

const standardHeaders = (keys: SigningKeys): Record<string, string> => {
  const [id, timestamp] = [`exe_${'0'.repeat(40)}_${'-'.repeat(22)}`, NOW / 1_000];
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    ...signatureHeaders('standard', keys, { id, timestamp, body }),
  };
};

const verifies = (secret: string | null, headers: Record<string, string>): boolean => {
  try {
    new Webhook(secret ?? '').verify(body.toString(), headers);
    return true;
  } catch {
    return false;
  }
};

const hubSignature = (keys: SigningKeys): string | undefined =>
  signatureHeaders('hub-sha256', keys, { id: 'x', timestamp: 1, body })['x-hub-signature-256'];

const hubBy = (key: Buffer | string): string =>
  `sha256=${createHmac('sha256', key).update(body).digest('hex')}`;

describe('a signature of Standard Webhooks', () => {
  it('is verified with the secret that was shown, by a verifier of others', async () => {
    const { credential, shown } = await made();
    expect(shown).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const headers = standardHeaders(await keysOf(credential));
    expect(verifies(shown, headers)).toBe(true);
    const other = await made({ version: 2 });
    expect(verifies(other.shown, headers)).toBe(false);
    expect(verifies(shown, { ...headers, 'webhook-id': 'exe_other' })).toBe(false);
  });

  it.each(['whsec_', ''])('is verified with a key that somebody brought, written %j', async (prefix) => {
    const theirs = randomBytes(24).toString('base64');
    const { credential, shown } = await made({ imported: `${prefix}${theirs}` });
    expect(shown).toBeNull();
    expect(credential).toMatchObject({ from: 'sealed', encoding: 'base64' });
    expect(verifies(`whsec_${theirs}`, standardHeaders(await keysOf(credential)))).toBe(true);
  });

  it('is made with both keys while they rotate, so that a receiver may have either', async () => {
    const [before, now] = [await made(), await made({ version: 2 })];
    const rotating = standardHeaders(await keysOf(now.credential, before.credential, NOW + 1));
    expect([before, now].map(({ shown }) => verifies(shown, rotating))).toEqual([true, true]);
    const over = standardHeaders(await keysOf(now.credential, before.credential, NOW));
    expect([before, now].map(({ shown }) => verifies(shown, over))).toEqual([false, true]);
  });

  it('has text as a key where somebody wants it, prefix and all', async () => {
    const { credential } = await made({ imported: 'whsec_not base64', encoding: 'text' });
    expect((await keysOf(credential)).current).toEqual(Buffer.from('whsec_not base64'));
  });
});

describe('a signature of the bytes alone', () => {
  it('is made with the text that was shown', async () => {
    const { credential, shown } = await made({ signature: 'hub-sha256' });
    expect(shown).toMatch(/^[0-9a-f]{64}$/);
    expect(hubSignature(await keysOf(credential))).toBe(hubBy(shown ?? ''));
  });

  it("is made with the bytes that a receiver's own base64 key means", async () => {
    const theirs = randomBytes(48);
    const { credential } = await made({
      signature: 'hub-sha256',
      encoding: 'base64',
      imported: theirs.toString('base64'),
    });
    expect(hubSignature(await keysOf(credential))).toBe(hubBy(theirs));
  });

  it('is the previous key’s until its end, because the receiver may not know the new one', async () => {
    const [before, now] = [
      await made({ signature: 'hub-sha256' }),
      await made({ signature: 'hub-sha256', version: 2 }),
    ];
    expect(hubSignature(await keysOf(now.credential, before.credential, NOW + 1))).toBe(
      hubBy(before.shown ?? ''),
    );
    expect(hubSignature(await keysOf(now.credential, before.credential, NOW))).toBe(hubBy(now.shown ?? ''));
  });
});

describe('a signing key', () => {
  it('is none that verifies deliveries, because one secret must not stand in for another', async () => {
    const wanted = {
      auth: 'signature',
      connection_id: subscription_id,
      version: 1,
      encoding: 'text',
      imported: null,
    } as const;
    const received = await newCredential(wanted, TEST_MASTERS);
    const { shown } = await made({ signature: 'hub-sha256' });
    expect(received).toMatchObject({ outcome: 'made', shown: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(received).not.toMatchObject({ shown });
  });

  it.each([
    ['whsec_', null],
    ['whsec_no base64!', null],
    ['', 'text'],
    ['YQ', 'base64'],
  ] as const)('is not taken as %j in %s', async (imported, encoding) => {
    const wanted = { signature: 'standard', subscription_id, version: 1, encoding, imported } as const;
    expect(await newSigningCredential(wanted, TEST_MASTERS)).toEqual({ outcome: 'bad-key' });
  });

  it('is none where nothing is signed', async () => {
    const row = { subscription_id, current: null, previous: null, previous_until_ms: null };
    expect(await signingKeys(row, TEST_MASTERS, NOW)).toBeNull();
  });

  it('cannot be had where the master of either is missing, because half a signature refuses some', async () => {
    const { credential } = await made();
    const lost: Credential = { from: 'derived', version: 1, master: 99, encoding: 'base64' };
    const row = { subscription_id, current: credential, previous: lost, previous_until_ms: NOW + 1 };
    expect(await signingKeys(row, TEST_MASTERS, NOW)).toBe('missing');
    expect(await signingKeys({ ...row, current: lost }, TEST_MASTERS, NOW)).toBe('missing');
  });
});
