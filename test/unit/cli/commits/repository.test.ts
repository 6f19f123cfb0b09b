import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameFromAddress, nameFromFolder, readName } from '../../../../src/cli/commits/repository.ts';
import { isRepositoryName } from '../../../../src/domain/repository.ts';

describe("the name in a remote's address", () => {
  it.each([
    ['https://github.com/acme/shop.git', 'acme/shop'],
    ['https://github.com/acme/shop', 'acme/shop'],
    ['https://github.com/acme/shop.git/', 'acme/shop'],
    ['git@github.com:acme/shop.git', 'acme/shop'],
    ['github.com:acme/shop', 'acme/shop'],
    ['ssh://git@github.com/acme/shop.git', 'acme/shop'],
    ['ssh://git@ssh.github.com:443/acme/shop.git', 'acme/shop'],
    ['git://github.com/acme/shop.git', 'acme/shop'],
    ['git+ssh://git@github.com/acme/shop.git', 'acme/shop'],
    ['https://gitlab.com/acme/web/shop.git', 'acme/web/shop'],
    ['git@gitlab.com:acme/web/shop.git', 'acme/web/shop'],
    ['https://ada@bitbucket.org/acme/shop.git', 'acme/shop'],
    ['git@bitbucket.org:acme/shop.git', 'acme/shop'],
    ['https://bitbucket.example.com/scm/acme/shop.git', 'acme/shop'],
    ['ssh://git@bitbucket.example.com:7999/acme/shop.git', 'acme/shop'],
    ['git@[2001:db8::1]:acme/shop.git', 'acme/shop'],
    ['https://git.example.com/shop.git', 'shop'],
    ['https://github.com/acme/caf%C3%A9.git', 'acme/café'],
    ['https://github.com/acme/shop.git.git', 'acme/shop.git'],
  ])('of %s is %s', (address, name) => {
    expect(nameFromAddress(address)).toBe(name);
  });

  it.each([
    'https://ada:t0ken@github.com/acme/shop.git',
    'https://t0ken@github.com/acme/shop.git',
    'https://ada:p%40t0ken@github.com/acme/shop.git',
    'https://ada:p@t0ken@github.com/acme/shop.git',
    'ada:t0ken@github.com:acme/shop.git',
    'ada:p@t0ken@github.com:acme/shop.git',
    'ssh://ada:t0ken@github.com/acme/shop.git?token=t0ken#t0ken',
  ])('of %s holds no credentials, because it is sent and stored', (address) => {
    expect(nameFromAddress(address)).toBe('acme/shop');
  });

  it.each([
    '/srv/git/shop.git',
    '../shop',
    'file:///home/ada/shop.git',
    'C:\\src\\shop',
    'C:/src/shop',
    'ext::ssh host %S shop',
    'codecommit::eu-west-1://profile@shop',
    'https://ada:t0ken@host:port/acme/shop.git',
    'https:/ada:t0ken@github.com/acme/shop.git',
    'https://github.com/',
    'https://github.com/.git',
    'https://github.com/acme/my%20shop',
    'https://github.com/acme/shop%23',
    '',
  ])('of %j is none, because it names a place on a machine or nothing that can be a name', (address) => {
    expect(nameFromAddress(address)).toBeNull();
  });

  it('is null or a name that can be stored, whatever the address is', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.webUrl(),
          fc.string().map((some) => `git@host:${some}`),
        ),
        (address) => {
          const name = nameFromAddress(address);
          expect(name === null || isRepositoryName(name)).toBe(true);
        },
      ),
    );
  });
});

describe('the name of a folder', () => {
  it.each([
    ['/home/ada/shop/.git', 'shop'],
    ['/srv/git/shop.git', 'shop'],
    ['/srv/git/shop', 'shop'],
    ['/home/ada/my shop #2/.git', 'my-shop-2'],
    ['/.git', 'repository'],
  ])('with the repository %s is %s', (folder, name) => {
    expect(nameFromFolder(folder)).toBe(name);
  });
});

describe('--name', () => {
  it('is taken as it is', () => {
    expect(readName('acme/shop')).toBe('acme/shop');
  });

  it.each(['', 'my shop', 'shop#1', 'a\nb', 'x'.repeat(256)])('cannot be %j', (name) => {
    expect(() => readName(name)).toThrow('1 to 255 bytes');
  });
});
