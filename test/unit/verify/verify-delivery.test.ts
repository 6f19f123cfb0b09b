import { createHmac } from 'node:crypto';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readEnv } from '../../../src/contract/env.ts';
import type { Source } from '../../../src/domain/source.ts';
import { SENDERS } from '../../../src/senders/registry.ts';
import {
  createSecretCache,
  noSecret,
  overrideSecret,
  type SecretCache,
} from '../../../src/verify/secret-source.ts';
import { createSecretsManagerClient, fetchSigningKeys } from '../../../src/verify/secrets-manager.ts';
import {
  createVerifier,
  isAllowedAddress,
  type Verdict,
  type Verifier,
} from '../../../src/verify/verify-delivery.ts';
import { type FakeSecretsManager, startSecretsManager } from '../../support/secrets-manager.ts';

const ARN = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:webhooks-AbCdEf';

const START = Date.UTC(2026, 10, 22, 19, 0, 0);

const SECOND = 1000;

const MINUTE = 60 * SECOND;

const HOUR = 60 * MINUTE;

const DAY = 24 * HOUR;

const BODY = Buffer.from('{"webhookEvent":"jira:issue_updated"}');

let store: FakeSecretsManager;

let client: SecretsManagerClient;

let now: number;

let warnings: unknown[][];

beforeEach(async () => {
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'example');
  store = await startSecretsManager(ARN);
  client = createSecretsManagerClient({ AWS_ENDPOINT_URL_SECRETS_MANAGER: store.endpoint });
  now = START;
  warnings = [];
});

afterEach(async () => {
  client.destroy();
  await store.close();
  vi.unstubAllEnvs();
});

/** A process of ours: its own cache and verifier over the store; the clock is shared. */
const startProcess = (source: Source = 'jira'): { secrets: SecretCache; verifier: Verifier } => {
  const clock = () => now;
  const fetch = () => fetchSigningKeys(client, ARN, { source, graceHours: 24, clock });
  const log = { warn: (...line: unknown[]) => void warnings.push(line) };
  const secrets = createSecretCache({ fetch, clock, log });
  return { secrets, verifier: createVerifier({ scheme: SENDERS[source].scheme, secrets, clock }) };
};

const put = (document: Record<string, unknown>, createdMs = now): void =>
  store.put(JSON.stringify(document), createdMs);

const signed = (secret: string | Buffer) =>
  new Map([['x-hub-signature', `sha256=${createHmac('sha256', secret).update(BODY).digest('hex')}`]]);

const deliver = (verifier: Verifier, secret: string | Buffer): Promise<Verdict> =>
  verifier.verify(signed(secret), BODY);

const by = (secret: string): Verdict => ({ outcome: 'verified', secret });

const REFUSED: Verdict = { outcome: 'refused' };

const UNAVAILABLE: Verdict = { outcome: 'unavailable' };

