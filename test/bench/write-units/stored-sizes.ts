import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { embeddedConfig } from '../../../src/local/aws-config.ts';
import { itemBytes } from '../../support/item-size.ts';
import { kindOf, partitionKeyOf } from './tally.ts';

/** Bytes of every stored item, by kind. */
export const storedSizes = async (endpoint: string, tableName: string): Promise<Map<string, number[]>> => {
  const client = new DynamoDBClient(embeddedConfig(endpoint));
  const sizes = new Map<string, number[]>();
  try {
    for await (const { Items = [] } of paginateScan({ client }, { TableName: tableName }))
      for (const item of Items) {
        const kind = kindOf(partitionKeyOf(item));
        sizes.set(kind, [...(sizes.get(kind) ?? []), itemBytes(item)]);
      }
    return sizes;
  } finally {
    client.destroy();
  }
};
