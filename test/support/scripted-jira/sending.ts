import { signatureOf } from '../../../src/cli/shared/exchange.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import type { Random } from '../random.ts';
import { bodyOf, type Look, personOf } from './model/body.ts';
import type { Told } from './model/ledger.ts';
import type { Site } from './model/site.ts';
import { ACCOUNT } from './rest/around.ts';
import type { Kept } from './webhooks.ts';

/** What becomes of a delivery on its way. */
export type Fate = 'sent' | 'lost' | 'late' | 'doubled';

type Delivery = { url: string; headers: Record<string, string>; body: string };

/** Brings a delivery. @returns false where it must be sent again */
type Post = (delivery: Delivery) => Promise<boolean>;

export type Sending = {
  fate: (told: Told) => Fate;
  post: Post;
  /** Held back, or not taken: in the order in which they were sent. */
  late: Delivery[];
  /** Resolves when nothing is under way. */
  arrived(): Promise<void>;
  /** Sends what is late, in an order by chance. */
  sendLate(random?: Random): Promise<void>;
};

const versionOf = ({ version }: Told, url: string): JsonObject =>
  version === null
    ? {}
    : {
        version: {
          self: `${url}/rest/api/2/version/${version.id}`,
          id: String(version.id),
          name: version.name,
          archived: false,
          released: false,
          projectId: version.project_id,
        },
      };

const projectOf = ({ project }: Told, url: string): JsonObject =>
  project === null
    ? {}
    : {
        project: {
          self: `${url}/rest/api/2/project/${project.id}`,
          id: project.id,
          key: project.key,
          name: project.name,
        },
      };

const sprintOf = ({ sprint }: Told): JsonObject =>
  sprint === null ? {} : { sprint: { ...sprint, originBoardId: 7 } };

/** An issue as it was at the time; what it names as it is called now. */
const issueOf = ({ issue, items, event }: Told, site: Site, look: Look): JsonObject => {
  if (issue === null) return {};
  const changes = items.map(({ field, from, to }) => ({ field, fromString: from, toString: to }));
  return {
    user: personOf(site.state, ACCOUNT, look),
    issue: bodyOf(site.state, issue, look),
    ...(event === 'jira:issue_updated' ? { issue_event_type_name: 'issue_generic' } : {}),
    ...(changes.length === 0 ? {} : { changelog: { id: '11000', items: changes } }),
  };
};

const bytesOf = (told: Told, site: Site, look: Look): string =>
  JSON.stringify({
    timestamp: told.timestamp,
    webhookEvent: told.event,
    ...issueOf(told, site, look),
    ...versionOf(told, look.url),
    ...projectOf(told, look.url),
    ...sprintOf(told),
  });

const isWanted = ({ body: { events } }: Kept, event: string): boolean =>
  !Array.isArray(events) || events.includes(event);

const postOverHttp: Post = async ({ url, headers, body }) => {
  try {
    const { status } = await fetch(url, { method: 'POST', headers, body });
    return status < 429 && status !== 408;
  } catch {
    return false;
  }
};

let identifiers = 0;

const deliveryOf = ({ body: { url }, secret }: Kept, body: string): Delivery => {
  identifiers += 1;
  const signature: Record<string, string> =
    secret === null ? {} : { 'x-hub-signature': signatureOf(secret, Buffer.from(body)) };
  const identifier = { 'x-atlassian-webhook-identifier': `scripted-${identifiers}` };
  return {
    url: String(url),
    headers: { 'content-type': 'application/json', ...identifier, ...signature },
    body,
  };
};

const inChance = <T>(list: readonly T[], random: Random): T[] =>
  list
    .map((one) => ({ one, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ one }) => one);

/** Tells webhooks what changes on a site: signed with their secret, and, where a test wants it, late, twice or never. */
export const createSending = (site: Site, look: () => Look, webhooks: () => Kept[]): Sending => {
  const underWay = new Set<Promise<void>>();

  const send = (delivery: Delivery): void => {
    const sent = sending.post(delivery).then((taken) => {
      underWay.delete(sent);
      if (!taken) sending.late.push(delivery);
    });
    underWay.add(sent);
  };

  const meet = (delivery: Delivery, fate: Fate): void => {
    if (fate === 'late') sending.late.push(delivery);
    if (fate === 'sent' || fate === 'doubled') send(delivery);
    if (fate === 'doubled') sending.late.push(delivery);
  };

  site.ledger.listen.push((told) => {
    const wanting = webhooks().filter((webhook) => isWanted(webhook, told.event));
    if (wanting.length === 0) return;
    const body = bytesOf(told, site, look());
    for (const webhook of wanting) meet(deliveryOf(webhook, body), sending.fate(told));
  });

  const sending: Sending = {
    fate: () => 'sent',
    post: postOverHttp,
    late: [],
    arrived: async () => {
      while (underWay.size > 0) await Promise.all(underWay);
    },
    sendLate: async (random = Math.random) => {
      const late = sending.late;
      sending.late = [];
      for (const delivery of inChance(late, random)) send(delivery);
      await sending.arrived();
    },
  };
  return sending;
};
