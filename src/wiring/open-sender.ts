import type { Env } from '../contract/env.ts';
import { type Hint, type Ping, pingAnswer } from '../contract/send-message.ts';
import { describeFault, UnavailableError } from '../errors/errors.ts';
import type { Logger } from '../platform/logger.ts';
import type { SendFunction } from '../platform/send-function.ts';

/** The interface to sending: in this process, or the send function on Lambda. */
export type Sender = { hint: Hint; ping: Ping };

/** The given sender, else the Lambda function that the environment names. */
export const openSender = (env: Env, platform: { sender?: Sender; log: Logger }): Sender =>
  platform.sender ?? senderOf(env.SEND_FUNCTION_NAME, platform.log);

/**
 * The client is loaded lazily, because most invocations send nothing. A lazily loaded file must not use zod, or the
 * bundle contains all of zod.
 */
const senderOf = (name: string | undefined, log: Logger): Sender => {
  let opened: Promise<SendFunction> | undefined;
  const use = async (): Promise<SendFunction> => {
    if (name === undefined) throw new Error('SEND_FUNCTION_NAME is not set');
    opened ??= import('../platform/send-function.ts').then(({ openSendFunction }) => openSendFunction(name));
    return opened;
  };
  return {
    hint: async (message) => {
      try {
        await (await use()).hint(message);
      } catch (fault) {
        const { tenant_id, subscription_id } = message;
        log.warn({ tenant_id, subscription_id, fault: describeFault(fault) }, 'a hint to send was lost');
      }
    },
    ping: async (message, signal) => {
      try {
        return pingAnswer.parse(await (await use()).ping(message, signal));
      } catch (fault) {
        throw new UnavailableError('send function', fault);
      }
    },
  };
};
