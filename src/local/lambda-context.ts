import type { Context } from 'aws-lambda';

/** An HTTP API answers its client by itself after this time (milliseconds). */
const GATEWAY_TIMEOUT_MS = 29_000;

const ignore = (): void => {};

/** What the Lambda runtime would hand over beside the event, for a function that may take `timeoutMs`. */
export const localContext = (
  awsRequestId: string,
  nowMs: () => number,
  timeoutMs: number = GATEWAY_TIMEOUT_MS,
): Context => {
  const ends = nowMs() + timeoutMs;
  return {
    awsRequestId,
    callbackWaitsForEmptyEventLoop: false,
    functionName: 'local',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'local',
    memoryLimitInMB: '0',
    logGroupName: 'local',
    logStreamName: 'local',
    getRemainingTimeInMillis: () => ends - nowMs(),
    done: ignore,
    fail: ignore,
    succeed: ignore,
  };
};