describe('a delivery', () => {
  it('is verified by the main key, because Jira signed it with that', async () => {
    put({ jira_webhook_secret: 'main' });
    expect(await deliver(startProcess().verifier, 'main')).toEqual(by('jira_webhook_secret'));
  });

  it('verifies the vector Atlassian publishes, because that is the scheme', async () => {
    put({ jira_webhook_secret: "It's a Secret to Everybody" });
    const headers = new Map([
      ['x-hub-signature', 'sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9'],
    ]);
    expect(await startProcess().verifier.verify(headers, Buffer.from('Hello World!'))).toEqual(
      by('jira_webhook_secret'),
    );
  });

  it('is refused when another secret signed it, because nobody we know did', async () => {
    put({ jira_webhook_secret: 'main' });
    expect(await deliver(startProcess().verifier, 'wrong')).toEqual(REFUSED);
  });

  it.each([
    ['missing', new Map<string, string>()],
    ['empty', new Map([['x-hub-signature', '']])],
    ['malformed', new Map([['x-hub-signature', 'sha1=00']])],
  ])(
    'is refused with a %s signature without asking the store, because no secret can help it',
    async (_, headers) => {
      await store.refuse();
      expect(await startProcess().verifier.verify(headers, BODY)).toEqual(REFUSED);
      expect(warnings).toEqual([]);
    },
  );

  it('is verified by the bytes of a base64 secret, because _encoding says so', async () => {
    put({
      jira_webhook_secret: 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=',
      jira_webhook_secret_encoding: 'base64',
    });
    const headers = new Map([
      ['x-hub-signature', 'd34adc10070524e0b567b7d217e7ab92a73ea6acc4bea67d2677f20bb8586578'],
    ]);
    expect(await startProcess().verifier.verify(headers, Buffer.from([0xff, 0xfe, 0, 1]))).toEqual(
      by('jira_webhook_secret'),
    );
  });

  it.each([
    {},
    { jira_webhook_secret: '' },
    { jira_webhook_secret: 'main!', jira_webhook_secret_encoding: 'base64' },
  ])(
    'is refused when the secret is %j, because that verifies nothing, not even an empty key',
    async (document) => {
      put(document);
      const { verifier } = startProcess();
      expect(await deliver(verifier, '')).toEqual(REFUSED);
      expect(await deliver(verifier, 'main!')).toEqual(REFUSED);
      expect(await verifier.check()).toBe('failing');
    },
  );

  it.each(['plain text', '[]', '"main"'])(
    'is unavailable when the secret is %j, because that is our fault and Jira should come again',
    async (document) => {
      store.put(document, now);
      const { verifier } = startProcess();
      expect(await deliver(verifier, 'main')).toEqual(UNAVAILABLE);
      expect(await verifier.check()).toBe('failing');
    },
  );
});

describe('a rotation by keys', () => {
  it('verifies with a staged key before it is promoted, because senders change first', async () => {
    put({ jira_webhook_secret: 'old', jira_webhook_secret_next: 'new' });
    const { verifier } = startProcess();
    expect(await deliver(verifier, 'new')).toEqual(by('jira_webhook_secret_next'));
    expect(await deliver(verifier, 'old')).toEqual(by('jira_webhook_secret'));
  });

  it('knows a staged key at its first signature, because a mismatch looks again', async () => {
    put({ jira_webhook_secret: 'old' });
    const { verifier } = startProcess();
    expect(await deliver(verifier, 'old')).toEqual(by('jira_webhook_secret'));
    put({ jira_webhook_secret: 'old', jira_webhook_secret_next: 'new' });
    now += MINUTE;
    expect(await deliver(verifier, 'new')).toEqual(by('jira_webhook_secret_next'));
  });

  it('knows a key staged 60 s ago although garbage came all the time, because 30 s are over by then', async () => {
    put({ jira_webhook_secret: 'old' });
    const { verifier } = startProcess();
    await deliver(verifier, 'garbage');
    put({ jira_webhook_secret: 'old', jira_webhook_secret_next: 'new' });
    for (let second = 1; second <= 60; second += 1) {
      now += SECOND;
      await deliver(verifier, 'garbage');
    }
    const before = { ...store.requests };
    expect(await deliver(verifier, 'new')).toEqual(by('jira_webhook_secret_next'));
    expect(store.requests).toEqual(before);
  });

  it('verifies with both keys after the promotion until the end that was set, and not a moment longer', async () => {
    put({
      jira_webhook_secret: 'new',
      jira_webhook_secret_previous: 'old',
      jira_webhook_secret_previous_until: '2026-11-22T19:02:00.000Z',
    });
    const { verifier } = startProcess();
    expect(await deliver(verifier, 'new')).toEqual(by('jira_webhook_secret'));
    now = START + 2 * MINUTE - 1;
    expect(await deliver(verifier, 'old')).toEqual(by('jira_webhook_secret_previous'));
    now = START + 2 * MINUTE;
    expect(await deliver(verifier, 'old')).toEqual(REFUSED);
  });

  it('does not let AWSPREVIOUS verify beside a _previous key, because its end is the one that counts', async () => {
    put({ jira_webhook_secret: 'old' });
    put({
      jira_webhook_secret: 'new',
      jira_webhook_secret_previous: 'old',
      jira_webhook_secret_previous_until: '2026-11-22T18:00:00.000Z',
    });
    expect(await deliver(startProcess().verifier, 'old')).toEqual(REFUSED);
  });
});

