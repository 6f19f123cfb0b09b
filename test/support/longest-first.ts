import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * They wait for processes, and the first for a minute of a real rotation: begun last, one of them goes on alone when
 * all else is done. A clone that has never run the tests knows no durations, and would go by the size of a file.
 */
const FIRST = ['rotation/processes', 'correlate/restarts', 'local/start', 'kills', 'crash-points'].map(
  (name) => `test/integration/${name}.test.ts`,
);

const rank = ({ moduleId }: TestSpecification): number => {
  const place = FIRST.findIndex((file) => moduleId.endsWith(file));
  return place === -1 ? FIRST.length : place;
};

/** Files in the usual order, but for those that take long whatever the machine. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other));
  }
}
