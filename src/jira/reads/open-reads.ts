import * as z from 'zod/mini';
import type { JiraClient } from '../client.ts';
import { readDeployment } from '../deployment.ts';
import { JiraError } from '../jira-error.ts';
import type { JiraSite } from '../site.ts';
import { cloudReads } from './cloud.ts';
import { sharedReads } from './common.ts';
import { dataCenterReads } from './data-center.ts';
import type { Account, Reads } from './reads.ts';

/**
 * Picks the reads for the kind of Jira. Makes two requests: the kind, and whether Jira accepts the login, because Jira
 * may answer an unauthenticated caller with empty results.
 * @throws JiraError
 */
export const openReads = async (client: JiraClient, site: JiraSite): Promise<Reads> => {
  const deployment = await readDeployment(client, site);
  const account = await readAccount(client);
  const own = deployment.kind === 'cloud' ? cloudReads(client) : dataCenterReads(client);
  return { deployment, account: async () => account, ...sharedReads(client), ...own };
};

const groupList = z.object({
  size: z.optional(z.number()),
  items: z.optional(z.array(z.object({ name: z.string() }))),
});

const myself = z.object({
  accountId: z.optional(z.string()),
  key: z.optional(z.string()),
  name: z.optional(z.string()),
  groups: z.optional(z.nullable(groupList)),
});

type Myself = z.output<typeof myself>;

/** Null if the list is incomplete, since Jira lists no more groups than fit one page. */
const groupsOf = ({ groups }: Myself): string[] | null => {
  const { items, size } = groups ?? {};
  if (items === undefined || (size !== undefined && size !== items.length)) return null;
  return items.map(({ name }) => name).sort();
};

/** The account that is logged in. @throws JiraError when Jira treats us as anonymous */
const readAccount = async (client: JiraClient): Promise<Account> => {
  const path = '/rest/api/2/myself?expand=groups';
  const { value } = await client.read({ method: 'GET', path, answer: myself });
  const id = value.accountId ?? value.key ?? value.name;
  if (id === undefined)
    throw new JiraError('login', 'Jira does not say who is logged in: is the token right and not expired?');
  return { id, groups: groupsOf(value) };
};
