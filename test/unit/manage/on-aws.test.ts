import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { readRequest } from '../../../src/http/request.ts';
import { onAws } from '../../../src/manage/routes.ts';
import event from '../../events/health.json' with { type: 'json' };

const ARN = 'arn:aws:sts::123456789012:assumed-role/Admins/somebody';

/** An event of the gateway, with what it says of the request. */
const requestWith = (context: object, headers: Record<string, string> = {}) => {
  const received = {
    ...event,
    headers: { ...event.headers, ...headers },
    requestContext: { ...event.requestContext, ...context },
  };
  const { path_tenant: _, ...request } = readRequest(received as APIGatewayProxyEventV2);
  return { ...request, tenant: 'default' };
};

describe('a request on AWS', () => {
  it('is by whom IAM says, and nobody else', () => {
    const signed = requestWith({ authorizer: { iam: { userArn: ARN, accountId: '123456789012' } } });
    expect(onAws.whoOf(signed)).toBe(ARN);
    const forged = { 'x-user-arn': ARN, userarn: ARN };
    for (const authorizer of [undefined, {}, { iam: null }, { iam: {} }, { iam: { userArn: '' } }])
      expect(onAws.whoOf(requestWith({ authorizer }, forged))).toBe('unknown');
  });

  it('gets the address under which the gateway was called, a name of one’s own too, and none from a header', () => {
    const host = { host: 'evil.test', 'x-forwarded-host': 'evil.test' };
    for (const domainName of ['abc.execute-api.us-west-2.amazonaws.com', 'webhooks.example.com'])
      expect(onAws.baseUrl(requestWith({ domainName }, host))).toBe(`https://${domainName}`);
  });
});
