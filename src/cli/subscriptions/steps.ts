import type { StepRules } from '../shared/steps.ts';

export const STEPS = [
  'list',
  'add',
  'show',
  'change',
  'pause',
  'resume',
  'rotate',
  'test',
  'match',
  'remove',
] as const;

export type Step = (typeof STEPS)[number];

const SETTINGS = ['add', 'change'] as const;
const KEYS = ['add', 'rotate'] as const;

export const STEP_RULES: StepRules<Step> = {
  thing: 'subscription',
  named_by: 'its id or its name',
  without: ['list', 'add'],
  // What only looks takes the only one there is.
  optional: ['show'],
  only_for: {
    name: SETTINGS,
    url: SETTINGS,
    urlFile: SETTINGS,
    headerFile: SETTINGS,
    connection: SETTINGS,
    source: SETTINGS,
    event: SETTINGS,
    project: SETTINGS,
    issueType: SETTINGS,
    issuePriority: SETTINGS,
    requestType: SETTINGS,
    label: SETTINGS,
    changedField: SETTINGS,
    exceptActor: SETTINGS,
    format: SETTINGS,
    signature: SETTINGS,
    priority: SETTINGS,
    concurrency: SETTINGS,
    rate: SETTINGS,
    timeout: SETTINGS,
    retry: SETTINGS,
    secretFile: KEYS,
    secretEncoding: KEYS,
    graceHours: ['rotate'],
    force: ['rotate'],
    reason: ['pause', 'resume'],
    json: ['list', 'show', 'test', 'match'],
  },
};
