import http, { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { getCACertificates, setDefaultCACertificates, type TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/platform/clock.ts';
import type { Resolve } from '../../../../src/platform/resolve-target.ts';
import { post } from '../../../../src/send/target/post.ts';
import { sendOnce } from '../../../../src/send/target/send.ts';
import { listen, stop } from '../../../support/loopback-server.ts';
import { subscriptionTo, TEST_MASTERS } from '../../../support/targets.ts';
import { TEST_CERTIFICATE } from '../../../support/test-certificate.ts';

const stopping: (() => unknown)[] = [];
const TRUSTED = getCACertificates('default');

afterEach(async () => {
  setDefaultCACertificates(TRUSTED);
  for (const end of stopping.splice(0)) await end();
});

const ANSWERS: RequestListener = (_request, response) => response.end('here');

const secure = async (answer = ANSWERS): Promise<number> => {
  const server = createSecureServer(TEST_CERTIFICATE, answer);
  stopping.push(
    () => server.closeAllConnections(),
    () => server.close(),
  );
  return listen(server, 0);
};

const plain = async (answer = ANSWERS): Promise<number> => {
  const server = createServer(answer);
  stopping.push(() => stop(server));
  return listen(server, 0);
};

const message = {
  id: 'ping_1',
  attempt: 1,
  hops: 1,
  body: Buffer.from('{}'),
  content_type: 'application/json',
};

const never = new AbortController().signal;

const send = async (
  url: string,
  resolve: Resolve,
  differing: { allow_private?: boolean; own_hosts?: string[] } = {},
) => {
  const rules = { allow_private: false, own_hosts: [], ...differing };
  const deps = { masters: TEST_MASTERS, rules, resolve, clock: systemClock };
  return sendOnce(deps, await subscriptionTo({ url }), message, never);
};

describe('the connection to a target', () => {
  const toTarget = (port: number, host: string) =>
    post(
      {
        url: new URL(`https://${host}:${port}/`),
        addresses: ['127.0.0.1'],
        headers: {},
        body: Buffer.from('{}'),
      },
      never,
    );

  it('goes to the checked address under the name of the URL, which its certificate must have', async () => {
    setDefaultCACertificates([TEST_CERTIFICATE.cert]);
    const names: unknown[] = [];
    const port = await secure((request, response) => {
      const { servername } = request.socket as TLSSocket;
      names.push(servername, request.headers.host);
      response.end('here');
    });
    expect(await toTarget(port, 'target.test')).toMatchObject({ status: 200, fault: null });
    expect(names).toEqual(['target.test', `target.test:${port}`]);
    expect(await toTarget(port, 'other.test')).toMatchObject({
      status: null,
      fault: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
    expect(await toTarget(port, '127.0.0.1')).toMatchObject({
      status: null,
      fault: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
    expect(names).toHaveLength(2);
  });

  it('is not made to who cannot prove the name, whatever the environment says', async () => {
    const port = await secure();
    const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    try {
      expect(await toTarget(port, 'target.test')).toMatchObject({
        status: null,
        fault: 'DEPTH_ZERO_SELF_SIGNED_CERT',
      });
    } finally {
      if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
    }
  });

  it('goes to another checked address where the first one is dead, because half of a name’s may be', async () => {
    const port = await plain();
    const url = new URL(`http://target.test:${port}/`);
    const addresses = ['::1', '127.0.0.1'];
    expect(await post({ url, addresses, headers: {}, body: Buffer.from('') }, never)).toMatchObject({
      status: 200,
    });
  });

  it('takes no way round by a proxy of the environment, because that would resolve the name again', async () => {
    const seen: string[] = [];
    const proxy = await plain((request, response) => {
      seen.push(request.url ?? '');
      response.end('by a proxy');
    });
    const port = await plain();
    const before = http.globalAgent;
    http.globalAgent = new http.Agent({ proxyEnv: { HTTP_PROXY: `http://127.0.0.1:${proxy}` } });
    try {
      const url = new URL(`http://target.test:${port}/`);
      const posted = await post({ url, addresses: ['127.0.0.1'], headers: {}, body: Buffer.from('') }, never);
      expect(posted.body.toString()).toBe('here');
      expect(seen).toEqual([]);
    } finally {
      http.globalAgent = before;
    }
  });
});

describe('a name', () => {
  const mustNotArrive: RequestListener = () => {
    throw new Error('it arrived');
  };

  it.each(['127.0.0.1', '::ffff:127.0.0.1', '169.254.169.254', '10.0.0.1', '64:ff9b::7f00:1', '::1'])(
    'that resolves to %s when it is sent to is refused, whatever it was when it was made',
    async (address) => {
      const port = await secure(mustNotArrive);
      const sent = await send(`https://target.test:${port}/`, async () => ['8.8.8.8', address]);
      expect(sent).toMatchObject({ result: 'failed', answer: null, stored: { status: null } });
      expect(sent.stored.error).toContain(`target.test, which is ${address}: that is no public address`);
    },
  );

  it('that changes between check and connection is asked once, and connected to as it was checked', async () => {
    const answers = [['127.0.0.1'], ['10.255.255.1']];
    const port = await plain();
    const sent = await send(`http://target.test:${port}/`, async () => answers.shift() ?? [], {
      allow_private: true,
    });
    expect(sent).toMatchObject({ result: 'ok', answer: { body: 'here' } });
    expect(answers).toHaveLength(1);
  });

  it('is asked again for each attempt, so that one that turned private is refused from then on', async () => {
    let asked = 0;
    const resolve = async () => [asked++ === 0 ? '127.0.0.1' : '127.0.0.2'];
    const port = await plain();
    await send(`http://target.test:${port}/`, resolve, { allow_private: true });
    const sent = await send(`http://target.test:${port}/`, resolve, { allow_private: true });
    expect(asked).toBe(2);
    expect(sent.stored.error).toContain('ECONNREFUSED');
  });

  it('of this service is refused even on a laptop, because what is sent would come back', async () => {
    const port = await plain(mustNotArrive);
    const sent = await send(`http://us.test:${port}/`, async () => ['127.0.0.1'], {
      allow_private: true,
      own_hosts: ['us.test'],
    });
    expect(sent.stored.error).toContain('us.test: that is this service itself');
  });

  it('behind http is refused where http was allowed when it was made', async () => {
    const port = await plain(mustNotArrive);
    const sent = await send(`http://target.test:${port}/`, async () => ['8.8.8.8']);
    expect(sent).toMatchObject({
      result: 'failed',
      stored: { error: 'not sent: the URL must begin with https://' },
    });
  });
});
