import { describe, expect, it } from 'vitest';
import { createResolver, resolvePublic } from '../../../src/platform/resolve-target.ts';

const PUBLIC = { allow_private: false };
const HOST = 'target.example.com';

const failing = (code: string) => async () => {
  throw Object.assign(new Error(`getaddrinfo ${code} ${HOST}`), { code });
};

describe('the addresses of a target', () => {
  it('are those of its name, in their order, while all of them are public', async () => {
    const addresses = ['8.8.8.8', '2606:4700::1111'];
    expect(await resolvePublic(HOST, async () => addresses, PUBLIC)).toEqual({ addresses });
  });

  it.each([
    ['127.0.0.1'],
    ['::1'],
    ['169.254.169.254'],
    ['::ffff:10.0.0.1'],
    ['10.0.0.1', '8.8.8.8'],
    ['8.8.8.8', '10.0.0.1'],
    ['8.8.8.8', 'no address'],
  ])('are refused where one is not: %s %s', async (...addresses) => {
    const found = await resolvePublic(HOST, async () => addresses, PUBLIC);
    const wrong = addresses.find((address) => address !== '8.8.8.8');
    expect(found).toEqual({ wrong: expect.stringContaining(`${HOST}, which is ${wrong}`) });
  });

  it('may be private on a laptop', async () => {
    const addresses = ['127.0.0.1'];
    expect(await resolvePublic(HOST, async () => addresses, { allow_private: true })).toEqual({ addresses });
  });

  it('are not asked for where the host is one, and judged all the same', async () => {
    const nobody = failing('ENOTFOUND');
    expect(await resolvePublic('8.8.8.8', nobody, PUBLIC)).toEqual({ addresses: ['8.8.8.8'] });
    expect(await resolvePublic('fe80::1', nobody, PUBLIC)).toHaveProperty('wrong');
  });

  it.each([
    [failing('ENOTFOUND'), 'check the name'],
    [async () => [], 'check the name'],
    [failing('EAI_AGAIN'), 'try again'],
    [failing('ETIMEOUT'), 'try again'],
  ])('that cannot be found say what to do', async (resolve, what) => {
    expect(await resolvePublic(HOST, resolve, PUBLIC)).toEqual({ wrong: expect.stringContaining(what) });
  });

  it('are looked up by the system, and again once it has answered', async () => {
    const resolve = createResolver();
    const [one, other] = [resolve('localhost'), resolve('localhost')];
    expect(one).toBe(other);
    expect((await one).some((address) => ['127.0.0.1', '::1'].includes(address))).toBe(true);
    expect(resolve('localhost')).not.toBe(one);
  });
});
