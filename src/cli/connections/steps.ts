import { UsageError } from '../shared/command.ts';

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

/** Options that mean something to these steps only, by commander's names. */
const ONLY_FOR: Record<string, readonly Step[]> = {
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
};

/** Where a connection may be left out: what only looks takes the only one there is. */
const LOOKING: readonly Step[] = ['show', 'template'];

const WITHOUT_CONNECTION: readonly Step[] = ['init', 'new-master', 'list', 'add'];

/**
 * @param named the connection, as it was typed
 * @param isGiven whether an option was typed
 * @throws UsageError for what the step does not do
 */
export const checkUsage = (
  step: Step,
  named: string | undefined,
  isGiven: (option: string) => boolean,
): void => {
  if (named !== undefined && WITHOUT_CONNECTION.includes(step))
    throw new UsageError(`${step} takes no connection`);
  if (named === undefined && ![...WITHOUT_CONNECTION, ...LOOKING].includes(step))
    throw new UsageError(`${step} needs a connection: its id or its name`);
  for (const [option, steps] of Object.entries(ONLY_FOR))
    if (isGiven(option) && !steps.includes(step))
      throw new UsageError(`${flagOf(option)} is for ${steps.join(' and ')} only`);
};

const flagOf = (option: string): string =>
  `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
