import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTargetUrl, shownUrl } from '../../../src/platform/target-url.ts';

const PUBLIC = { allow_private: false, own_hosts: ['api.example.com', 'Hooks.Example.com.'] };
const LAPTOP = { ...PUBLIC, allow_private: true };

const wrongIn = (text: string, rules = PUBLIC): string | null => {
  const read = readTargetUrl(text, rules);
  return 'wrong' in read ? read.wrong : null;
};

describe('the URL of a target', () => {
  it.each([
    'https://example.com',
    'https://example.com/a/b?c=d#e',
    'https://example.com:443/',
    'https://example.com:1024/',
    'https://example.com:65535/',
    'https://bücher.example/',
    'https://8.8.8.8/',
    'https://[2606:4700::1111]/',
    `https://example.com/${'a'.repeat(1_980)}`,
  ])('may be %s', (text) => {
    expect(wrongIn(text)).toBeNull();
  });

  it.each([
    ['http://example.com/', 'https://'],
    ['ftp://example.com/', 'https://'],
    ['file:///etc/passwd', 'https://'],
    ['javascript:alert(1)', 'https://'],
    ['example.com/hooks', 'must be a URL'],
    ['', 'must be a URL'],
    ['https://', 'must be a URL'],
    ['https://user@example.com/', 'user or password'],
    ['https://user:pass@example.com/', 'user or password'],
    ['https://:pass@example.com/', 'user or password'],
    ['https://example.com:22/', 'port 22'],
    ['https://example.com:80/', 'port 80'],
    ['https://example.com:1023/', 'port 1023'],
    ['https://example.com:0/', 'port 0'],
    ['https://exa\tmple.com/', 'spaces or line breaks'],
    [' https://example.com/', 'spaces or line breaks'],
    ['https://example.com/a\r\nhost: b', 'spaces or line breaks'],
    [`https://example.com/${'a'.repeat(1_981)}`, '2000 characters'],
    ['https://api.example.com/webhooks/x', 'api.example.com'],
    ['https://API.example.com./', 'api.example.com'],
    ['https://hooks.example.com:8443/', 'hooks.example.com'],
    // Resolvers take one dot at the end away, so that two of them lead where one does.
    ['https://api.example.com../', 'must be a URL'],
    ['https://127.0.0.1../', 'must be a URL'],
    ['https://api..example.com/', 'must be a URL'],
    ['https://.example.com/', 'must be a URL'],
    ['https://./', 'must be a URL'],
    ['https://api.example.com.%2e/', 'must be a URL'],
    ['https://api.example.com.。/', 'must be a URL'],
  ])('may not be %j', (text, named) => {
    expect(wrongIn(text)).toContain(named);
  });

  it.each([
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://0177.0.0.1/',
    'https://127.1./',
    'https://１２７.0.0.1/',
    'https://169.254.169.254/latest/meta-data/',
    'https://10.0.0.1/',
    'https://[::1]/',
    'https://[::ffff:169.254.169.254]/',
    'https://[::127.0.0.1]/',
    'https://[64:ff9b::10.0.0.1]/',
    'https://[fd00:ec2::254]/',
  ])('may not spell a private address as %s', (text) => {
    expect(wrongIn(text)).toContain('no public address');
    expect(wrongIn(text, LAPTOP)).toBeNull();
  });

  it('may be http, and any machine, on a laptop, but is no login, no low port and not us even there', () => {
    for (const text of ['http://localhost:3000/x', 'http://target/', 'http://192.168.0.7:8080/'])
      expect(wrongIn(text, LAPTOP)).toBeNull();
    for (const text of ['http://u:p@localhost:3000/', 'http://localhost:22/', 'http://api.example.com/'])
      expect(wrongIn(text, LAPTOP)).not.toBeNull();
  });

  it('shows its host and nothing behind it, wherever a token is', () => {
    const token = 's3cr3t';
    const urls = fc.constantFrom(`/${token}`, `/a?k=${token}`, `/a#${token}`, `?${token}`);
    const bases = fc.constantFrom(
      'https://example.com',
      'https://example.com:22',
      'http://a.example',
      'https://10.0.0.1',
      `https://${token}@b.example`,
    );
    fc.assert(
      fc.property(bases, urls, (base, rest) => {
        const read = readTargetUrl(`${base}${rest}`, PUBLIC);
        expect('wrong' in read ? read.wrong : shownUrl(read.url)).not.toContain(token);
      }),
    );
    expect(shownUrl(new URL('https://example.com:8443/a?b'))).toBe('https://example.com:8443/…');
  });
});
