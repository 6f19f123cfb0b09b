import { withOwnInstance } from './demo/own-instance.ts';
import { readStored } from './demo/stored.ts';
import { STORY } from './demo/story.ts';
import { type Told, tellStory } from './demo/tell.ts';
import { newCommand, runCommand } from './shared/command.ts';

const command = newCommand(
  'demo',
  "Tells one issue's story to an instance of its own and shows what is stored.",
).addHelpText(
  'after',
  '\nThe instance is on a free port and in memory; AWS_ENDPOINT_URL_DYNAMODB replaces its embedded database.',
);

const widest = (texts: string[]): number => Math.max(...texts.map((text) => text.length));
const HAPPENS = widest(STORY.map((step) => step.happens));
const SENT = widest(STORY.map((step) => step.sent));

const judge = (ok: boolean): string => (ok ? 'ok' : 'NOT AS TOLD');

const showStep = ({ step, status, outcome, event_id, ok }: Told, index: number): void => {
  const columns = [
    String(index + 1).padStart(2),
    step.happens.padEnd(HAPPENS),
    step.sent.padEnd(SENT),
    `-> ${status} ${outcome}`.padEnd(24),
    event_id.slice(0, 12).padEnd(12),
    judge(ok),
  ];
  console.log(columns.join('  '));
  const { status: wanted, outcome: hoped } = step.expected;
  if (!ok) console.log(`    expected ${wanted} ${hoped}`);
};

const indent = (text: string): string => text.replaceAll(/^/gm, '    ');

const play = async (base: string, secret: string): Promise<boolean> => {
  console.log(`One issue's story, told to ${base}/webhooks/jira\n`);
  const told = await tellStory(STORY, base, secret, showStep);
  console.log('\nWhat is stored now\n');
  const stored = await readStored(base);
  for (const { route, text, ok } of stored) console.log(`  GET ${route}  ${judge(ok)}\n${indent(text)}\n`);
  return [...told, ...stored].every(({ ok }) => ok);
};

await runCommand(command, async () => {
  // Ending through `exit` lets the embedded database end too.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  const asTold = await withOwnInstance(play);
  console.log(asTold ? 'The story went as told.' : 'The story did not go as told.');
  return asTold ? 0 : 1;
});
