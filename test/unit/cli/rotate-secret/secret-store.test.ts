import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSecretStore, type SecretStore } from '../../../../src/cli/rotate-secret/secret-store.ts';
import { ARN, awsEnv } from '../../../support/rotation.ts';
import { startScripted } from '../../../support/scripted-database.ts';
import { type FakeSecretsManager, startSecretsManager } from '../../../support/secrets-manager.ts';

const CREATED = Date.UTC(2026, 10, 20, 12, 0, 0);
const WRITTEN = CREATED + 60_000;

let fake: FakeSecretsManager;
let store: SecretStore;

beforeEach(async () => {
  fake = await startSecretsManager(ARN, () => WRITTEN);
  store = await openSecretStore(ARN, awsEnv(fake));
  fake.put('older', CREATED - 1);
  fake.put('old', CREATED);
});

afterEach(() => fake.close());

const currentId = async (): Promise<string> => (await store.read()).current.version_id;

/** What both labels are on. */
const texts = () => [fake.read('AWSCURRENT'), fake.read('AWSPREVIOUS')];

describe('reading the secret', () => {
  it('answers both versions with their dates', async () => {
    const { current, previous } = await store.read();
    expect(current).toMatchObject({ text: 'old', created_ms: CREATED });
    expect(previous).toMatchObject({ text: 'older', created_ms: CREATED - 1 });
    expect(current.version_id).not.toBe(previous?.version_id);
  });

  it('answers null for an AWSPREVIOUS that is not there', async () => {
    fake.unlabel('AWSPREVIOUS');
    expect((await store.read()).previous).toBeNull();
  });

  it('says so where the store does not say which version it answered, because nothing could be replaced', async () => {
    await using scripted = await startScripted(() => ({ SecretString: '{}' }));
    const odd = await openSecretStore(ARN, awsEnv(scripted));
    await expect(odd.read()).rejects.toThrow('did not report a version');
  });

  it('does without a date that the store does not give', async () => {
    await using scripted = await startScripted(() => ({ SecretString: '{}', VersionId: 'v1' }));
    const odd = await openSecretStore(ARN, awsEnv(scripted));
    expect((await odd.read()).current).toEqual({ text: '{}', version_id: 'v1', created_ms: null });
  });

  it('fails where AWSPREVIOUS may not be read, because a version in its grace would be overlooked', async () => {
    await using scripted = await startScripted((_operation, _body, call) =>
      call === 1 ? { SecretString: '{}', VersionId: 'v1' } : 'AccessDeniedException',
    );
    const odd = await openSecretStore(ARN, awsEnv(scripted));
    await expect(odd.read()).rejects.toThrow('AccessDenied');
  });

  it('answers an empty text for a binary secret, which is no JSON object', async () => {
    fake.put(null, CREATED);
    expect((await store.read()).current.text).toBe('');
  });
});

