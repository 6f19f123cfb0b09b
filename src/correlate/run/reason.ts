import {
  describeFault,
  RefusedItemError,
  UnavailableError,
  UnreadableRowError,
} from '../../errors/errors.ts';
import { UnreadableEventError } from './unpack-event.ts';

const OURS = [UnavailableError, RefusedItemError, UnreadableEventError, UnreadableRowError];

/** A fault in words for whoever looks at a parked event or a log line; nothing of a payload. */
export const reasonOf = (fault: unknown): string =>
  fault instanceof Error && OURS.some((kind) => fault instanceof kind)
    ? fault.message
    : `an unexpected fault: ${describeFault(fault)}`;
