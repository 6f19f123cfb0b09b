import { describe, expect, it } from 'vitest';
import { startApp } from '../../support/app.ts';
import { commitFixture } from '../../support/commit-bodies.ts';
import { startCorrelation } from '../../support/correlation.ts';
import { useEngine } from '../../support/use-engine.ts';
import { issueBody } from './bodies.ts';

const engine = useEngine();

describe('a push and its pull request', () => {
  it.each([
    ['gitlab', 'gitlab-push', 'gitlab-merge-request', 'ORB-41', 'orbit/demo/importer'],
    [
      'bitbucket_server',
      'bitbucket-server-refs-changed',
      'bitbucket-server-pr-merged',
      'LED-7',
      'ORBIT/ledger',
    ],
  ] as const)(
    'of %s are linked to the issue they name, because that is what they are read for',
    async (source, pushed, described, key, repository) => {
      const app = await startApp({ endpoint: engine.endpoint });
      const correlation = startCorrelation(app);
      await app.deliver(issueBody('1', key, 1));
      for (const name of [pushed, described]) {
        const answer = await app.deliverCommits(source, JSON.stringify(commitFixture(name)));
        expect(answer.status).toBe(202);
      }
      await correlation.run();
      correlation[Symbol.dispose]();
      const { body } = await app.get(`/issues/${key}/commits`);
      const items = body.items as Record<string, unknown>[];
      expect(items).toHaveLength(2);
      for (const item of items) expect(item).toMatchObject({ repository });
      expect(items.map(({ message_title }) => message_title).sort()).toEqual(
        source === 'gitlab'
          ? ['ORB-41 read rows of a spreadsheet', 'fixed readme']
          : ['LED-7 round half to even', 'Tidy'],
      );
    },
  );
});
