import type { StepRules } from '../shared/steps.ts';

export const STEPS = [
  'init',
  'new-master',
  'list',
  'add',
  'show',
  'template',
  'change',
  'rotate',
  'activate',
  'disable',
  'remove',
] as const;

export type Step = (typeof STEPS)[number];

const SETTINGS = ['add', 'change'] as const;

export const STEP_RULES: StepRules<Step> = {
  thing: 'connection',
  named_by: 'its id or its name',
  without: ['init', 'new-master', 'list', 'add'],
  // What only looks takes the only one there is.
  optional: ['show', 'template'],
  only_for: {
    kind: ['add'],
    auth: ['add'],
    draft: ['add'],
    name: SETTINGS,
    site: SETTINGS,
    siteHosts: SETTINGS,
    projects: SETTINGS,
    headerName: SETTINGS,
    allowedCidrs: SETTINGS,
    userAgentPrefix: SETTINGS,
    rate: SETTINGS,
    defaultEventType: SETTINGS,
    secretEncoding: ['add', 'rotate'],
    secretFile: ['add', 'rotate'],
    graceHours: ['rotate'],
    force: ['rotate'],
    reason: ['activate', 'disable'],
    json: ['list', 'show'],
    secretId: ['init', 'new-master'],
  },
};
