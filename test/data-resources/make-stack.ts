import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackResourcesCommand,
  waitUntilStackCreateComplete,
} from '@aws-sdk/client-cloudformation';
import { dataTemplate, type Template } from './data-template.ts';

/** Settings for any service at the endpoint; what checks no credentials takes made-up ones. */
export const clientConfig = (endpoint: string) => ({
  endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  maxAttempts: 2,
});

const PATIENCE_SECONDS = 60;

/** Physical ids by logical id, and what takes the stack away again. */
export type MadeStack = { physical: Map<string, string>; remove(): Promise<void> };

/** Creates a stack of the template's data resources. @throws what CloudFormation's client throws */
export const makeStack = async (endpoint: string, template: Template, name: string): Promise<MadeStack> => {
  const client = new CloudFormationClient(clientConfig(endpoint));
  const TemplateBody = JSON.stringify(dataTemplate(template));
  await client.send(new CreateStackCommand({ StackName: name, TemplateBody }));
  await waitUntilStackCreateComplete({ client, maxWaitTime: PATIENCE_SECONDS }, { StackName: name });
  const { StackResources = [] } = await client.send(new DescribeStackResourcesCommand({ StackName: name }));
  return {
    physical: new Map(
      StackResources.map(({ LogicalResourceId = '', PhysicalResourceId = '' }) => [
        LogicalResourceId,
        PhysicalResourceId,
      ]),
    ),
    remove: async () => void (await client.send(new DeleteStackCommand({ StackName: name }))),
  };
};
