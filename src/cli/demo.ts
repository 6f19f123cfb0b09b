import { type Found, readCorrelated, readStored } from './demo/found.ts';
import { type Answered, playRelease, playStory, type Stage, withOwnInstance } from './demo/play.ts';
import { CHANGES, playChange } from './demo/reconciled.ts';
import { RELEASE } from './demo/release.ts';
import { playSent, readExecutions, SENT_HAPPENS, type Sent } from './demo/sent.ts';
import { STORY, type Step } from './demo/story.ts';
import { newCommand, runCommand } from './shared/command.ts';

const command = newCommand(
  'demo',
  'Plays sample deliveries to a temporary local instance and shows what is stored.',
).addHelpText(
  'after',
  '\nThe instance uses a free port and keeps its data in memory. AWS_ENDPOINT_URL_DYNAMODB replaces its embedded database.',
);

/** A step of either chapter with its answer. */
type Line = Answered<{ happens: string; sent: string }>;

const STEPS = [...STORY, ...RELEASE];
const widest = (texts: string[]): number => Math.max(...texts.map((text) => text.length));
const HAPPENS = widest(STEPS.map((step) => step.happens));
const SENT = widest(STEPS.map((step) => step.sent));

const judge = (ok: boolean): string => (ok ? 'ok' : 'UNEXPECTED');

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

const showStep = (answered: Answered<Step>, index: number): void => {
  showLine(answered, index);
  const { status, outcome } = answered.step.expected;
  if (!answered.ok) console.log(`    expected ${status} ${outcome}`);
};

const indent = (text: string): string => text.replaceAll(/^/gm, '    ');

const showFound = (all: Found[]): void => {
  for (const { route, text, ok } of all) console.log(`  GET ${route}  ${judge(ok)}\n${indent(text)}\n`);
};

const showIssue = async ({ url, secret }: Stage): Promise<{ ok: boolean }[]> => {
  console.log(`The life of an issue, delivered to ${url}/webhooks/jira\n`);
  const answers = await playStory(STORY, url, secret, showStep);
  console.log('\nStored afterwards\n');
  const stored = await readStored(url);
  showFound(stored);
  return [...answers, ...stored];
};

const showRelease = async (stage: Stage): Promise<{ ok: boolean }[]> => {
  console.log('A release: two stories, and commits for one of them\n');
  const answers = await playRelease(stage, showLine);
  await stage.correlated();
  console.log('\nCommits of a story, stories without commits, commits without a story\n');
  const found = await readCorrelated(stage.url);
  showFound(found);
  return [...answers, ...found];
};

const showJira = async (stage: Stage): Promise<{ ok: boolean }[]> => {
  console.log(`What no webhook brings: Jira is asked, at ${stage.jira.url}\n`);
  const all: Found[] = [];
  for (const [index, change] of CHANGES.entries()) {
    console.log(`${String(index + 1).padStart(2)}  ${change.happens}; then Jira is asked\n`);
    const found = await playChange(change, stage);
    showFound(found);
    all.push(...found);
  }
  return all;
};

const showSentLine = ({ happens, result, ok }: Sent, index: number): void =>
  console.log(
    `${String(index + 1).padStart(2)}  ${happens.padEnd(SENT_HAPPENS)}  => ${result}  ${judge(ok)}`,
  );

const showSent = async (stage: Stage): Promise<{ ok: boolean }[]> => {
  console.log('What happens after an event: a target verifies what it is sent, dies, and comes back\n');
  const steps = await playSent(stage, showSentLine);
  const executions = await readExecutions(stage);
  console.log('\nThe outcome of each event; failed ones are retried half a minute later\n');
  showFound([executions]);
  return [...steps, executions];
};

const CHAPTERS = [showIssue, showRelease, showJira, showSent];

const play = async (stage: Stage): Promise<boolean> => {
  let allOk = true;
  for (const show of CHAPTERS) allOk = (await show(stage)).every(({ ok }) => ok) && allOk;
  return allOk;
};

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

await runCommand(command, async () => {
  // `exit` also stops the embedded database.
  const end = (): void => process.exit(1);
  for (const signal of SIGNALS) process.once(signal, end);
  const allOk = await withOwnInstance(play).finally(() => {
    for (const signal of SIGNALS) process.off(signal, end);
  });
  console.log(allOk ? 'Everything was as expected.' : 'Some results were unexpected: see above.');
  return allOk ? 0 : 1;
});
