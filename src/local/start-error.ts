/** Something that keeps an instance from starting; the message is for people and says what to do. */
export class StartError extends Error {
  readonly kind = 'start';
}

/** `EADDRINUSE` and the like, or the fault's name. */
export const faultCode = (fault: unknown): string => {
  if (!(fault instanceof Error)) return typeof fault;
  return 'code' in fault && typeof fault.code === 'string' ? fault.code : fault.name;
};
