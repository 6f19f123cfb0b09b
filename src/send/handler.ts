import { type PingAnswer, sendMessage } from '../contract/send-message.ts';
import type { LaneReport } from './lane/lane.ts';
import type { ProcessSender } from './lane/sender.ts';

/** What makes one process send: a hint, or a ping. @throws for a message that is neither */
export const createSendHandler =
  (sender: Pick<ProcessSender, 'send' | 'ping'>) =>
  async (event: unknown): Promise<LaneReport | PingAnswer> => {
    const message = sendMessage.parse(event);
    return message.task === 'send' ? sender.send(message) : sender.ping(message);
  };
