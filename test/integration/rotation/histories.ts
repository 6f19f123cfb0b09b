import fc from 'fast-check';
import { begin } from '../../../src/cli/rotate-secret/begin.ts';
import { abort, finish } from '../../../src/cli/rotate-secret/finish.ts';
import type { Use } from '../../../src/cli/rotate-secret/rotation.ts';
import { CommandError } from '../../../src/cli/shared/command.ts';
import { SENDERS } from '../../../src/senders/registry.ts';
import { createSecretCache } from '../../../src/verify/secret-source.ts';
import { createSecretsManagerClient, fetchSigningKeys } from '../../../src/verify/secrets-manager.ts';
import { createVerifier } from '../../../src/verify/verify-delivery.ts';
import { sign } from '../../support/app.ts';
import { ARN, awsEnv, deliveriesIn, rotationAt } from '../../support/rotation.ts';
import { SecretModel } from '../../support/secret-model.ts';
import { startSecretsManager } from '../../support/secrets-manager.ts';
import { HOUR, MINUTE, SECOND } from './receivers.ts';

const SOURCES = ['jira', 'github'] as const;
type Source = (typeof SOURCES)[number];

/** `pasted`: whether the sender gets the secret that a `begin` shows. */
type Move = {
  source: Source;
  step: 'begin' | 'finish' | 'abort';
  pasted: boolean;
  gap: number;
  rounds: number;
};

/** Any order of steps of two sources in one secret, with deliveries in the gaps before them. */
export const histories: fc.Arbitrary<Move[]> = fc.array(
  fc.record({
    source: fc.constantFrom(...SOURCES),
    step: fc.constantFrom('begin', 'begin', 'finish', 'finish', 'abort'),
    pasted: fc.boolean(),
    gap: fc.constantFrom(0, SECOND, 29 * SECOND, MINUTE, 4 * MINUTE, 6 * MINUTE, HOUR, 24 * HOUR),
    rounds: fc.integer({ min: 1, max: 4 }),
  }),
  { minLength: 3, maxLength: 10 },
);

/** Every kind of step once: it finishes, is refused, and takes back. */
export const FULL_HISTORY: Move[] = [
  { source: 'jira', step: 'begin', pasted: true, gap: HOUR, rounds: 2 },
  { source: 'jira', step: 'begin', pasted: true, gap: MINUTE, rounds: 2 },
  { source: 'github', step: 'begin', pasted: false, gap: HOUR, rounds: 2 },
  { source: 'github', step: 'finish', pasted: true, gap: HOUR, rounds: 2 },
  { source: 'jira', step: 'finish', pasted: true, gap: SECOND, rounds: 2 },
  { source: 'github', step: 'abort', pasted: true, gap: MINUTE, rounds: 2 },
  { source: 'jira', step: 'begin', pasted: true, gap: 24 * HOUR, rounds: 4 },
];

const RECEIVERS = 2;
const GARBAGE = 'garbage';
const BODY = Buffer.from('{}');
const HEADERS = { jira: 'x-hub-signature', github: 'x-hub-signature-256' };

export type Played = { wrong: string[]; steps: Record<'done' | 'refused', number> };

