import type { Deliveries, Rotation, Use } from '../../src/cli/rotate-secret/rotation.ts';
import { openSecretStore } from '../../src/cli/rotate-secret/secret-store.ts';
import type { Clock } from '../../src/platform/clock.ts';
import type { FakeSecretsManager } from './secrets-manager.ts';

export const ARN = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:webhooks-AbCdEf';

/** What makes the SDK talk to the stand-in. */
export const awsEnv = ({ endpoint }: Pick<FakeSecretsManager, 'endpoint'>) => ({
  AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint,
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'example',
});

/** Deliveries as they are found in a table, from a list that may grow. */
export const deliveriesIn = (uses: Use[]): Deliveries => {
  const sorted = () => uses.toSorted((a, b) => b.received_ms - a.received_ms);
  return {
    newest: async (sinceMs = 0) =>
      sorted()
        .filter(({ received_ms }) => received_ms >= sinceMs)
        .slice(0, 25),
    newestUseOf: async (key, sinceMs) =>
      sorted().find(({ secret, received_ms }) => secret === key && received_ms >= sinceMs) ?? null,
  };
};

/** A rotation of Jira's secret in the stand-in, to which everybody says yes; `said` is everything it told. */
export const rotationAt = async (
  fake: FakeSecretsManager,
  clock: Clock,
  options: Partial<Rotation> = {},
): Promise<Rotation & { said: string[] }> => {
  const said: string[] = [];
  return {
    source: 'jira',
    secret_id: ARN,
    store: await openSecretStore(ARN, awsEnv(fake)),
    deliveries: deliveriesIn([]),
    grace_hours: 24,
    clock,
    ask: async () => true,
    say: (text) => void said.push(text),
    said,
    ...options,
  };
};
