import { describe, expect, it } from 'vitest';
import { newConnectionId } from '../../../src/domain/connection.ts';
import type { MasterSource, NoMaster } from '../../../src/verify/master-cache.ts';
import { newCredential } from '../../../src/verify/new-credential.ts';

const failing = (why: NoMaster): MasterSource => ({ masterOf: async () => why, newest: async () => why });
const master = Buffer.alloc(32, 9);
const having: MasterSource = {
  masterOf: async () => master,
  newest: async () => ({ number: 4, master }),
};

const make = (differing: object, from: MasterSource = having) =>
  newCredential(
    {
      auth: 'signature',
      connection_id: newConnectionId(),
      version: 1,
      encoding: 'text',
      imported: null,
      ...differing,
    },
    from,
  );

describe('a new version of a secret', () => {
  it.each([
    ['missing', 'no-master'],
    ['unavailable', 'unavailable'],
  ] as const)('of a signature needs a master: %s', async (why, outcome) => {
    expect(await make({}, failing(why))).toEqual({ outcome });
    expect(await make({ imported: 'x' }, failing(why))).toEqual({ outcome });
  });

  it('in a header or the URL needs none, because only its digest is kept', async () => {
    for (const auth of ['header', 'url'])
      expect(await make({ auth }, failing('missing'))).toMatchObject({ outcome: 'made' });
  });

  it.each([
    ['', 'text'],
    ['', 'base64'],
    ['not base64!', 'base64'],
    ['YQ', 'base64'],
    ['YQ==\n', 'base64'],
    ['half a pair: \ud83d', 'text'],
    ['x'.repeat(4_097), 'text'],
  ])('is not taken where somebody else brings %j as %s', async (imported, encoding) => {
    expect(await make({ imported, encoding })).toEqual({ outcome: 'bad-key' });
  });

  it('that somebody else brings is shown to nobody', async () => {
    const made = await make({ imported: 'theirs' });
    expect(made).toMatchObject({ outcome: 'made', shown: null, credential: { from: 'sealed', master: 4 } });
    expect(JSON.stringify(made)).not.toContain('theirs');
  });
});
