import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Key } from '../../src/store/calls/table.ts';
import type { TestApp } from './app.ts';

/** Puts a value where a row has its body, and answers what was there. */
export const setBody = async ({ events }: TestApp, key: Key, body: unknown): Promise<unknown> => {
  const command = new UpdateCommand({
    TableName: events.table.name,
    Key: key,
    UpdateExpression: 'SET body = :body',
    ExpressionAttributeValues: { ':body': body },
    ReturnValues: 'UPDATED_OLD',
  });
  return (await events.table.documentClient.send(command)).Attributes?.body;
};
