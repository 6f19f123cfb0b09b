import { describe, expect, it } from 'vitest';
import { explainRefusal } from '../../../../src/cli/api/refusal.ts';

const PRIVATE_TARGETS = /ALLOW_PRIVATE_TARGETS=true npm start/;

const refused = (origin: string, path: string, message: string): string => {
  const body = JSON.stringify({ errors: [{ path, message }] });
  return explainRefusal({ status: 400, body }, { method: 'POST', url: new URL('/subscriptions', origin) })
    .message;
};

describe('a target that is refused', () => {
  it.each(['must begin with https://', 'must not lead to 10.0.0.1: that is no public address.'])(
    'with "%s" on this machine may be allowed, and a deployment never says so',
    (message) => {
      expect(refused('http://127.0.0.1:8080', 'url', message)).toMatch(PRIVATE_TARGETS);
      expect(refused('https://api.example.com', 'url', message)).not.toMatch(PRIVATE_TARGETS);
    },
  );

  it('for something else is told nothing of that', () => {
    expect(refused('http://127.0.0.1:8080', 'url', 'must not use port 80')).toBe(
      '--url: must not use port 80',
    );
    expect(refused('http://127.0.0.1:8080', 'site_url', 'must begin with https://')).not.toMatch(
      PRIVATE_TARGETS,
    );
  });
});

describe('a key that is refused', () => {
  it('is told of by the names of the options', () => {
    const message = 'must be base64, or send secret_encoding: text if its characters are the key';
    expect(refused('https://api.example.com', 'secret', message)).toBe(
      '--secret-file: must be base64, or give --secret-encoding text if its characters are the key',
    );
  });
});
