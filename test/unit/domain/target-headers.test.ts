import { describe, expect, it } from 'vitest';
import { wrongHeader } from '../../../src/domain/target-headers.ts';

describe('a header of a target', () => {
  it.each([
    ['authorization', 'Bearer abc'],
    ['X-Api-Key', '!"#'],
    ['x', 'a\tb'],
    ['accept', '*/*'],
    ['x-hub', 'near a refused name'],
  ])('may be %s', (name, value) => {
    expect(wrongHeader(name, value)).toBeNull();
  });

  it.each([
    ...['Host', 'connection', 'Transfer-Encoding', 'content-type', 'Content-Length', 'content-encoding'],
    ...['webhook-id', 'Webhook-Signature', 'webhook-anything', 'X-Hub-Signature', 'x-hub-signature-256'],
    ...['expect', 'upgrade', 'te', 'trailer', 'keep-alive', 'proxy-connection'],
  ])('may not be %s, because we write it, or nothing would arrive', (name) => {
    expect(wrongHeader(name, 'x')).toContain('cannot be set');
  });

  it.each(['', ' ', 'a b', 'a:b', 'a\nb', 'ü', 'x'.repeat(101), '__proto__'])(
    'is no header as %j',
    (name) => {
      expect(wrongHeader(name, 'x')).toBe('is no name of a header');
    },
  );

  it.each(['', ' a', 'a ', 'a\r\nb: c', 'a\0', 'ü', '\u{1f512}', 's3cr3t\n'])(
    'may not hold %j, and the message does not',
    (value) => {
      const wrong = wrongHeader('x-key', value);
      expect(wrong).not.toBeNull();
      expect(wrong).not.toContain('s3cr3t');
    },
  );
});
