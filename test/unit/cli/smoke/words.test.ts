import { describe, expect, it } from 'vitest';
import type { Taken, World } from '../../../../src/cli/smoke/check.ts';
import type { Deployment } from '../../../../src/cli/smoke/deployment.ts';
import { describeRest } from '../../../../src/cli/smoke/words.ts';

const taken: Taken = {
  body: Buffer.from('{}'),
  signature: 'sha256=0',
  event_id: 'evt_1',
  received_ms: 0,
  patience: AbortSignal.timeout(1),
};

const restOf = (world: Pick<World, 'taken'>, names: Pick<Deployment, 'bucket' | 'table'>, profile?: string) =>
  describeRest(
    world,
    { stack: 'JiraWebhookSync-dev', url: new URL('https://api.example'), secret_id: 'webhooks', ...names },
    { region: 'eu-west-1', profile },
  );

describe('what is left to do after smoke', () => {
  it('is nothing where nothing was written', () => {
    expect(restOf({ taken: null }, { bucket: 'b', table: 't' })).toBeNull();
  });

  it('is one command to paste', () => {
    expect(restOf({ taken }, { bucket: 'b', table: 't' }, 'ops')).toMatch(
      /\n {2}AWS_PROFILE=ops AWS_REGION=eu-west-1 ARTIFACTS_BUCKET=b npm run erase -- --issue \S+ --table t$/,
    );
  });

  it('shows what to fill in where the outputs do not tell it', () => {
    expect(restOf({ taken }, { bucket: null, table: null })).toMatch(
      /\n {2}AWS_REGION=eu-west-1 ARTIFACTS_BUCKET=BUCKET npm run erase -- --issue \S+ --table TABLE$/,
    );
  });
});
