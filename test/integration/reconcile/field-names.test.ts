import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import { DAY_MS } from '../../../src/domain/instant.ts';
import { fieldNamesLoop } from '../../../src/reconcile/field-names.ts';
import { readCheckpoint } from '../../../src/store/reconcile/checkpoint.ts';
import { useEngine } from '../../support/use-engine.ts';
import { openScene } from './scene.ts';

const engine = useEngine();

it('keeps what Jira calls its fields, from the first run on, because deliveries hold only their ids', async () => {
  const scene = await openScene(engine.endpoint, 'cloud');
  expect(await scene.turn(fieldNamesLoop)).toMatchObject({ loops: [{ complete: true }] });
  const place = { ...scene.deps, signal: AbortSignal.timeout(60_000) };
  const { state } = await readCheckpoint(place, 'field_names', z.unknown());
  expect(state).toMatchObject({
    fields: expect.arrayContaining([
      { id: 'summary', name: 'Summary', type: 'string', items: null, custom: null },
    ]),
  });
  scene.now += DAY_MS;
  scene.asked();
  await scene.turn(fieldNamesLoop);
  expect(scene.asked()).toEqual([]);
  await scene.close();
});
