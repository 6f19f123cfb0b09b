import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newConnectionId } from '../../src/domain/connection.ts';
import { commit, commitsBody, deletionBody, issueBody } from '../integration/correlate/bodies.ts';
import { createTable, openApp } from '../support/app.ts';
import { connect } from '../support/connected.ts';
import { startCorrelation } from '../support/correlation.ts';
import { depth } from '../support/depth.ts';
import { useEngine } from '../support/use-engine.ts';

const HISTORIES = depth(2, 12);
const LIMIT_MS = 300_000;

/** Two tenants, the name of one being the beginning of the other's. */
const TENANTS = ['a', 'a-b'] as const;
type Tenant = (typeof TENANTS)[number];

type Sent = { kind: 'jira' | 'commits'; body: string };

/** What both are sent: two issues that share a key in time, and commits that name their keys. */
const BODIES: readonly Sent[] = [
  ...[1, 2, 3].map((day) => ({ kind: 'jira', body: issueBody('1', 'ABC-1', day) }) as const),
  { kind: 'jira', body: issueBody('1', 'XYZ-1', 4, { from: 'ABC-1' }) },
  { kind: 'jira', body: issueBody('2', 'ABC-1', 5) },
  { kind: 'jira', body: deletionBody('2', 'ABC-1', 6) },
  { kind: 'jira', body: '{"webhookEvent":""}' },
  ...[1, 2, 3].map(
    (n) =>
      ({
        kind: 'commits',
        body: commitsBody(commit(n, `ABC-1 n${n}`), commit(n + 10, 'XYZ-1 X-9')),
      }) as const,
  ),
];

type Step = { tenant: Tenant; sent: Sent; correlates: boolean };

const history: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    tenant: fc.constantFrom(...TENANTS),
    sent: fc.constantFrom(...BODIES),
    correlates: fc.boolean(),
  }),
  { minLength: 4, maxLength: 12 },
);

/** What is known to tell them apart: only one has moved its issue, has commits, or has lost an issue. */
const UNEVEN: Step[] = [
  ['a', 0],
  ['a-b', 3],
  ['a', 7],
  ['a-b', 4],
  ['a-b', 5],
  ['a', 8],
].flatMap(([tenant, n]) => {
  const sent = BODIES[Number(n)];
  return sent ? [{ tenant: tenant === 'a' ? 'a' : 'a-b', sent, correlates: n === 4 }] : [];
});

const TARGETS = [
  '/issues?project=ABC',
  '/issues?project=XYZ',
  ...['1', '2', 'ABC-1', 'XYZ-1'].flatMap((issue) => [
    `/issues/${issue}`,
    `/issues/${issue}/events`,
    `/issues/${issue}/commits`,
  ]),
  '/gaps/stories-without-commits',
  '/gaps/commits-without-story',
  '/events?date=2026-03-10&limit=100',
  '/stats?by=hour',
];

const NOON = Date.UTC(2026, 2, 10, 19);

/** Of no meaning: who asked when, and how long it took. */
const lasting = (text: string): string =>
  text
    .replaceAll(/"(run_id|next_cursor|generated_at)": ?"[^"]*"/g, '"$1":""')
    .replaceAll(/"duration_ms":\d+/g, '"duration_ms":0');

const engine = useEngine();
/** The same everywhere, because an event's id is made of its connection's. */
const ids = TENANTS.flatMap((tenant) => [{ tenant, jira: newConnectionId(), commits: newConnectionId() }]);

/** What each of these tenants is shown after its part of a history, at the same times. */
const play = async (
  steps: readonly Step[],
  tenants: readonly Tenant[],
): Promise<Record<string, string[]>> => {
  let now = NOON;
  const clock = () => now;
  const app = openApp({ endpoint: engine.endpoint, tableName: await createTable(engine.endpoint), clock });
  using correlation = startCorrelation(app, { clock });
  const connected = new Map<string, Awaited<ReturnType<typeof connect>>>();
  for (const { tenant, jira, commits } of ids) {
    const site_url = `https://${tenant}.example.net`;
    connected.set(
      `${tenant} jira`,
      await connect(app.events, { tenant_id: tenant, connection_id: jira, site_url }),
    );
    const kind = { kind: 'commits', site_url: null } as const;
    connected.set(
      `${tenant} commits`,
      await connect(app.events, { tenant_id: tenant, connection_id: commits, ...kind }),
    );
  }
  for (const { tenant, sent, correlates } of steps) {
    now += 60_000;
    const sender = connected.get(`${tenant} ${sent.kind}`);
    if (sender && tenants.includes(tenant)) await app.deliverTo(sender, sent.body);
    if (correlates) expect(await correlation.run()).toEqual({ batchItemFailures: [] });
  }
  await correlation.run();
  const shown: Record<string, string[]> = {};
  for (const tenant of tenants) {
    const answers = TARGETS.map(async (target) => {
      const { status, bytes } = await app.download(`/t/${tenant}${target}`);
      return `${target} ${status} ${lasting(bytes.toString())}`;
    });
    const latest = join(
      correlation.folder,
      `artifacts/tenants/${tenant}/issues/wave3/jira_webhook/latest.json`,
    );
    const document = existsSync(latest) ? lasting(readFileSync(latest, 'utf8')) : 'no document';
    shown[tenant] = [...(await Promise.all(answers)), document];
  }
  return shown;
};

describe('deliveries of two tenants with the same ids and keys', () => {
  it('end, in whatever way they are mixed, as each tenant’s alone would, because neither is there for the other', {
    tags: ['deep'],
    timeout: LIMIT_MS,
  }, async () => {
    const property = fc.asyncProperty(history, async (steps) => {
      const mixed = await play(steps, TENANTS);
      for (const tenant of TENANTS) expect(mixed[tenant]).toEqual((await play(steps, [tenant]))[tenant]);
    });
    await fc.assert(property, {
      numRuns: HISTORIES,
      examples: [[UNEVEN]],
      interruptAfterTimeLimit: LIMIT_MS - 60_000,
      markInterruptAsFailure: true,
    });
  });
});
