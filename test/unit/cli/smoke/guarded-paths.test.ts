import { describe, expect, it } from 'vitest';
import type { Api } from '../../../../src/cli/smoke/api.ts';
import { filled, NO_EVENT, routesThere } from '../../../../src/cli/smoke/guarded-paths.ts';
import { ROUTES } from '../../../../src/contract/routes.ts';

/** An API that gives this answer to whoever has no signature. */
const answering = (status: number): Pick<Api, 'send'> => ({
  send: async () => ({
    kind: 'answered',
    status,
    headers: {},
    body: '',
  }),
});

describe('the routes that a smoke test asks for', () => {
  it.each([403, 200, 500])(
    'are all of them where executions answer %i, because an open route must be found',
    async (status) => {
      expect(await routesThere(answering(status))).toEqual(ROUTES);
    },
  );

  it('are none of executions where nothing is at their paths, because they are off by default', async () => {
    const there = await routesThere(answering(404));
    expect(there.length).toBeGreaterThan(20);
    expect(there).toEqual(ROUTES.filter(({ needs }) => needs === undefined));
    expect(there.filter(({ path }) => /executions|subscriptions/.test(path))).toEqual([]);
  });

  it('have nothing left to fill in, because a brace in a path is an id of nothing', () => {
    for (const route of ROUTES) expect(filled(route, NO_EVENT)).not.toMatch(/[{}]/);
  });
});
