/** Values of the field `alarm` in log lines that need a person. docs/troubleshooting.md explains each. */
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
