import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { CLOSED } from '../../../src/domain/breaker.ts';
import { adminEventId } from '../../../src/domain/event-id.ts';
import { embeddedConfig } from '../../../src/local/aws-config.ts';
import { createDocumentClient, createDynamoDb } from '../../../src/platform/dynamodb.ts';
import { eventKey, subscriptionKey } from '../../../src/store/calls/keys.ts';
import { getItem, type Table } from '../../../src/store/calls/table.ts';
import { decodeEvent } from '../../../src/store/events/event-row.ts';
import {
  changeSubscription,
  createSubscription,
} from '../../../src/store/subscriptions/change-subscription.ts';
import {
  getSubscription,
  listSubscriptions,
  type SubscriptionRow,
  writeState,
} from '../../../src/store/subscriptions/subscription-row.ts';
import { createTable } from '../../support/app.ts';
import { someRun } from '../../support/connections.ts';
import { someSubscription } from '../../support/subscriptions.ts';
import { useEngine } from '../../support/use-engine.ts';

const engine = useEngine();
let table: Table;
const signal = AbortSignal.timeout(300_000);

beforeAll(async () => {
  const config = embeddedConfig(engine.endpoint);
  const name = await createTable(engine.endpoint);
  table = { client: createDynamoDb(config), documentClient: createDocumentClient(config), name };
});

const who = 'arn:aws:iam::1:user/ann';
const created = { who, what: 'subscription-created' } as const;
const changed = { who, what: 'subscription-changed' } as const;
const removed = { who, what: 'subscription-removed' } as const;

const make = async (differing: Partial<SubscriptionRow> = {}): Promise<SubscriptionRow> => {
  const subscription = someSubscription(differing);
  expect(await createSubscription({ table }, subscription, created, someRun())).toBe('created');
  return subscription;
};

const get = ({ subscription_id }: SubscriptionRow) => getSubscription({ table, signal }, subscription_id);

const change = (
  before: SubscriptionRow,
  after: SubscriptionRow,
  audit: typeof changed | typeof removed = changed,
) => changeSubscription({ table, retention_days: 90 }, before, after, audit, someRun());

const stateOf = (row: SubscriptionRow, differing: Partial<SubscriptionRow>) => ({ ...row, ...differing });

const auditOf = async ({ tenant_id, subscription_id }: SubscriptionRow, rev: number) => {
  const row = await getItem({ table, signal }, eventKey(adminEventId(tenant_id, subscription_id, rev)));
  return row && { row, said: JSON.parse(String(decodeEvent(row).raw)) };
};

const listed = async (tenant: string): Promise<string[]> => {
  const found: string[] = [];
  for await (const page of listSubscriptions({ table, tenant, newSignal: () => signal }))
    found.push(...page.map(({ subscription_id }) => subscription_id));
  return found;
};

describe('a subscription', () => {
  it('is read as it was made, whatever it holds', async () => {
    const subscription = await make({
      name: 'Größe "1"\u0000',
      priority: 'by_issue',
      rate_per_second: 2.5,
      current: null,
      previous: { from: 'sealed', version: 1, master: 2, encoding: 'text', sealed: 'eA==' },
      previous_until_ms: 7,
      status: 'open',
      failed_in_a_row: 5,
      opened_ms: 1,
      next_probe_ms: 2,
      probes: 3,
      width: 4,
      status_reason: 'answered 500',
    });
    expect(await get(subscription)).toEqual(subscription);
    expect(await get(someSubscription())).toBeNull();
  });

  it('is listed among those of its tenant in the order they were made, deleted ones too, and nowhere else', async () => {
    const rows = [];
    for (const created_ms of [3, 1, 2]) rows.push(await make({ tenant_id: 'listed', created_ms }));
    const other = await make({ tenant_id: 'listed-2' });
    const [third, first, second] = rows;
    if (!(first && second && third)) throw new Error('three were made');
    expect(await change(second, stateOf(second, { status: 'deleted' }), removed)).toBe('changed');
    expect(await listed('listed')).toEqual([first, second, third].map((one) => one.subscription_id));
    expect(await listed('listed-2')).toEqual([other.subscription_id]);
    expect(await listed('listed-3')).toEqual([]);
  });

  it('names itself in its key, so that a copy of its row under another id is not believed', async () => {
    const subscription = await make();
    const other = someSubscription();
    const row = await getItem({ table, signal }, subscriptionKey(subscription.subscription_id));
    const Item = marshall({ ...row, ...subscriptionKey(other.subscription_id) });
    await table.client.send(new PutItemCommand({ TableName: table.name, Item }));
    await expect(get(other)).rejects.toThrow('decided does not fit');
  });

  it('keeps beside its own fields what newer code wrote there, because an older one may change it', async () => {
    const subscription = await make();
    const newer = { ...subscription, filter: { ...subscription.filter, colours: ['red'] } };
    expect(await change(subscription, newer)).toBe('changed');
    const read = await get(subscription);
    if (read === null) throw new Error('gone');
    expect(await change(read, { ...read, name: 'x' })).toBe('changed');
    expect((await get(subscription))?.filter).toEqual(newer.filter);
  });
});

