/** Log lines that ask for a person, by the value of their field `alarm`. docs/troubleshooting.md explains each. */
export const LOG_ALARMS = [
  'address-refused',
  'body-too-large',
  'document-unwritten',
  'item-refused',
  'processing-failed',
  'quarantine-rate',
  'reconcile-failed',
  'secrets-old',
  'sweep-found',
] as const;

export type LogAlarm = (typeof LOG_ALARMS)[number];
