import { setTimeout as sleep } from 'node:timers/promises';
import { SECRET } from '../../support/app.ts';
import { type FakeSecretsManager, startSecretsManager } from '../../support/secrets-manager.ts';
import { secretOf } from '../sender/post-once.ts';
import type { Row } from './row.ts';
import { row, type Scene } from './scene.ts';

const ARN = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:webhooks-AbCdEf';
const NEW_SECRET = 'the next secret of the tests';

/** Whoever stages a secret waits so long before it is shown (design: 60 s). */
const STAGED_MS = 61_000;
/** Older than this, a cached secret is fetched again (design: 5 minutes). */
const STALE_MS = 301_000;

type Keys = { jira_webhook_secret: string } & Record<string, string>;

const withStore =
  (play: (scene: Scene, store: FakeSecretsManager, env: NodeJS.ProcessEnv) => Promise<void>) =>
  async (scene: Scene): Promise<void> => {
    const store = await startSecretsManager(ARN, scene.world.clock);
    try {
      put(store, { jira_webhook_secret: SECRET });
      await play(scene, store, {
        JIRA_WEBHOOK_SECRET: undefined,
        JIRA_WEBHOOK_SECRET_ARN: ARN,
        AWS_ENDPOINT_URL_SECRETS_MANAGER: store.endpoint,
      });
    } finally {
      await scene.world.stop();
      await store.close();
    }
  };

const put = (store: FakeSecretsManager, keys: Keys): void =>
  store.put(JSON.stringify(keys), Date.UTC(2024, 0));

/** Signs with the old or the new secret, as a site does whose webhooks are changed one by one. */
const either = ({ random }: Scene) => ({
  secret: (outgoing: Parameters<ReturnType<typeof secretOf>>[0]) =>
    secretOf(random() < 0.5 ? SECRET : NEW_SECRET)(outgoing),
});

const rotate = withStore(async (scene, store, env) => {
  const { world, drawn, send, hit } = scene;
  const third = Math.ceil(drawn.outgoing.length / 3);
  await world.start(env);
  await send(drawn.outgoing.slice(0, third));
  hit();
  put(store, { jira_webhook_secret: SECRET, jira_webhook_secret_next: NEW_SECRET });
  world.clock.move(STAGED_MS);
  await send(drawn.outgoing.slice(third, 2 * third), either(scene));
  put(store, {
    jira_webhook_secret: NEW_SECRET,
    jira_webhook_secret_previous: SECRET,
    jira_webhook_secret_previous_until: new Date(world.clock() + 3_600_000).toISOString(),
  });
  await send(drawn.outgoing.slice(2 * third), either(scene));
  await world.correlated();
});

/** The store of the secrets, and what is done in it. */
export const SECRET_ROWS: Row[] = [
  row({
    name: 'secret store down, cold',
    leavesTable: true,
    story: 'The secret store is down when the instance starts, and for up to 1.5 s of deliveries.',
    play: withStore(async ({ world, send, over, random, hit }, store, env) => {
      await store.refuse();
      hit();
      await world.start(env);
      const sending = send();
      await sleep(1_500 * (0.2 + 0.8 * random()));
      await store.accept();
      over();
      await sending;
      await world.correlated();
    }),
  }),
  row({
    name: 'secret store down, warm',
    leavesTable: true,
    story: 'The secret store goes down, and then the cached secret becomes too old.',
    play: withStore(async ({ world, drawn, send, over, hit }, store, env) => {
      const half = Math.floor(drawn.outgoing.length / 2);
      await world.start(env);
      await send(drawn.outgoing.slice(0, half));
      await store.refuse();
      hit();
      world.clock.move(STALE_MS);
      await send(drawn.outgoing.slice(half));
      await store.accept();
      over();
      await world.correlated();
    }),
  }),
  row({
    name: 'rotation mid-stream',
    leavesTable: true,
    story:
      'The secret is staged, used and promoted while deliveries come, signed with the old or the new one.',
    play: rotate,
  }),
];
