import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TABLE } from '../../../src/contract/table.ts';
import type { Item } from '../../../src/store/calls/table.ts';
import { anyCharacter } from '../../support/any-text.ts';
import { type Answer, startApp, type TestApp } from '../../support/app.ts';
import { scanTable, startCorrelation, type TestCorrelation } from '../../support/correlation.ts';
import { incompressible } from '../../support/dependencies.ts';
import { depth } from '../../support/depth.ts';
import { useEngine } from '../../support/use-engine.ts';
import { storyGaps } from './found.ts';
import { eventRecord } from './records.ts';

const engine = useEngine();
let app: TestApp;
let correlation: TestCorrelation;
let issues = 0;

beforeAll(async () => {
  app = await startApp({ endpoint: engine.endpoint });
  correlation = startCorrelation(app);
});

afterAll(() => correlation[Symbol.dispose]());

/** DynamoDB's limits, in bytes of UTF-8: 2048 for a partition key, 1024 for a sort key, of indexes too. */
const MOST_BYTES = { hash: 2_048, range: 1_024 } as const;

const tooLong = (row: Item): string[] =>
  [TABLE, ...TABLE.indexes].flatMap((keys) =>
    (['hash', 'range'] as const).filter((part) => {
      const value = row[keys[part].name];
      return typeof value === 'string' && Buffer.byteLength(value) > MOST_BYTES[part];
    }),
  );

type Names = { key: string; project: string; version: string; moved: string };

const bodyOf = (id: string, { key, project, version, moved }: Names): string =>
  JSON.stringify({
    timestamp: 1_792_512_003_777,
    webhookEvent: 'jira:issue_updated',
    issue: {
      id,
      key,
      fields: {
        summary: 'kept',
        updated: '2026-10-20T09:00:03.552-0700',
        issuetype: { name: 'Story', subtask: false },
        project: { key: project },
        fixVersions: [{ name: version }],
      },
    },
    changelog: { items: [{ field: 'Key', fieldtype: 'jira', fromString: moved, toString: key }] },
  });

/** Delivers an issue with these names and correlates it; the answers of what then shows it. */
const play = async (names: Names): Promise<{ id: string; answers: Answer[] }> => {
  issues += 1;
  const id = String(issues);
  const taken = await app.deliver(bodyOf(id, names));
  await correlation.run([eventRecord(taken.body.event_id)]);
  const [key, project, version, moved] = [names.key, names.project, names.version, names.moved].map((name) =>
    encodeURIComponent(name.toWellFormed()),
  );
  const answers = await Promise.all(
    [
      `/events/${taken.body.event_id}`,
      `/issues/${key}`,
      `/issues/${moved}`,
      `/issues/${key}/commits`,
      `/issues?project=${project}&limit=100`,
      `/gaps/stories-without-commits?project=${project}&limit=100`,
      `/gaps/stories-without-commits?fix_version=${version}&limit=100`,
      `/gaps/commits-without-story?repository=${project}`,
    ]
      .filter((target) => target.length < 20_000)
      .map((target) => app.get(target)),
  );
  return { id, answers: [taken, ...answers] };
};

const expectSound = ({ answers }: { answers: Answer[] }): void => {
  for (const { status } of answers) expect(status).toBeLessThan(500);
  const [, event] = answers;
  expect(event?.body.processing).toMatchObject({ status: 'processed', reason: null });
};

/** Each of these grows in upper case, or is long in bytes; 255 of them keep the limits of a key. */
const WIDE = ['ΐ', 'ΰ', 'ᾷ', 'ß', 'ŉ', 'ﬃ', 'ɐ', 'ȿ', 'ı', 'ﬗ', '\u{1f600}', '\u{1e922}', '語'];

describe('names that grow in upper case', () => {
  it.each(WIDE.slice(0, 6))(
    'are found and listed as a whole when they are 255 of %s, because no name is too long',
    async (char) => {
      const project = char.repeat(253);
      const names = { key: `${project}-1`, project, version: char.repeat(255), moved: char.repeat(255) };
      const played = await play(names);
      expectSound(played);
      const [, , byKey, byOldKey, commits, ofProject, gaps, gapsOfVersion] = played.answers;
      expect([byKey?.body.issue_id, byOldKey?.body.issue_id]).toEqual([played.id, played.id]);
      expect(byKey?.body).toMatchObject({ issue_key: names.key, project_key: project });
      expect(commits?.status).toBe(200);
      const listed = [{ issue_id: played.id }];
      expect(ofProject?.body.issues).toMatchObject(listed);
      expect(gaps?.body.items).toMatchObject(listed);
      expect(gapsOfVersion?.body.items).toMatchObject(listed);
    },
  );

  it('are processed whatever they hold, because what one sender writes must not park a story', {
    tags: ['deep'],
    timeout: 120_000,
  }, async () => {
    const unit = fc.oneof(fc.constantFrom(...WIDE), anyCharacter);
    const name = fc.oneof(
      fc.array(unit, { minLength: 1, maxLength: 260 }).map((units) => units.join('')),
      fc.tuple(unit, fc.integer({ min: 1, max: 300 })).map(([one, times]) => one.repeat(times)),
      fc.constantFrom('', '#', 'a/b', '-', '-1', 'A-', '__proto__', '\ud800', 'x'.repeat(100_000)),
    );
    const names = fc.record({ key: name, project: name, version: name, moved: name });
    const property = fc.asyncProperty(names, async (drawn) => {
      const played = await play(drawn);
      for (const { status } of played.answers) expect(status).toBeLessThan(500);
    });
    await fc.assert(property, { numRuns: depth(2, 30) });
  });

  it.each([
    ['a fix version of 3 MB', { version: 'v'.repeat(3_000_000) }],
    ['a project key of 3 MB', { project: 'P'.repeat(3_000_000) }],
    ['a former key of 3 MB', { moved: 'M'.repeat(3_000_000) }],
  ])('are processed with %s, because a row has a limit too', async (_, longer) => {
    const played = await play({
      key: `LONG-${issues}`,
      project: 'LONG',
      version: 'v1',
      moved: 'OLD-1',
      ...longer,
    });
    expect(played.answers.map(({ status }) => status).slice(0, 2)).toEqual([202, 200]);
  });

  it('are processed when an issue has ever new versions, because what it had must not outgrow its row', async () => {
    issues += 1;
    const id = String(issues);
    for (let round = 0; round < 4; round += 1) {
      const body = JSON.parse(bodyOf(id, { key: `NEW-${id}`, project: 'NEW', version: '', moved: 'OLD-2' }));
      body.issue.fields.updated = `2026-10-2${round}T09:00:03.552-0700`;
      body.issue.fields.fixVersions = [{ name: incompressible(150_000) }, { name: `round ${round}` }];
      const { body: taken } = await app.deliver(JSON.stringify(body));
      await correlation.run([eventRecord(taken.event_id)]);
      const { body: event } = await app.get(`/events/${taken.event_id}`);
      expect(event.processing).toMatchObject({ status: 'processed' });
      expect(await storyGaps(app.get, `?fix_version=round+${round}`)).toEqual([id]);
    }
  });

  it('are in no key beyond its limit, because the table would refuse the row for good', async () => {
    const rows = await scanTable(app);
    expect(rows.filter((row) => tooLong(row).length > 0).map(({ pk }) => pk)).toEqual([]);
    expect((await app.get('/stats')).body).toMatchObject({ failed: 0 });
  });
});
