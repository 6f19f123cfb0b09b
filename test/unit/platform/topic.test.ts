import { SNSClient } from '@aws-sdk/client-sns';
import { describe, expect, it } from 'vitest';
import { openTopic } from '../../../src/platform/topic.ts';

const MESSAGE = {
  subject: 'Target open: sub_1',
  message: 'The target … is open',
  tenant_id: 'retail',
  subscription_id: 'sub_1',
};

/** What SNS would get, as a form. */
const formOf = async (): Promise<URLSearchParams> => {
  const client = new SNSClient({
    region: 'us-west-2',
    credentials: { accessKeyId: 'AKID', secretAccessKey: 'of the tests' },
    maxAttempts: 1,
  });
  let sent = '';
  client.middlewareStack.add(
    () => async (args) => {
      const { body } = Object(args.request);
      sent = String(body);
      throw new Error('not sent');
    },
    { step: 'finalizeRequest', priority: 'low' },
  );
  await openTopic('arn:aws:sns:us-west-2:123456789012:alarms', client)
    .publish(MESSAGE)
    .catch(() => {});
  return new URLSearchParams(sent);
};

describe('a topic', () => {
  it('gets tenant and subscription as attributes, because a team asks for its own by them', async () => {
    const form = await formOf();
    expect(form.get('TopicArn')).toBe('arn:aws:sns:us-west-2:123456789012:alarms');
    expect([form.get('Subject'), form.get('Message')]).toEqual([MESSAGE.subject, MESSAGE.message]);
    const attributes = [1, 2].map((n) => [
      form.get(`MessageAttributes.entry.${n}.Name`),
      form.get(`MessageAttributes.entry.${n}.Value.DataType`),
      form.get(`MessageAttributes.entry.${n}.Value.StringValue`),
    ]);
    expect(attributes).toEqual([
      ['tenant', 'String', 'retail'],
      ['subscription', 'String', 'sub_1'],
    ]);
  });
});