describe('an overwrite by hand', () => {
  beforeEach(() => {
    put({ jira_webhook_secret: 'old' });
  });

  it('verifies with the old secret for 24 hours, because the sender is changed later', async () => {
    put({ jira_webhook_secret: 'new' });
    now = START + DAY - 1;
    const { verifier } = startProcess();
    expect(await deliver(verifier, 'old')).toEqual(by('AWSPREVIOUS'));
    expect(await deliver(verifier, 'new')).toEqual(by('jira_webhook_secret'));
    now = START + DAY;
    expect(await deliver(verifier, 'old')).toEqual(REFUSED);
  });

  it('is known to a running process at the first signature, because a mismatch looks again', async () => {
    const { verifier } = startProcess();
    expect(await deliver(verifier, 'old')).toEqual(by('jira_webhook_secret'));
    put({ jira_webhook_secret: 'new' });
    expect(await deliver(verifier, 'new')).toEqual(by('jira_webhook_secret'));
    expect(await deliver(verifier, 'old')).toEqual(by('AWSPREVIOUS'));
  });

  it('revokes the old secret within 5 minutes when _previous is there and empty, because keys then govern', async () => {
    const { verifier } = startProcess();
    expect(await deliver(verifier, 'old')).toEqual(by('jira_webhook_secret'));
    put({ jira_webhook_secret: 'new', jira_webhook_secret_previous: '' });
    now = START + 5 * MINUTE;
    expect(await deliver(verifier, 'old')).toEqual(REFUSED);
  });

  it('revokes the old secret within 5 minutes when the label of AWSPREVIOUS is taken away', async () => {
    put({ jira_webhook_secret: 'new' });
    const { verifier } = startProcess();
    expect(await deliver(verifier, 'old')).toEqual(by('AWSPREVIOUS'));
    store.unlabel('AWSPREVIOUS');
    now = START + 5 * MINUTE;
    expect(await deliver(verifier, 'old')).toEqual(REFUSED);
  });
});

describe('a store that is down', () => {
  beforeEach(() => {
    put({ jira_webhook_secret: 'main' });
  });

  it('turns a mismatch into 503 although age has not called for a refresh, because the look failed', async () => {
    const { verifier } = startProcess();
    await deliver(verifier, 'main');
    store.fail({ kind: 'error', status: 400, type: 'AccessDeniedException' });
    expect(await deliver(verifier, 'wrong')).toEqual(UNAVAILABLE);
  });

  it('only for AWSPREVIOUS turns an unknown signature into 503, because AWSPREVIOUS may have made it', async () => {
    const { verifier } = startProcess();
    await deliver(verifier, 'main');
    put({ jira_webhook_secret: 'new' });
    store.fail({ kind: 'error', status: 400, type: 'AccessDeniedException' }, { stages: ['AWSPREVIOUS'] });
    expect(await deliver(verifier, 'new')).toEqual(UNAVAILABLE);
    expect(await deliver(verifier, 'main')).toEqual(by('jira_webhook_secret'));
    store.heal();
    now += 30 * SECOND;
    expect(await deliver(verifier, 'new')).toEqual(by('jira_webhook_secret'));
  });

  it('does not cost a warm process more than one try in 30 s, because every request would wait for it', async () => {
    const { verifier } = startProcess();
    await deliver(verifier, 'main');
    store.fail({ kind: 'error', status: 400, type: 'AccessDeniedException' });
    now += 6 * MINUTE;
    for (let sent = 0; sent < 100; sent += 1) await deliver(verifier, 'main');
    expect(store.requests.AWSCURRENT).toBe(2);
  });

  it('keeps its last good keys when the secret becomes unreadable, because a bad edit must not stop us', async () => {
    const { verifier } = startProcess();
    await deliver(verifier, 'main');
    store.put('oops', now);
    now += 6 * MINUTE;
    expect(await deliver(verifier, 'main')).toEqual(by('jira_webhook_secret'));
    expect(await deliver(verifier, 'wrong')).toEqual(UNAVAILABLE);
  });

  it('is logged by the name of the fault only, because its text may quote a secret or an ARN', async () => {
    store.put('whsec_do-not-log-me', now);
    const { verifier } = startProcess();
    await deliver(verifier, 'whsec_do-not-log-me');
    store.fail({ kind: 'error', status: 400, type: 'AccessDeniedException' });
    await deliver(verifier, 'whsec_do-not-log-me');
    expect(warnings).toEqual([
      [{ fault: 'SecretDocumentError', reason: 'the secret is not a JSON object' }, 'secret refresh failed'],
      [{ fault: 'AccessDeniedException' }, 'secret refresh failed'],
    ]);
  });
});

