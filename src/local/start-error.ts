/** An instance cannot start; the message is for people and says what to do. */
export class StartError extends Error {
  readonly kind = 'start';
}

/** The fault's code, such as `EADDRINUSE`, else its name. */
export const faultCode = (fault: unknown): string => {
  if (!(fault instanceof Error)) return typeof fault;
  return 'code' in fault && typeof fault.code === 'string' ? fault.code : fault.name;
};
