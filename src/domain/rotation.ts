import type { Connection, Credential } from './connection.ts';
import { HOUR_MS } from './instant.ts';

/** True while the previous version of a connection's secret is still accepted. */
export const isRotating = (
  { previous, previous_until_ms }: Pick<Connection, 'previous' | 'previous_until_ms'>,
  nowMs: number,
): boolean => previous !== null && previous_until_ms !== null && nowMs < previous_until_ms;

/** How long the previous version is accepted by default. */
const GRACE_HOURS = 24;

/** The versions of a secret: of a connection, or of a subscription, which may have none yet. */
type Versions = {
  current: Credential | null;
  previous: Credential | null;
  previous_until_ms: number | null;
};

/**
 * Adds a new version of the secret. The current one stays valid for `graceHours`, or ends now if 0; the previous one
 * ends in any case.
 */
export const renewed = <T extends Versions>(
  versions: T,
  credential: Credential,
  nowMs: number,
  graceHours: number,
): T => {
  const keeps = graceHours > 0 && versions.current !== null;
  return {
    ...versions,
    current: credential,
    previous: keeps ? versions.current : null,
    previous_until_ms: keeps ? nowMs + graceHours * HOUR_MS : null,
  };
};

/** The connection with a new version of its secret. */
export const rotated = <T extends Connection>(
  connection: T,
  credential: Credential,
  nowMs: number,
  graceHours = GRACE_HOURS,
): T => ({ ...renewed(connection, credential, nowMs, graceHours), secret_made_ms: nowMs });