describe('many deliveries', () => {
  beforeEach(() => {
    put({ jira_webhook_secret: 'main' });
  });

  it('of garbage cost one refresh in 30 s, because each would otherwise ask the store', async () => {
    const { verifier } = startProcess();
    await deliver(verifier, 'main');
    for (let sent = 0; sent < 1000; sent += 1) {
      now = START + sent * 29;
      expect(await deliver(verifier, `garbage ${sent}`)).toEqual(REFUSED);
    }
    expect(store.requests.AWSCURRENT).toBe(2);
    now = START + 30 * SECOND;
    await deliver(verifier, 'garbage');
    expect(store.requests.AWSCURRENT).toBe(3);
  });

  it('of garbage at the same time cost one refresh, because they share it', async () => {
    const { verifier } = startProcess();
    await deliver(verifier, 'main');
    const verdicts = await Promise.all(Array.from({ length: 200 }, () => deliver(verifier, 'garbage')));
    expect(verdicts.every(({ outcome }) => outcome === 'refused')).toBe(true);
    expect(store.requests.AWSCURRENT).toBe(2);
  });

  it('with a new secret at the same time are all verified by one refresh, because none was known before', async () => {
    const { verifier } = startProcess();
    await deliver(verifier, 'main');
    put({ jira_webhook_secret: 'new' });
    const verdicts = await Promise.all(Array.from({ length: 50 }, () => deliver(verifier, 'new')));
    expect(verdicts).toEqual(Array.from({ length: 50 }, () => by('jira_webhook_secret')));
    expect(store.requests.AWSCURRENT).toBe(2);
  });

  it('at the start of a process cost one fetch, because the first requests share it', async () => {
    const { verifier } = startProcess();
    const verdicts = await Promise.all(Array.from({ length: 50 }, () => deliver(verifier, 'main')));
    expect(verdicts).toEqual(Array.from({ length: 50 }, () => by('jira_webhook_secret')));
    expect(store.requests.AWSCURRENT).toBe(1);
  });

  it('after a prefetch cost nothing more, because it has begun at init', async () => {
    const { secrets, verifier } = startProcess();
    secrets.prefetch();
    await Promise.all(Array.from({ length: 50 }, () => deliver(verifier, 'main')));
    expect(store.requests.AWSCURRENT).toBe(1);
  });
});

describe('the local override', () => {
  const verifierOf = (secret: string) =>
    createVerifier({
      scheme: SENDERS.jira.scheme,
      secrets: overrideSecret('JIRA_WEBHOOK_SECRET', secret),
      clock: () => START,
    });

  it('verifies under the name of its variable, because the log shows which key matched', async () => {
    expect(await deliver(verifierOf('local'), 'local')).toEqual(by('JIRA_WEBHOOK_SECRET'));
    expect(await verifierOf('local').check()).toBe('ok');
  });

  it('refuses every other signature, because there is no store to ask', async () => {
    expect(await deliver(verifierOf('local'), 'wrong')).toEqual(REFUSED);
  });

  it('verifies nothing when it is empty, because anybody can compute that digest', async () => {
    expect(await deliver(verifierOf(''), '')).toEqual(REFUSED);
  });
});

