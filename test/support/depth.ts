/** How much a test does: `sample` in `npm test`, and `all` in `npm run test:deep`, which tries everything. */
export const depth = <Amount>(sample: Amount, all: Amount): Amount =>
  process.env.TEST_DEPTH === 'deep' ? all : sample;
