import { describe, expect, it } from 'vitest';
import { type GapQuery, gapGroups, gapsOfGroup } from '../../../../src/store/links/gaps.ts';
import { onScripted, type Script } from '../../../support/scripted-database.ts';

const never = new AbortController().signal;

const QUERY: GapQuery = { tenant: 'default', kind: 'story', groups: null, from: null, newest_first: false };

/** As many groups as there are, in their order, and no gap in any. */
const groupsOf = (count: number): Script => {
  const all = Array.from({ length: count }, (_, at) => `G#P${String(at).padStart(3, '0')}`);
  return (_operation, { IndexName, ExclusiveStartKey, Limit }) => {
    if (IndexName !== undefined) return { Items: [] };
    const after = JSON.stringify(ExclusiveStartKey ?? null);
    const begin = all.findIndex((sk) => after.includes(`"${sk}"`)) + 1;
    const Items = all
      .slice(begin, begin + Number(Limit))
      .map((sk) => ({ pk: { S: 'groups' }, sk: { S: sk } }));
    return { Items };
  };
};

const asked = (script: Script): Promise<unknown[]> =>
  onScripted(script, async (table, { calls }) => {
    for await (const group of gapGroups({ table, signal: never }, QUERY, null))
      for await (const gaps of gapsOfGroup({ table, signal: never }, QUERY, group, null))
        expect(gaps).toEqual([]);
    return calls.map(({ body }) => body).filter(({ IndexName }) => IndexName !== undefined);
  });

describe('gaps of all groups', () => {
  it.each([0, 1, 99, 100, 101, 250])(
    'are looked for in each of %d, because none may be left out',
    async (count) => {
      expect(await asked(groupsOf(count))).toHaveLength(count);
    },
  );
});
