import type { JiraClient } from '../client.ts';
import { readDeployment } from '../deployment.ts';
import type { JiraSite } from '../site.ts';
import { classicWebhooks } from './classic.ts';
import { dataCenterWebhooks } from './data-center.ts';
import type { WebhookApi } from './webhook.ts';

/** The webhook API for the kind of Jira. @throws JiraError */
export const openWebhooks = async (client: JiraClient, site: JiraSite): Promise<WebhookApi> => {
  const { kind, name } = await readDeployment(client, site);
  return kind === 'data-center'
    ? dataCenterWebhooks(client, name)
    : classicWebhooks(client, name, kind === 'cloud');
};
