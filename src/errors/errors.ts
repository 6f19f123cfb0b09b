/** A setting that cannot be used; the message names it and says what to do. Stops the start. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** A dependency failed (refused, throttled, timed out): the sender should retry. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
  readonly dependency: 'table' | 'secret' | 'artifacts' | 'send function';

  constructor(dependency: UnavailableError['dependency'], cause: unknown) {
    super(`${dependency} unavailable: ${describeFault(cause)}`, { cause });
    this.dependency = dependency;
  }
}

/** The table refused an item as malformed: our bug, never the sender's fault. */
export class RefusedItemError extends Error {
  override readonly name = 'RefusedItemError';

  constructor(cause: unknown) {
    super(`the table refused an item: ${describeFault(cause)}`, { cause });
  }
}

const MOST_SHOWN = 100;

const shown = (key: unknown): string =>
  typeof key === 'string' ? key.slice(0, MOST_SHOWN) : `(${typeof key})`;

/** A row that our code cannot have written. Says which row and which field, and nothing of what is in it. */
export class UnreadableRowError extends Error {
  override readonly name = 'UnreadableRowError';
  /** Path of the field that does not fit. */
  readonly field: string;

  constructor({ pk, sk }: Readonly<Record<string, unknown>>, field: string, cause: unknown) {
    super(`the row ${shown(pk)} ${shown(sk)} cannot be read: ${field} does not fit`, { cause });
    this.field = field;
  }
}

/** The caller asked for something in a wrong way; `message` and `errors`, by the field, are shown to them. */
export class BadRequestError extends Error {
  override readonly name = 'BadRequestError';
  readonly errors: { path: string; message: string }[] | undefined;

  constructor(message: string, errors?: { path: string; message: string }[]) {
    super(message);
    this.errors = errors;
  }
}

const codeOf = (fault: Error): string | null =>
  'code' in fault && typeof fault.code === 'string' ? fault.code : null;

/** The fault's code (`ECONNREFUSED`) or name only: an AWS message may quote an item, an endpoint or an ARN. */
export const describeFault = (fault: unknown): string =>
  fault instanceof Error ? (codeOf(fault) ?? fault.name) : typeof fault;
