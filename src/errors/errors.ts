/** An invalid setting; the message names it and says what to do. Prevents the start. */
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

/** The table rejected an item as malformed: our bug, never the sender's fault. */
export class RefusedItemError extends Error {
  override readonly name = 'RefusedItemError';

  constructor(cause: unknown) {
    super(`the table refused an item: ${describeFault(cause)}`, { cause });
  }
}

const MOST_SHOWN = 100;

const shown = (key: unknown): string =>
  typeof key === 'string' ? key.slice(0, MOST_SHOWN) : `(${typeof key})`;

/** A row that our code cannot have written. Names the row and the field, but none of its contents. */
export class UnreadableRowError extends Error {
  override readonly name = 'UnreadableRowError';
  /** Path of the field that does not match the schema. */
  readonly field: string;

  constructor({ pk, sk }: Readonly<Record<string, unknown>>, field: string, cause: unknown) {
    super(`the row ${shown(pk)} ${shown(sk)} cannot be read: ${field} does not fit`, { cause });
    this.field = field;
  }
}

/** The caller's request is invalid; `message` and `errors` (by field) are returned to the caller. */
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

/** Only the fault's code (`ECONNREFUSED`) or name: an AWS message may quote an item, an endpoint or an ARN. */
export const describeFault = (fault: unknown): string =>
  fault instanceof Error ? (codeOf(fault) ?? fault.name) : typeof fault;
