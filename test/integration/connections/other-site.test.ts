import { beforeEach, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app.ts';
import { connect } from '../../support/connected.ts';
import { scanTable, startCorrelation } from '../../support/correlation.ts';
import { useEngine } from '../../support/use-engine.ts';
import { deletionBody, issueBody } from '../correlate/bodies.ts';

const engine = useEngine();
let app: TestApp;
beforeEach(async () => {
  app = await startApp({ endpoint: engine.endpoint });
});

const from = (host: string, body: string): string =>
  body.replace('"id":"1"', `"id":"1","self":"https://${host}/rest/api/2/issue/1"`);

const ELSEWHERE = 'other.example.net';

/** Kinds of rows, by what their partition keys begin with. */
const kindsOfRows = async (): Promise<string[]> => {
  const rows = await scanTable(app);
  return [
    ...new Set(rows.map(({ pk, sk }) => `${String(pk).split('#')[0]} ${String(sk).split('#')[0]}`)),
  ].sort();
};

describe('an issue of another Jira site', () => {
  it('leaves no snapshot, mark, alias or re-read, also once it is correlated', async () => {
    const connected = await connect(app.events);
    using correlation = startCorrelation(app);
    const before = await kindsOfRows();
    const bodies = [
      issueBody('1', 'ABC-1', 1),
      issueBody('1', 'ABC-2', 2, { from: 'ABC-1' }),
      deletionBody('1', 'ABC-1', 3),
    ];
    const ids = [];
    for (const body of bodies) {
      const { status, body: answer } = await app.deliverTo(connected, from(ELSEWHERE, body));
      expect([status, answer.outcome, answer.warnings, answer.issue_key]).toEqual([
        202,
        'recorded',
        ['other-site'],
        null,
      ]);
      ids.push(answer.event_id);
    }
    expect(await correlation.run()).toEqual({ batchItemFailures: [] });
    const left = (await kindsOfRows()).filter((kind) => !before.includes(kind) && !/^E [EP]$/.test(kind));
    expect(left).toEqual([]);
    for (const target of ['1', 'ABC-1', 'ABC-2', '1/events', 'ABC-1/events'])
      expect((await app.get(`/t/retail/issues/${target}`)).status).toBe(404);
    expect((await app.get(`/t/retail/events/${ids[0]}`)).body).toMatchObject({
      issue_id: null,
      issue_key: null,
      processing: { status: 'not_needed' },
    });
  });

  it('does not touch the one here that has its id and key', async () => {
    const connected = await connect(app.events);
    const own = await app.deliverTo(connected, from('RETAIL.example.net.:8443', issueBody('1', 'ABC-1', 1)));
    expect(own.body).toMatchObject({ outcome: 'applied', warnings: [] });
    const { body: issue } = await app.get('/t/retail/issues/1');
    await app.deliverTo(connected, from(ELSEWHERE, issueBody('1', 'ABC-1', 9)));
    await app.deliverTo(connected, from(ELSEWHERE, deletionBody('1', 'ABC-1', 9)));
    expect((await app.get('/t/retail/issues/1')).body).toEqual(issue);
    const again = await app.deliverTo(connected, from(ELSEWHERE, deletionBody('1', 'ABC-1', 9)));
    expect(again.body).toMatchObject({ status: 'duplicate', warnings: ['other-site'] });
  });

  it('is taken from a built-in source, because its site was never asked for', async () => {
    const { body } = await app.deliver(from(ELSEWHERE, issueBody('1', 'ABC-1', 1)));
    expect(body.outcome).toBe('applied');
  });
});
