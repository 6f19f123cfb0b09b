// A process that imports what it is told, calls it, and answers what that gave: see beside.ts.
import * as z from 'zod/mini';

const call = z.object({ id: z.number(), file: z.string(), name: z.string(), args: z.array(z.unknown()) });

const answer = async (message: unknown): Promise<void> => {
  const { id, file, name, args } = call.parse(message);
  try {
    const found: Record<string, (...all: unknown[]) => unknown> = await import(file);
    process.send?.({ id, value: await found[name]?.(...args) });
  } catch (fault) {
    process.send?.({ id, fault: fault instanceof Error ? fault.message : String(fault) });
  }
};

process.on('message', (message) => void answer(message));
