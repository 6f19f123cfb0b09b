import type { Connection, Credential } from './connection.ts';
import { HOUR_MS } from './instant.ts';

/** True while the previous version of a connection's secret still verifies. */
export const isRotating = (
  { previous, previous_until_ms }: Pick<Connection, 'previous' | 'previous_until_ms'>,
  nowMs: number,
): boolean => previous !== null && previous_until_ms !== null && nowMs < previous_until_ms;

/** How long the previous version verifies unless somebody says otherwise. */
const GRACE_HOURS = 24;

/**
 * The connection with a new version of its secret. The one in force until now verifies for so many hours more; with 0 it
 * ends now. One before it ends in any case.
 */
export const rotated = <T extends Connection>(
  connection: T,
  credential: Credential,
  nowMs: number,
  graceHours = GRACE_HOURS,
): T => ({
  ...connection,
  current: credential,
  previous: graceHours > 0 ? connection.current : null,
  previous_until_ms: graceHours > 0 ? nowMs + graceHours * HOUR_MS : null,
  secret_made_ms: nowMs,
});
