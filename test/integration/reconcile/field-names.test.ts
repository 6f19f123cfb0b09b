import { randomBytes } from 'node:crypto';
import { afterEach, expect, it } from 'vitest';
import { DAY_MS } from '../../../src/domain/instant.ts';
import { fieldNamesLoop } from '../../../src/reconcile/field-names.ts';
import { readFieldNames } from '../../../src/store/reconcile/field-names.ts';
import { useEngine } from '../../support/use-engine.ts';
import { openScene, type Scene } from './scene.ts';

const engine = useEngine();
let scene: Scene;

afterEach(() => scene.close());

const kept = () => readFieldNames({ ...scene.deps, newSignal: () => AbortSignal.timeout(60_000) });

it('keeps what Jira calls its fields, from the first run on, because deliveries hold only their ids', async () => {
  scene = await openScene(engine.endpoint, 'cloud');
  expect(await scene.turn(fieldNamesLoop)).toMatchObject({ loops: [{ complete: true }] });
  expect(await kept()).toContainEqual({
    ...{ id: 'summary', name: 'Summary', type: 'string' },
    ...{ items: null, custom: null },
  });
  scene.now += DAY_MS;
  scene.asked();
  await scene.turn(fieldNamesLoop);
  expect(scene.asked()).toEqual([]);
});

it('keeps more of them than fit an item, in their order', async () => {
  scene = await openScene(engine.endpoint, 'data-center-10');
  const all = Array.from({ length: 12_000 }, (_, index) => ({
    id: `customfield_${10_000 + index}`,
    name: randomBytes(30).toString('hex'),
  }));
  const headers = { 'content-type': 'application/json' };
  scene.jira.fail([{ status: 200, headers, body: JSON.stringify(all) }], /\/field$/);
  expect(await scene.turn(fieldNamesLoop)).toMatchObject({ outcome: 'done', loops: [{ complete: true }] });
  expect((await kept()).map(({ id, name }) => ({ id, name }))).toEqual(all);
});
