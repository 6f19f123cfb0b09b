import fc from 'fast-check';

/** How much a test does: `sample` in `npm test`, and `all` in `npm run test:deep`, which tries everything. */
export const depth = <Amount>(sample: Amount, all: Amount): Amount =>
  process.env.TEST_DEPTH === 'deep' ? all : sample;

/** All of these in `npm run test:deep`; in `npm test` so many that the seed chooses, in their order. */
export const some = <One>(count: number, all: readonly One[]): One[] => {
  const length = Math.min(depth(count, all.length), all.length);
  return fc.sample(fc.shuffledSubarray([...all], { minLength: length, maxLength: length }), 1).flat();
};
