import type { StepRules } from '../shared/steps.ts';

export const STEPS = ['list', 'show', 'watch', 'retry', 'cancel'] as const;

export type Step = (typeof STEPS)[number];

export const STEP_RULES: StepRules<Step> = {
  thing: 'execution',
  named_by: 'its id, exe_…',
  without: ['list', 'watch'],
  // Many at once are named by --since.
  optional: ['retry'],
  only_for: {
    subscription: ['list', 'watch', 'retry'],
    status: ['list', 'watch', 'retry'],
    since: ['retry'],
    date: ['list'],
    issue: ['list'],
    event: ['list'],
    limit: ['list', 'watch'],
    json: ['list', 'show'],
    yes: ['retry'],
  },
};
