import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newSubscriptionId, type Target } from '../../../src/domain/subscription.ts';
import type { MasterSource, NoMaster } from '../../../src/verify/master-cache.ts';
import { open } from '../../../src/verify/sealed-keys.ts';
import { openTarget, sealTarget } from '../../../src/verify/sealed-target.ts';

const master = randomBytes(32);
const having: MasterSource = {
  masterOf: async (number) => (number === 7 ? master : 'missing'),
  newest: async () => ({ number: 7, master }),
};
const failing = (why: NoMaster): MasterSource => ({ masterOf: async () => why, newest: async () => why });

const secret: Target = {
  url: 'https://hooks.example.com:8443/t/s3cr3t?k=s3cr3t',
  headers: { 'x-b': 's3cr3t', 'x-a': '' },
};
const subscription_id = newSubscriptionId();

const sealed = async (target = secret, version = 3) => {
  const made = await sealTarget(target, { subscription_id, version }, having);
  if (made.outcome !== 'made') throw new Error(made.outcome);
  return made.target;
};

describe('a sealed target', () => {
  it('opens as it was, whatever is in its path and headers', async () => {
    const drawn = fc.record({
      url: fc.webUrl({ withQueryParameters: true }),
      headers: fc.dictionary(
        fc.string().filter((name) => name !== '__proto__'),
        fc.string({ unit: 'binary' }),
      ),
    });
    await fc.assert(
      fc.asyncProperty(drawn, async (target) => {
        expect(await openTarget({ subscription_id, target: await sealed(target) }, having)).toEqual(target);
      }),
      { numRuns: 30 },
    );
  });

  it('shows its host and the names of its headers, and nothing else of it', async () => {
    const target = await sealed();
    expect(target).toMatchObject({
      version: 3,
      master: 7,
      shown_url: 'https://hooks.example.com:8443/…',
      header_names: ['x-a', 'x-b'],
    });
    expect(JSON.stringify(target)).not.toContain('s3cr3t');
    expect(Buffer.from(target.sealed, 'base64').includes('s3cr3t')).toBe(false);
  });

  it('does not open in another row, as another version, or touched, and a master that is gone is told apart', async () => {
    const target = await sealed();
    const opened = (differing: object, id = subscription_id) =>
      openTarget({ subscription_id: id, target: { ...target, ...differing } }, having);
    expect(await opened({}, newSubscriptionId())).toBe('unavailable');
    expect(await opened({ version: 4 })).toBe('unavailable');
    expect(await opened({ sealed: (await sealed(secret, 4)).sealed })).toBe('unavailable');
    const touched = Buffer.from(target.sealed, 'base64');
    touched.writeUInt8(touched.readUInt8(40) ^ 1, 40);
    expect(await opened({ sealed: touched.toString('base64') })).toBe('unavailable');
    expect(await opened({ master: 8 })).toBe('missing');
    expect(await opened({})).toEqual(secret);
  });

  it('is no signing key of its subscription, because it opens under a purpose of its own', async () => {
    const target = await sealed();
    expect(open(master, { id: subscription_id, version: 3, purpose: 'seal' }, target.sealed)).toBeNull();
  });

  it.each([
    ['missing', 'no-master'],
    ['unavailable', 'unavailable'],
  ] as const)('cannot be made without a master: %s', async (why, outcome) => {
    expect(await sealTarget(secret, { subscription_id, version: 1 }, failing(why))).toEqual({ outcome });
  });
});
