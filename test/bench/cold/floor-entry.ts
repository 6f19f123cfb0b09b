import { DynamoDBClient, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';

/** The floor of a cold start: the SDK clients that the first request uses, made, and nothing of ours. */
const writer = new DynamoDBClient({});
const document = DynamoDBDocumentClient.from(writer);
const secrets = new SecretsManagerClient({});
const commands = [
  PutItemCommand,
  UpdateItemCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  GetSecretValueCommand,
];

export const handler = () => [writer, document, secrets, commands];
