import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

const headersOf = (request: unknown): object | null =>
  typeof request === 'object' &&
  request !== null &&
  'headers' in request &&
  typeof request.headers === 'object'
    ? request.headers
    : null;

const composeOnce = async (client: DynamoDBClient): Promise<string> => {
  const parts = await client.config.defaultUserAgentProvider();
  return parts.map((part) => part.filter(Boolean).join('/')).join(' ');
};

/**
 * Sends the SDK's user agent as one text that is composed once. The SDK composes it anew for every call,
 * with the features each call used, and signs a copy of it.
 */
export const fixUserAgent = (client: DynamoDBClient): void => {
  const text = composeOnce(client);
  client.middlewareStack.remove('getUserAgentMiddleware');
  client.middlewareStack.add(
    (next) => async (args) => {
      Object.assign(headersOf(args.request) ?? {}, { 'user-agent': await text });
      return next(args);
    },
    { step: 'build', name: 'fixedUserAgent' },
  );
};
