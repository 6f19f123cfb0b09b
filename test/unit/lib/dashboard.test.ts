import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { FUNCTIONS } from '../../../lib/functions/registry.ts';
import { ALARMS } from '../../../src/contract/alarms.ts';
import { METRICS } from '../../../src/contract/metrics.ts';
import { timeoutOf, titleOf } from './function-resources.ts';
import { EVERYTHING_SET, synthStack } from './synth-stack.ts';

const everything = synthStack(EVERYTHING_SET);

const dashboardBody = z.object({
  widgets: z.array(z.object({ type: z.string(), properties: z.record(z.string(), z.unknown()) })),
});

/** A graph's metrics: each a list of names and, at its end, how it is shown. */
const lines = z.array(z.array(z.unknown()));

const shown = z.object({ label: z.string(), visible: z.optional(z.boolean()) });

/** Of what is drawn: the parts of an expression are there too, but invisible. */
const labelOf = (part: unknown): string[] => {
  const { data } = shown.safeParse(part);
  return data && data.visible !== false ? [data.label] : [];
};

describe('the dashboard', () => {
  const [dashboard] = Object.values(everything.template.findResources('AWS::CloudWatch::Dashboard'));
  const body: string = dashboard?.Properties.DashboardBody['Fn::Join'][1]
    .map((part: unknown) => (typeof part === 'string' ? part : 'x'))
    .join('');
  const { widgets } = dashboardBody.parse(JSON.parse(body));

  it('asks its questions in this order, below every alarm', () => {
    expect(widgets[0]).toMatchObject({ type: 'alarm' });
    expect(widgets[0]?.properties.alarms).toHaveLength(Object.keys(ALARMS).length);
    expect(
      widgets.filter(({ type }) => type === 'text').map(({ properties }) => properties.markdown),
    ).toEqual([
      '## Is Jira reaching us?',
      '## Are we keeping up?',
      '## Are we losing anything?',
      '## Do we have what Jira has?',
      '## Do targets get what is theirs?',
    ]);
    expect(widgets.filter(({ type }) => type === 'metric').length).toBe(20);
  });

  const linesOf = (title: string): string[] => {
    const found = widgets.find(({ properties }) => properties.title === title);
    return lines.parse(found?.properties.metrics).flatMap((line) => line.flatMap(labelOf));
  };

  it.each([
    ['Functions: longest run in % of timeout', FUNCTIONS.map(titleOf)],
    ['Functions: throttled', FUNCTIONS.map(titleOf)],
    ['Functions: concurrent', FUNCTIONS.map(titleOf)],
    ['Drift', ['DriftFound']],
    ['Table and indexes: throttled', ['table', 'by_issue', 'by_day', 'by_project', 'worklist']],
  ])(
    'has a line in "%s" for each of them, because an e-mail sends people there to see which',
    (title, names) => {
      expect(linesOf(title)).toEqual(names);
    },
  );

  it('shows the highest of what is a level and no count, because the sum of a level says nothing', () => {
    const found = widgets.find(({ properties }) => `${properties.title}`.startsWith('Executions: waiting'));
    const stats = JSON.stringify(found?.properties.metrics).match(/"stat":"\w+"/g);
    expect(stats).toEqual(['"stat":"Maximum"', '"stat":"Maximum"']);
  });

  it('compares each function with its own timeout', () => {
    expect([...body.matchAll(/100 \* longest(\w+) \/ (\d+)/g)].map(([, name, ms]) => [name, ms])).toEqual(
      FUNCTIONS.map((name) => [titleOf(name), `${timeoutOf(everything, name)}000`]),
    );
  });

  it('does not ask the last two without a Jira site and executions, because their graphs would be empty', () => {
    const text = JSON.stringify(synthStack().template.findResources('AWS::CloudWatch::Dashboard'));
    expect(text).toContain('Are we losing anything?');
    expect(text).not.toMatch(/Do we have what Jira has|DriftFound|UpdatesComplete/);
    expect(text).not.toMatch(
      /Do targets get what is theirs|Executions(Completed|Failed|Waiting)|OldestDue|Target(Opened|Disabled)/,
    );
  });

  it('shows every count that the functions emit, because an unseen one is not worth counting', () => {
    expect(Object.keys(METRICS).filter((name) => !body.includes(`"${name}"`))).toEqual([]);
  });
});