/** Plays a history on a store of its own and says what went against the contract. */
export const play = async (moves: Move[]): Promise<Played> => {
  const time = { now: Date.UTC(2026, 10, 22, 12) };
  const clock = () => time.now;
  const fake = await startSecretsManager(ARN, clock);
  const first = { jira: 'first of jira', github: 'first of github' };
  const document = { jira_webhook_secret: first.jira, github_webhook_secret: first.github };
  fake.put(JSON.stringify(document), time.now - 48 * HOUR);
  const played: Played = { wrong: [], steps: { done: 0, refused: 0 } };
  const models = { jira: new SecretModel(clock), github: new SecretModel(clock) };
  const main = { ...first };
  const staged: Record<Source, string> = { jira: '', github: '' };
  const uses: Record<Source, Use[]> = { jira: [], github: [] };
  /** Secrets that a sender has. */
  const pasted = new Set<string>([first.jira, first.github]);
  /** Secrets with which a delivery was accepted. */
  const used = new Set<string>();
  for (const source of SOURCES) models[source].show(first[source]);

  const receivers = Array.from({ length: RECEIVERS }, () => {
    const client = createSecretsManagerClient(awsEnv(fake));
    const verifierOf = (source: Source) => {
      const fetch = () => fetchSigningKeys(client, ARN, { source, graceHours: 24, clock });
      const secrets = createSecretCache({ fetch, clock, log: { warn: () => {} } });
      return createVerifier({ scheme: SENDERS[source].scheme, secrets, clock });
    };
    return { jira: verifierOf('jira'), github: verifierOf('github'), close: () => client.destroy() };
  });

  const deliver = async (index: number, source: Source, secret: string): Promise<void> => {
    const headers = new Map([[HEADERS[source], sign(BODY, secret)]]);
    const verdict = await receivers[index]?.[source].verify(headers, BODY);
    const expected = secret === GARBAGE ? 'refused' : models[source].expected(secret);
    const got = verdict?.outcome === 'verified' ? 'accepted' : verdict?.outcome;
    if (got !== expected && !(expected === 'either' && got !== 'unavailable'))
      played.wrong.push(`${new Date(time.now).toISOString()} ${source}: ${secret} was ${got}`);
    if (verdict?.outcome !== 'verified') return;
    used.add(secret);
    uses[source].push({ secret: verdict.secret, received_ms: time.now });
  };

  const round = async (): Promise<void> => {
    for (const source of SOURCES)
      for (const secret of [GARBAGE, ...models[source].secrets.filter((one) => pasted.has(one))])
        for (let index = 0; index < RECEIVERS; index += 1) await deliver(index, source, secret);
  };

  /** So many rounds in this time, the last one at its end. */
  const stream = async (ms: number, rounds: number): Promise<void> => {
    for (let done = 0; done < rounds; done += 1) {
      time.now += ms / rounds;
      await round();
    }
  };

  const steps = {
    begin: async (move: Move) => {
      const { source } = move;
      const show = (secret: string): void => {
        staged[source] = secret;
        models[source].show(secret);
        if (move.pasted) pasted.add(secret);
      };
      const deliveries = deliveriesIn(uses[source]);
      await begin(await rotationAt(fake, clock, { source, deliveries }), {
        wait: () => stream(MINUTE, 2),
        show,
      });
      await round();
    },
    finish: async ({ source }: Move) => {
      await finish(await rotationAt(fake, clock, { source, deliveries: deliveriesIn(uses[source]) }), false);
      if (!used.has(staged[source])) played.wrong.push(`${source}: a secret nobody used was promoted`);
      models[source].end(main[source], time.now + 24 * HOUR);
      main[source] = staged[source];
    },
    abort: async ({ source }: Move) => {
      await abort(await rotationAt(fake, clock, { source, deliveries: deliveriesIn(uses[source]) }));
      models[source].end(staged[source], time.now);
    },
  };

  /** A step that does not fit in here is refused, and leaves the store as it was. */
  const tryStep = async (move: Move): Promise<void> => {
    const before = fake.read('AWSCURRENT');
    try {
      await steps[move.step](move);
      played.steps.done += 1;
    } catch (fault) {
      if (!(fault instanceof CommandError)) throw fault;
      if (fake.read('AWSCURRENT') !== before) played.wrong.push(`a refused ${move.step} changed the secret`);
      played.steps.refused += 1;
    }
  };

  try {
    await round();
    for (const move of moves) {
      await stream(move.gap, move.rounds);
      await tryStep(move);
    }
    await stream(25 * HOUR, 3);
    return played;
  } finally {
    for (const { close } of receivers) close();
    await fake.close();
  }
};
