const unit = (name: string): string[] => [`test/unit/${name}/**/*.test.ts`];

/** What decides whether a delivery is let in, how it is read, which write wins, and what belongs together. */
export const PARTS: Record<string, string[]> = {
  verify: ['src/verify/**/*.ts'],
  senders: ['src/senders/**/*.ts', 'src/domain/fit.ts'],
  store: ['issues/put-snapshot', 'events/put-event', 'calls/conditional-write'].map(
    (name) => `src/store/${name}.ts`,
  ),
  correlate: ['src/correlate/rules/**/*.ts'],
};

/** Which tests hold each part. */
export const TESTS: Record<string, string[]> = {
  verify: unit('verify'),
  senders: [...unit('senders'), 'test/unit/domain/fit.test.ts'],
  store: [
    'test/unit/store/calls/conditional-write.test.ts',
    ...['conditions', 'conformance', 'replay', 'limits', 'raw-body-tags'].map(
      (name) => `test/integration/store/${name}.test.ts`,
    ),
    'test/integration/write-costs.test.ts',
    'test/integration/correlate/races.test.ts',
  ],
  correlate: unit('correlate/rules'),
};
