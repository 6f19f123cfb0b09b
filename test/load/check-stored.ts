import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import type { Request } from 'autocannon';
import { eventId, sha256Hex } from '../../src/domain/event-id.ts';
import { embeddedConfig } from '../../src/local/aws-config.ts';

/** How many of these deliveries have no event in the table. All of them were acknowledged. */
export const countMissing = async (
  endpoint: string,
  tableName: string,
  requests: readonly Request[],
): Promise<number> => {
  const client = new DynamoDBClient(embeddedConfig(endpoint));
  const wanted = new Set(requests.map(({ body }) => eventId('default', 'jira', sha256Hex(body))));
  const scan = { TableName: tableName, ProjectionExpression: 'pk, sk' };
  for await (const { Items = [] } of paginateScan({ client }, scan))
    for (const { pk, sk } of Items) if (sk?.S === 'E') wanted.delete((pk?.S ?? '').slice('E#'.length));
  client.destroy();
  return wanted.size;
};
