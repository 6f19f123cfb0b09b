import { describe, expect, it } from 'vitest';
import { readDeliveryHeaders } from '../../../src/ingest/delivery-headers.ts';

const sent = (headers: Record<string, string>): ReadonlyMap<string, string> =>
  new Map(Object.entries({ 'user-agent': 'Atlassian Webhook HTTP Client', ...headers }));

describe('the headers beside a body', () => {
  it('are kept by name, because anything else may hold a credential or fill an item', () => {
    const headers = {
      'content-type': 'application/json',
      'webhook-hops': '1',
      'x-atlassian-webhook-identifier': 'd-1',
      'x-hub-signature': 'sha256=abc',
      authorization: 'Bearer secret',
      'x-webhook-secret': 'secret',
      cookie: 'a=b',
    };
    expect(readDeliveryHeaders('jira', sent(headers))).toEqual({
      identifier: 'd-1',
      event_name: null,
      headers: {
        'user-agent': 'Atlassian Webhook HTTP Client',
        'content-type': 'application/json',
        'webhook-hops': '1',
        'x-atlassian-webhook-identifier': 'd-1',
      },
    });
  });

  it('name delivery and event as each sender does, and automation names neither', () => {
    const headers = { 'x-github-event': 'push', 'x-github-delivery': 'g-1' };
    expect(readDeliveryHeaders('github', sent(headers))).toMatchObject({
      identifier: 'g-1',
      event_name: 'push',
      headers,
    });
    const { identifier, event_name, headers: kept } = readDeliveryHeaders('automation', sent(headers));
    expect([identifier, event_name, Object.keys(kept)]).toEqual([null, null, ['user-agent']]);
  });

  it('are cut and left out where they are empty, because nobody signed them', () => {
    const { headers } = readDeliveryHeaders(
      'jira',
      sent({ 'user-agent': `${'a'.repeat(254)}😀`, 'content-type': '' }),
    );
    expect(headers).toEqual({ 'user-agent': `${'a'.repeat(254)}\uFFFD` });
  });

  it.each(['User-Agent', 'x-github-delivery', 'X-GitHub-Event'])(
    'are not kept where people chose %s for the secret, because an event is shown to its readers',
    (name) => {
      const headers = {
        'x-github-event': 'push',
        'x-github-delivery': 'g-1',
        [name.toLowerCase()]: 's3cret',
      };
      const read = readDeliveryHeaders('github', sent(headers), name);
      expect(JSON.stringify(read)).not.toContain('s3cret');
    },
  );
});
