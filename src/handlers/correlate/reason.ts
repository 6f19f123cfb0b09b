import { describeFault, RefusedItemError, UnavailableError } from '../../errors/errors.ts';

/** A fault in words for whoever looks at a parked event or a log line; nothing of a payload. */
export const reasonOf = (fault: unknown): string => {
  const ours = fault instanceof UnavailableError || fault instanceof RefusedItemError;
  return ours ? fault.message : `an unexpected fault: ${describeFault(fault)}`;
};
