import { describe, expect, it } from 'vitest';
import { shownWithAttempts, showReport } from '../../../../src/cli/executions/show.ts';
import { toExecutionView } from '../../../../src/domain/execution-view.ts';
import { someExecution } from '../../../support/executions.ts';

describe('one execution as people see it', () => {
  it('shows the type that a sender chose without what would move the cursor, because anybody may choose one', () => {
    const view = toExecutionView(someExecution({ event_type: 'red\u001b[31m' }), null, 0);
    const shown = showReport(shownWithAttempts.parse({ ...view, attempts: [] }));
    expect(shown).toContain('red?[31m');
    expect(shown).not.toContain('\u001b');
  });
});
