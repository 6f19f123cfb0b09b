import type { JiraClient } from '../client.ts';
import { readDeployment } from '../deployment.ts';
import type { JiraSite } from '../site.ts';
import { readAccount } from './account.ts';
import { cloudReads } from './cloud.ts';
import { sharedReads } from './common.ts';
import { dataCenterReads } from './data-center.ts';
import type { Reads } from './reads.ts';

/**
 * Reads of whichever Jira it is. Two requests: what it is, and whether it takes the login, because to somebody
 * unknown a Jira may answer that there is nothing.
 * @throws JiraError
 */
export const openReads = async (client: JiraClient, site: JiraSite): Promise<Reads> => {
  const deployment = await readDeployment(client, site);
  const account = await readAccount(client);
  const own = deployment.kind === 'cloud' ? cloudReads(client) : dataCenterReads(client);
  return { deployment, account: async () => account, ...sharedReads(client), ...own };
};
