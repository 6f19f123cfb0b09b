import { type Found, readCorrelated, readStored } from './demo/found.ts';
import { RELEASE } from './demo/release.ts';
import { STORY, type Step } from './demo/story.ts';
import { type Stage, type Told, tellRelease, tellStory, withOwnInstance } from './demo/tell.ts';
import { newCommand, runCommand } from './shared/command.ts';

const command = newCommand(
  'demo',
  "Tells an issue's story and a release's to an instance of its own, and shows what is stored.",
).addHelpText(
  'after',
  '\nThe instance is on a free port and in memory; AWS_ENDPOINT_URL_DYNAMODB replaces its embedded database.',
);

/** A step of either chapter, as it was answered. */
type Line = Told<{ happens: string; sent: string }>;

const STEPS = [...STORY, ...RELEASE];
const widest = (texts: string[]): number => Math.max(...texts.map((text) => text.length));
const HAPPENS = widest(STEPS.map((step) => step.happens));
const SENT = widest(STEPS.map((step) => step.sent));

const judge = (ok: boolean): string => (ok ? 'ok' : 'NOT AS TOLD');

const showLine = ({ step, status, outcome, event_id, ok }: Line, index: number): void => {
  const columns = [
    String(index + 1).padStart(2),
    step.happens.padEnd(HAPPENS),
    step.sent.padEnd(SENT),
    `-> ${status} ${outcome}`.padEnd(24),
    event_id.slice(0, 12).padEnd(12),
    judge(ok),
  ];
  console.log(columns.join('  '));
};

const showStep = (told: Told<Step>, index: number): void => {
  showLine(told, index);
  const { status, outcome } = told.step.expected;
  if (!told.ok) console.log(`    expected ${status} ${outcome}`);
};

const indent = (text: string): string => text.replaceAll(/^/gm, '    ');

const showFound = (all: Found[]): void => {
  for (const { route, text, ok } of all) console.log(`  GET ${route}  ${judge(ok)}\n${indent(text)}\n`);
};

const playIssue = async ({ url, secret }: Stage): Promise<{ ok: boolean }[]> => {
  console.log(`One issue's story, told to ${url}/webhooks/jira\n`);
  const told = await tellStory(STORY, url, secret, showStep);
  console.log('\nWhat is stored now\n');
  const stored = await readStored(url);
  showFound(stored);
  return [...told, ...stored];
};

const playRelease = async (stage: Stage): Promise<{ ok: boolean }[]> => {
  console.log('A release: two stories, and commits for one of them\n');
  const told = await tellRelease(stage, showLine);
  await stage.correlated();
  console.log('\nWhich commits belong to a story, which story has none, which commit has no story\n');
  const found = await readCorrelated(stage.url);
  showFound(found);
  return [...told, ...found];
};

const play = async (stage: Stage): Promise<boolean> =>
  [...(await playIssue(stage)), ...(await playRelease(stage))].every(({ ok }) => ok);

await runCommand(command, async () => {
  // Ending through `exit` lets the embedded database end too.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  const asTold = await withOwnInstance(play);
  console.log(asTold ? 'The story went as told.' : 'The story did not go as told.');
  return asTold ? 0 : 1;
});
