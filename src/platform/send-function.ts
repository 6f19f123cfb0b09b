import { InvokeCommand, LambdaClient, type LambdaClientConfig } from '@aws-sdk/client-lambda';
import type { SendMessage } from '../contract/send-message.ts';

/** The send function, invoked by name. Both calls reject if it cannot be invoked. */
export type SendFunction = {
  /** Resolves when Lambda has accepted the message, not when it is processed. */
  hint(message: SendMessage): Promise<void>;
  /** The function's answer, not validated. */
  ping(message: SendMessage, signal: AbortSignal): Promise<unknown>;
};

/** A slower hint is abandoned: the schedule sends another one a little later. */
const HINT_MS = 2_000;

/** A target may take a minute to answer. */
const PING_MS = 70_000;

/** A single attempt, so that one ping never becomes two. */
const SETTINGS: LambdaClientConfig = {
  maxAttempts: 1,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: PING_MS, throwOnRequestTimeout: true },
};

export const openSendFunction = (name: string, client = new LambdaClient(SETTINGS)): SendFunction => {
  const invoke = (message: SendMessage, type: 'Event' | 'RequestResponse', abortSignal: AbortSignal) =>
    client.send(
      new InvokeCommand({
        FunctionName: name,
        InvocationType: type,
        Payload: Buffer.from(JSON.stringify(message)),
      }),
      { abortSignal },
    );
  return {
    hint: async (message) => {
      await invoke(message, 'Event', AbortSignal.timeout(HINT_MS));
    },
    ping: async (message, signal) => {
      const { FunctionError, Payload } = await invoke(message, 'RequestResponse', signal);
      if (FunctionError !== undefined) throw new Error('the function failed');
      return JSON.parse(Buffer.from(Payload ?? []).toString());
    },
  };
};
