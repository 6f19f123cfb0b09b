import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';

/** A message, and the attributes by which subscribers of the topic can filter. */
type Message = { subject: string; message: string; tenant_id: string; subscription_id: string };

const CALL_MS = 10_000;

/** An SNS topic. */
export const openTopic = (arn: string, client = new SNSClient({})) => ({
  /** @throws when SNS does not accept it */
  publish: async ({ subject, message, tenant_id, subscription_id }: Message): Promise<void> => {
    const command = new PublishCommand({
      TopicArn: arn,
      Subject: subject,
      Message: message,
      MessageAttributes: { tenant: text(tenant_id), subscription: text(subscription_id) },
    });
    await client.send(command, { abortSignal: AbortSignal.timeout(CALL_MS) });
  },
});

const text = (StringValue: string) => ({ DataType: 'String', StringValue });