describe('a token', () => {
  const token = (text: string) => new Map([['x-gitlab-token', text]]);

  it('rotates as a secret does: staged, previous, and what an overwrite by hand replaced', async () => {
    put({ gitlab_webhook_secret: 'first' });
    const { verifier } = startProcess('gitlab');
    expect(await verifier.verify(token('first'), BODY)).toEqual(by('gitlab_webhook_secret'));
    now += MINUTE;
    put({ gitlab_webhook_secret: 'second' });
    expect(await verifier.verify(token('second'), BODY)).toEqual(by('gitlab_webhook_secret'));
    expect(await verifier.verify(token('first'), BODY)).toEqual(by('AWSPREVIOUS'));
    now += DAY;
    expect(await verifier.verify(token('first'), BODY)).toEqual(REFUSED);
    const until = new Date(now + HOUR).toISOString();
    put({
      gitlab_webhook_secret: 'third',
      gitlab_webhook_secret_next: 'fourth',
      gitlab_webhook_secret_previous: 'second',
      gitlab_webhook_secret_previous_until: until,
    });
    now += MINUTE;
    expect(await verifier.verify(token('fourth'), BODY)).toEqual(by('gitlab_webhook_secret_next'));
    expect(await verifier.verify(token('second'), BODY)).toEqual(by('gitlab_webhook_secret_previous'));
    now += HOUR;
    expect(await verifier.verify(token('second'), BODY)).toEqual(REFUSED);
  });

  it.each([token(''), new Map<string, string>(), signed('first')])(
    'that is missing or empty is refused without asking the store (%#)',
    async (headers) => {
      put({ gitlab_webhook_secret: 'first' });
      const { verifier } = startProcess('gitlab');
      expect(await verifier.verify(headers, BODY)).toEqual(REFUSED);
      expect(store.requests.AWSCURRENT).toBe(0);
    },
  );
});

describe('the presence of a source', () => {
  const signedBy = (secret: string) =>
    new Map([['x-hub-signature-256', `sha256=${createHmac('sha256', secret).update(BODY).digest('hex')}`]]);
  const UNSIGNED = new Map<string, string>();

  it('is on with a key of its own and off with only the keys of others', async () => {
    put({ jira_webhook_secret: 'main', github_webhook_secret: 'of github' });
    expect(await startProcess('github').verifier.presence(UNSIGNED)).toBe('on');
    expect(await startProcess('commits').verifier.presence(UNSIGNED)).toBe('off');
  });

  it('is off for ever where there is no place to look', async () => {
    const verifier = createVerifier({ scheme: SENDERS.github.scheme, secrets: noSecret, clock: () => now });
    expect(await verifier.presence(signedBy('any'))).toBe('off');
  });

  it('looks again for a well-formed signature only, so that anybody else costs nothing', async () => {
    put({ jira_webhook_secret: 'main' });
    const { verifier } = startProcess('github');
    expect(await verifier.presence(UNSIGNED)).toBe('off');
    put({ jira_webhook_secret: 'main', github_webhook_secret: 'just added' });
    expect(await verifier.presence(UNSIGNED)).toBe('off');
    expect(store.requests.AWSCURRENT).toBe(1);
    expect(await verifier.presence(signedBy('just added'))).toBe('on');
    expect(await verifier.verify(signedBy('just added'), BODY)).toEqual(by('github_webhook_secret'));
    expect(store.requests.AWSCURRENT).toBe(2);
  });

  it('looks again at most every 30 s, because anybody can write a well-formed signature', async () => {
    put({ jira_webhook_secret: 'main' });
    const { verifier } = startProcess('github');
    await verifier.presence(signedBy('noise'));
    put({ jira_webhook_secret: 'main', github_webhook_secret: 'added' });
    now += 30 * SECOND - 1;
    expect(await verifier.presence(signedBy('added'))).toBe('off');
    now += 1;
    expect(await verifier.presence(signedBy('added'))).toBe('on');
  });

  it('is unknown while the store is down, because off would be a 404 that the sender never tries again', async () => {
    put({ jira_webhook_secret: 'main' });
    const warm = startProcess('github').verifier;
    expect(await warm.presence(UNSIGNED)).toBe('off');
    await store.refuse();
    expect(await startProcess('github').verifier.presence(UNSIGNED)).toBe('unavailable');
    expect(await warm.presence(signedBy('added meanwhile'))).toBe('unavailable');
    expect(await warm.presence(UNSIGNED)).toBe('off');
  });

  it('ends with its last key, because nothing can be verified then', async () => {
    put({
      github_webhook_secret_previous: 'old',
      github_webhook_secret_previous_until: '2026-11-22T19:01:00Z',
    });
    const { verifier } = startProcess('github');
    expect(await verifier.presence(UNSIGNED)).toBe('on');
    now += MINUTE;
    expect(await verifier.presence(UNSIGNED)).toBe('off');
  });

  it('stays on for others when one source has broken keys, because each is read by itself', async () => {
    put({
      jira_webhook_secret: 'main',
      github_webhook_secret: 'x',
      github_webhook_secret_encoding: 'rot13',
      commits_webhook_secret: 'of commits',
    });
    expect(await deliver(startProcess().verifier, 'main')).toEqual(by('jira_webhook_secret'));
    expect(await startProcess('commits').verifier.presence(UNSIGNED)).toBe('on');
    expect(await startProcess('github').verifier.presence(UNSIGNED)).toBe('unavailable');
  });
});

