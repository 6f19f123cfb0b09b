import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT_FOLDER } from '../../src/local/project.ts';
import { checkMeasured } from '../support/generated-page.ts';

describe('measured figures', () => {
  it.each([
    ['docs/reliability.md', ['matrix-deliveries', 'matrix-reconciliation', 'matrix-executions']],
    ['docs/performance.md', ['load']],
    ['docs/contributing.md', ['mutation']],
  ])('of %s are as the command wrote them, because a figure made by hand proves nothing', (file, names) => {
    const page = readFileSync(join(PROJECT_FOLDER, file), 'utf8');
    expect(checkMeasured(page)).toEqual({ names, changed: [] });
  });
});
