import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApp } from '../support/app.ts';
import { some } from '../support/depth.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import { bodyOf, type DeliveryModel, fullUpdate } from '../support/jira-deliveries.ts';
import { deliverTo, startServer, temporaryFolder } from '../support/server-process.ts';
import { useEngine } from '../support/use-engine.ts';
import { eventually } from './local/processes.ts';

const LIMIT_MS = 120_000;

type Kind = { what: string; writes: number; event: string; form: DeliveryModel['form']; moved: boolean };

const KINDS: Kind[] = [
  { what: 'a creation', writes: 3, event: 'jira:issue_created', form: 'full', moved: false },
  {
    what: 'an update of an unknown issue',
    writes: 4,
    event: 'jira:issue_updated',
    form: 'full',
    moved: false,
  },
  { what: 'a move', writes: 4, event: 'jira:issue_updated', form: 'full', moved: true },
  { what: 'a deletion', writes: 5, event: 'jira:issue_deleted', form: 'full', moved: false },
  { what: 'a partial deletion', writes: 3, event: 'jira:issue_deleted', form: 'partial', moved: false },
];

/** Before each write, and after the last one while its answer is on the way. */
const POINTS = KINDS.flatMap((kind) =>
  Array.from({ length: kind.writes + 1 }, (_, write) => ({
    ...kind,
    write,
    where: write < kind.writes ? `before write ${write + 1}` : 'before its answer',
  })),
);

const engine = useEngine();
let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeAll(async () => {
  folder = await temporaryFolder();
});

afterAll(() => folder.remove());

/** Starts a server, lets it do so many writes, and kills it when it waits for the next one. */
const crash = async (proxy: FaultProxy, tableName: string, body: string, point: (typeof POINTS)[number]) => {
  const env = { TABLE_NAME: tableName, AWS_ENDPOINT_URL_DYNAMODB: proxy.endpoint };
  const server = await startServer(`${folder.path}/${tableName}`, env);
  // What it writes itself when it starts is not counted.
  await eventually(() => proxy.seen.some(({ body }) => body.includes('swept_ms')));
  const last = point.write === point.writes;
  proxy.fail(last ? { kind: 'mute' } : { kind: 'hang' }, {
    operations: ['PutItem', 'UpdateItem'],
    skip: last ? point.writes - 1 : point.write,
  });
  const struck = proxy.nextStrike();
  const answer = deliverTo(server.url, body);
  await struck;
  await server.kill();
  expect(await answer).toBeNull();
};

describe('a server killed with -9', () => {
  it.concurrent.each(some(2, POINTS))(
    '$where of $what leaves nothing that a retry of the same delivery does not repair',
    { tags: ['deep'], timeout: LIMIT_MS },
    async (point) => {
      const tableName = `crashed-${randomUUID()}`;
      const proxy = await startFaultProxy(engine.endpoint);
      const movedFrom = point.moved ? 'OLD-7' : null;
      const body = bodyOf(fullUpdate({ id: '7', key: 'NEW-7' }, { ...point, movedFrom }));
      await crash(proxy, tableName, body, point);
      await proxy.close();

      const app = openApp({ endpoint: engine.endpoint, tableName });
      const again = await app.deliver(body);
      const stored = point.write === point.writes;
      expect([again.status, again.body.outcome]).toEqual(stored ? [200, 'duplicate'] : [202, 'applied']);
      const { body: issue } = await app.get('/issues/NEW-7');
      expect(issue).toMatchObject({ issue_id: '7', deleted: point.event === 'jira:issue_deleted' });
      expect(issue.summary).toBe(point.form === 'full' ? 'one' : null);
      if (point.moved) expect((await app.get('/issues/OLD-7')).body.issue_id).toBe('7');
      expect((await app.get('/issues/7/events')).body.events).toMatchObject([
        { event_id: again.body.event_id, outcome: 'applied' },
      ]);
    },
  );
});