describe('replacing the current version', () => {
  it('moves AWSCURRENT to the new text, and AWSPREVIOUS to what it replaced', async () => {
    expect(await store.replace(await currentId(), 'new')).toBe(true);
    expect(texts()).toEqual(['new', 'old']);
    expect((await store.read()).current.created_ms).toBe(WRITTEN);
  });

  it('leaves no label of its own behind, because only 20 fit', async () => {
    for (const text of ['a', 'b', 'c']) await store.replace(await currentId(), text);
    expect(fake.labels()).toEqual(['AWSCURRENT', 'AWSPREVIOUS']);
  });

  it('changes nothing when another version is current by now, because that change would be lost', async () => {
    const read = await currentId();
    fake.put('of somebody else', CREATED);
    expect(await store.replace(read, 'new')).toBe(false);
    expect(texts()).toEqual(['of somebody else', 'old']);
    expect(fake.labels()).toEqual(['AWSCURRENT', 'AWSPREVIOUS']);
  });

  it('changes nothing when the other one comes in the very middle', async () => {
    const read = await currentId();
    let first = true;
    fake.before('UpdateSecretVersionStage', () => {
      if (first) fake.put('of somebody else', CREATED);
      first = false;
    });
    expect(await store.replace(read, 'new')).toBe(false);
    expect(texts()).toEqual(['of somebody else', 'old']);
  });

  it('lets one of many win that began from the same version, and the others know', async () => {
    const read = await currentId();
    const rivals = Array.from({ length: 8 }, (_, index) => `text ${index}`);
    const won = await Promise.all(rivals.map((text) => store.replace(read, text)));
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(texts()).toEqual([rivals[won.indexOf(true)], 'old']);
  });

  it.each(['PutSecretValue', 'UpdateSecretVersionStage'] as const)(
    'is done once although the answer to %s got lost, because its retry must not look like a rival',
    async (operation) => {
      fake.fail({ kind: 'lost' }, { times: 1, operations: [operation] });
      expect(await store.replace(await currentId(), 'new')).toBe(true);
      expect(texts()).toEqual(['new', 'old']);
    },
  );

  it('tries again what failed on the way', async () => {
    fake.fail({ kind: 'cut' }, { times: 2, operations: ['PutSecretValue', 'UpdateSecretVersionStage'] });
    expect(await store.replace(await currentId(), 'new')).toBe(true);
    expect(texts()).toEqual(['new', 'old']);
  });

  it.each(['PutSecretValue', 'UpdateSecretVersionStage'] as const)(
    'has changed nothing when %s is refused',
    async (operation) => {
      const read = await currentId();
      const denied = { kind: 'error', status: 400, type: 'AccessDeniedException' } as const;
      fake.fail(denied, { operations: [operation] });
      await expect(store.replace(read, 'new')).rejects.toMatchObject({ kind: 'command' });
      expect(texts()).toEqual(['old', 'older']);
    },
  );

  it('succeeds although its own label stays, because the next change moves that on', async () => {
    const read = await currentId();
    let calls = 0;
    fake.before('UpdateSecretVersionStage', () => {
      calls += 1;
      if (calls === 2) fake.fail({ kind: 'cut' }, { operations: ['UpdateSecretVersionStage'] });
    });
    expect(await store.replace(read, 'new')).toBe(true);
    fake.heal();
    expect(fake.labels()).toEqual(['AWSCURRENT', 'AWSPREVIOUS', 'WEBHOOK-ROTATION']);
    expect(await store.replace(await currentId(), 'newer')).toBe(true);
    expect(texts()).toEqual(['newer', 'new']);
    expect(fake.labels()).toEqual(['AWSCURRENT', 'AWSPREVIOUS']);
  });
});

describe('what is said when the store cannot be used', () => {
  const failWith = (type: string) => fake.fail({ kind: 'error', status: 400, type });

  it.each([
    ['ResourceNotFoundException', 'not found in this account and region, or it has no value yet'],
    ['AccessDeniedException', 'permission denied: reading it needs secretsmanager:GetSecretValue'],
    ['InvalidRequestException', 'it is marked for deletion, or another AWS service manages it'],
    ['DecryptionFailure', 'its KMS key cannot be used'],
    ['UnrecognizedClientException', 'no valid AWS credentials were found'],
    ['SomethingNewException', 'could not be used: SomethingNewException.'],
  ])('%s is explained', async (type, words) => {
    failWith(type);
    await expect(store.read()).rejects.toMatchObject({
      kind: 'command',
      message: expect.stringContaining(words),
    });
  });

  it('names the secret and nothing of what is in it', async () => {
    failWith('DecryptionFailure');
    await expect(store.read()).rejects.toThrow(
      `The secret ${ARN} could not be used: its KMS key cannot be used (DecryptionFailure).`,
    );
  });

  it('is that nothing listens, where nothing does', async () => {
    await fake.refuse();
    await expect(store.read()).rejects.toThrow(
      'nothing is listening at the address of the secret store (ECONNREFUSED)',
    );
  });

  it('is a ResourceNotFoundException for another secret', async () => {
    const other = await openSecretStore('another', awsEnv(fake));
    await expect(other.read()).rejects.toThrow('The secret another could not be used: not found');
  });
});
