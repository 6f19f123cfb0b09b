import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { artifactsIn, writeRun } from '../../../src/correlate/documents/artifact-store.ts';
import { objectsInFolder } from '../../../src/platform/objects-in-folder.ts';
import { withProcessLock } from '../../../src/platform/process-lock.ts';
import { documentOf, runIdOf } from '../../support/run-documents.ts';

/*
 * A process that writes runs, to be one of several or to be killed.
 *   write FOLDER STORIES NTH…   when told to begin, writes the runs one after the other, and says each that is written
 *   hold THING                  takes the lock, says so, and keeps it
 */
const [mode, place = '', stories = '1', ...runs] = process.argv.slice(2);

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const patience = () => AbortSignal.timeout(60_000);

/** Made once, so that most of the time is spent writing. */
const document = documentOf(runIdOf(0), Number(stories));

const write = async (run_id: string): Promise<void> => {
  const store = artifactsIn(objectsInFolder(place));
  await writeRun(
    store,
    { tenant: 'default', home: 'default' },
    { ...document, run_id },
    Date.now(),
    { latest: true },
    patience(),
  );
  say(run_id);
};

if (mode === 'hold') {
  const hold = async () => {
    say('held');
    await sleep(600_000);
  };
  await withProcessLock(place, hold, patience());
} else {
  say('ready');
  await once(process.stdin, 'data');
  process.stdin.destroy();
  for (const nth of runs) await write(runIdOf(Number(nth)));
}