describe('the health check', () => {
  it('fails when the only key has ended, because nothing can be verified then', async () => {
    put({ jira_webhook_secret_previous: 'old', jira_webhook_secret_previous_until: '2026-11-22T19:01:00Z' });
    const { verifier } = startProcess();
    expect(await verifier.check()).toBe('ok');
    now += MINUTE;
    expect(await verifier.check()).toBe('failing');
  });
});

const list = readEnv({ ALLOWED_CIDRS: '192.0.2.0/24, 2001:db8::/32' }).ALLOWED_CIDRS;

describe('a client address', () => {
  it.each(['192.0.2.1', '2001:db8::1', '', 'unknown'])(
    'is allowed when no list is set, even %j, because nobody asked for a check',
    (address) => {
      expect(isAllowedAddress(undefined, address)).toBe(true);
    },
  );

  it.each(['192.0.2.0', '192.0.2.255', '2001:db8::1', '2001:DB8:ffff::', '2001:0db8:0:0:0:0:0:1'])(
    'is allowed as %s, because its block is listed',
    (address) => {
      expect(isAllowedAddress(list, address)).toBe(true);
    },
  );

  it.each(['::ffff:192.0.2.7', '::FFFF:192.0.2.7', '::ffff:c000:0207', '0:0:0:0:0:ffff:192.0.2.7'])(
    'is allowed as %s, because it maps a listed IPv4 address',
    (address) => {
      expect(isAllowedAddress(list, address)).toBe(true);
    },
  );

  it.each(['192.0.3.0', '192.0.1.255', '2001:db9::1', '::ffff:192.0.3.7', '::192.0.2.7', '::1', '0.0.0.0'])(
    'is not allowed as %s, because no listed block has it',
    (address) => {
      expect(isAllowedAddress(list, address)).toBe(false);
    },
  );

  it.each([
    '',
    ' 192.0.2.1',
    '192.0.2.1:443',
    '[2001:db8::1]',
    '192.0.2.1, 192.0.2.2',
    '192.0.2',
    '0xc0000201',
    '192.0.2.01',
  ])('is not allowed as %j, because that is no address', (address) => {
    expect(isAllowedAddress(list, address)).toBe(false);
  });

  it('is looked up as IPv4 and as the IPv6 address that maps it with the same answer, and never throws', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.string(), (address, noise) => {
        const inBlock = address.startsWith('192.0.2.');
        return (
          isAllowedAddress(list, address) === inBlock &&
          isAllowedAddress(list, `::ffff:${address}`) === inBlock &&
          isAllowedAddress(list, `x${noise}`) === false
        );
      }),
    );
  });
});