describe('a change by people', () => {
  it('raises the revision, and one of the revision before is refused and leaves no event', async () => {
    const subscription = await make();
    expect(await change(subscription, { ...subscription, name: 'first' })).toBe('changed');
    expect(await change(subscription, { ...subscription, name: 'late' })).toBe('stale-revision');
    const paused = stateOf(subscription, { status: 'paused' });
    expect(await change(subscription, paused)).toBe('stale-revision');
    expect(await get(subscription)).toEqual({ ...subscription, name: 'first', rev: 2 });
    expect(await auditOf(subscription, 3)).toBeNull();
  });

  it('wins alone of many at once, because each names the revision that it read', async () => {
    const subscription = await make();
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const results = await Promise.all(names.map((name) => change(subscription, { ...subscription, name })));
    expect(results.toSorted()).toEqual(['changed', ...Array(5).fill('stale-revision')]);
    const row = await get(subscription);
    expect((await auditOf(subscription, 2))?.said.after.name).toBe(row?.name);
  });

  it('leaves what the lane wrote meanwhile, unless it is about just that', async () => {
    const subscription = await make();
    const failing = stateOf(subscription, { failed_in_a_row: 3 });
    expect(await writeState({ table, signal }, subscription, failing)).toBe('written');
    expect(await change(subscription, { ...subscription, name: 'new' })).toBe('changed');
    expect(await get(subscription)).toMatchObject({ name: 'new', rev: 2, failed_in_a_row: 3, state_rev: 2 });
    const late = { ...subscription, rev: 2 };
    expect(await change(late, { ...late, status: 'paused' })).toBe('stale-state');
    expect(await auditOf(subscription, 3)).toBeNull();
    const read = await get(subscription);
    if (read === null) throw new Error('gone');
    expect(await change(read, { ...read, ...CLOSED, status: 'paused' })).toBe('changed');
    expect(await get(subscription)).toMatchObject({
      status: 'paused',
      failed_in_a_row: 0,
      rev: 3,
      state_rev: 3,
    });
  });

  it('that deletes it makes it expire when nothing that it had to send can be left', async () => {
    const subscription = await make();
    const run = someRun(Date.UTC(2026, 10, 22));
    const gone = stateOf(subscription, { status: 'deleted' });
    await changeSubscription({ table, retention_days: 90 }, subscription, gone, removed, run);
    const row = await getItem({ table, signal }, subscriptionKey(subscription.subscription_id));
    const days = (Number(row?.expires_at) - run.received_ms / 1000) / 86_400;
    expect(days).toBeGreaterThan(90);
    expect(await get(subscription)).toMatchObject({ status: 'deleted', rev: 2, state_rev: 2 });
  });

  it('is told by an event that holds no secret and no path, and that another target shows as another', async () => {
    const sealed = 'c2VhbGVkIHRleHQgdGhhdCBub2JvZHkgc2VlcyE=';
    const key = 'a2V5IHRoYXQgbm9ib2R5IHNlZXMh';
    const subscription = await make({
      signature: 'standard',
      target: { ...someSubscription().target, sealed },
      current: { from: 'sealed', version: 3, master: 1, encoding: 'text', sealed: key },
    });
    const target = { ...subscription.target, version: 2 };
    await change(subscription, { ...subscription, target });
    const audit = await auditOf(subscription, 2);
    expect(audit?.said).toMatchObject({
      who,
      what: 'subscription-changed',
      rev: 2,
      subscription_id: subscription.subscription_id,
      before: { target_version: 1, rev: 1, url: 'https://agent.example.net/…' },
      after: { target_version: 2, rev: 2, secret: { version: 3 } },
    });
    expect(audit?.row).toMatchObject({ source: 'admin', event_type: 'subscription-changed' });
    for (const secret of [sealed, key]) expect(JSON.stringify(audit?.said)).not.toContain(secret);
  });
});

describe("the lane's note of how a target does", () => {
  it('counts once of many, because two lanes may believe that it is theirs', async () => {
    const subscription = await make();
    const results = await Promise.all(
      [1, 2, 3, 4].map((failed_in_a_row) =>
        writeState({ table, signal }, subscription, stateOf(subscription, { failed_in_a_row })),
      ),
    );
    expect(results.toSorted()).toEqual(['stale', 'stale', 'stale', 'written']);
    expect((await get(subscription))?.state_rev).toBe(2);
  });

  it('never revives one that was deleted or paused meanwhile, because people decide that', async () => {
    const subscription = await make();
    const gone = stateOf(subscription, { status: 'deleted' });
    expect(await change(subscription, gone, removed)).toBe('changed');
    const state = stateOf(subscription, { failed_in_a_row: 1 });
    expect(await writeState({ table, signal }, subscription, state)).toBe('stale');
    expect((await get(subscription))?.status).toBe('deleted');
    expect(await writeState({ table, signal }, someSubscription(), state)).toBe('stale');
  });
});
