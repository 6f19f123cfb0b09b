const unit = (name: string): string[] => [`test/unit/${name}/**/*.test.ts`];

/** What decides whether a delivery is let in, how it is read, which write wins, and what belongs together. */
export const PARTS: Record<string, string[]> = {
  verify: ['src/verify/**/*.ts'],
  parse: ['src/parse/**/*.ts'],
  normalize: ['src/normalize/**/*.ts'],
  store: ['put-snapshot', 'mark-deleted', 'put-event', 'put-revision', 'conditional-write'].map(
    (name) => `src/store/${name}.ts`,
  ),
  correlate: ['src/correlate/**/*.ts'],
};

/** Which tests hold each part. */
export const TESTS: Record<string, string[]> = {
  verify: unit('verify'),
  parse: [...unit('parse'), ...unit('normalize')],
  normalize: unit('normalize'),
  store: [
    'test/unit/store/put-revision.test.ts',
    ...['conditions', 'conformance', 'replay', 'limits', 'raw-body-tags'].map(
      (name) => `test/integration/store/${name}.test.ts`,
    ),
    'test/integration/write-costs.test.ts',
    'test/integration/correlate/races.test.ts',
  ],
  correlate: unit('correlate'),
};
