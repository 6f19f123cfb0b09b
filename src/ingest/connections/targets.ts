import pMap from 'p-map';
import type { Connection } from '../../domain/connection.ts';
import { LAST_INSTANT_MS } from '../../domain/instant.ts';
import type { Subscription } from '../../domain/subscription.ts';
import type { Table } from '../../store/calls/table.ts';
import { countDue } from '../../store/executions/due.ts';
import { listSubscriptions, type SubscriptionRow } from '../../store/subscriptions/subscription-row.ts';

/** Where events of a connection are sent, as who set it up may know it. */
type TargetOfConnection = {
  name: string;
  /** `https://host/…` */
  url: string;
  status: SubscriptionRow['status'];
  /** How many executions have not ended, of all that it is sent; counted to 1,000. */
  waiting: number;
};

export type TargetsOf = (connection: Connection, signal: AbortSignal) => Promise<TargetOfConnection[]>;

const MOST_COUNTED = 1_000;

/** Subscriptions that are counted at once. */
const AT_A_TIME = 4;

/** The targets of subscriptions that take what this connection brings, whatever else they ask of it. */
export const targetsIn =
  (table: Table): TargetsOf =>
  async (connection, signal) => {
    const tenant = connection.tenant_id;
    const targets: TargetOfConnection[] = [];
    for await (const rows of listSubscriptions({ table, tenant, newSignal: () => signal })) {
      const own = rows.filter((row) => row.status !== 'deleted' && takesFrom(row, connection));
      const toTarget = async (row: SubscriptionRow): Promise<TargetOfConnection> => {
        const asked = { now_ms: LAST_INSTANT_MS, most: MOST_COUNTED };
        const { waiting } = await countDue({ table, tenant, signal }, row.subscription_id, asked);
        return { name: row.name, url: row.target.shown_url, status: row.status, waiting };
      };
      targets.push(...(await pMap(own, toTarget, { concurrency: AT_A_TIME })));
    }
    return targets;
  };

const takesFrom = ({ filter }: Subscription, { connection_id, kind }: Connection): boolean =>
  hasOrAll(filter.connections, connection_id) && hasOrAll(filter.sources, kind);

const hasOrAll = (wanted: readonly string[], one: string): boolean =>
  wanted.length === 0 || wanted.includes(one);
