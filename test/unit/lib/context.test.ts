import { describe, expect, it } from 'vitest';
import cdkJson from '../../../cdk.json' with { type: 'json' };
import { CONTEXT_NAMES, readContext } from '../../../lib/context.ts';
import { readEnv } from '../../../src/contract/env.ts';

const HOW =
  'Set values with -c name=value, or in cdk.json under "context". Names: stage, alarmEmail, jiraWebhookSecretArn, throttleRate, throttleBurst, connectionThrottleRate, connectionThrottleBurst, retentionDays, batchWindowSeconds, allowedCidrs, domainName, certificateArn, quietHours, jiraSiteUrl, jiraApiUrl, jiraApiUser, reconcileProjects, reconcileRate, executions, traces, docsUrl.';

const SITE = { jiraSiteUrl: 'https://acme.atlassian.net' };

/** The lines between the first and the last one of the refusal. */
const problemsOf = (context: Record<string, unknown>): string[] => {
  try {
    readContext(context);
    return [];
  } catch (fault) {
    const lines = fault instanceof Error ? fault.message.split('\n') : [];
    expect([lines.at(0), lines.at(-1)]).toEqual(['Wrong context:', HOW]);
    return lines.slice(1, -1).map((line) => line.trim());
  }
};

describe('the context', () => {
  it('has defaults for a first try, because nothing needs to be known for one', () => {
    expect(readContext({})).toEqual({
      stage: 'dev',
      throttleRate: 50,
      throttleBurst: 100,
      connectionThrottleRate: 50,
      connectionThrottleBurst: 100,
      retentionDays: 30,
      batchWindowSeconds: 20,
      quietHours: null,
      executions: 'off',
      traces: 'off',
      production: false,
    });
  });

  it('takes text from the command line and numbers from cdk.json for the same', () => {
    const text = { throttleRate: '75', throttleBurst: '150', retentionDays: '14' };
    expect(readContext(text)).toMatchObject({ throttleRate: 75, throttleBurst: 150, retentionDays: 14 });
    const numbers = { throttleRate: 75, throttleBurst: 150, retentionDays: 14 };
    expect(readContext(numbers)).toEqual(readContext(text));
  });

  it('takes an empty value for none, because -c alarmEmail= is how one takes a value back', () => {
    expect(readContext({ alarmEmail: '', throttleRate: '', quietHours: '' })).toEqual(readContext({}));
  });

  it('reads quiet hours as minutes of the Phoenix day', () => {
    expect(readContext({ quietHours: '20:00-06:30' }).quietHours).toEqual({ from: 1200, to: 390 });
    expect(readContext({ quietHours: 'none' }).quietHours).toBeNull();
  });

  it.each([
    ['dev', false],
    ['test', false],
    ['prod', true],
    ['prod-eu', true],
    ['production', true],
  ])('of stage %s protects its data: %s, because data must not hang on how one spells prod', (stage, yes) => {
    expect(readContext({ stage }).production).toBe(yes);
  });

  it.each([
    [
      { stage: 'Dev' },
      'stage must be 1-20 of a-z 0-9 -, a letter first: it becomes part of the name of the stack',
    ],
    [{ stage: 'a'.repeat(21) }, /^stage must be 1-20/],
    [{ stage: true }, 'stage must be text'],
    [{ alarmEmail: 'ops' }, 'alarmEmail must be one e-mail address'],
    [{ alarmEmail: 'a@b.co,c@d.co' }, 'alarmEmail must be one e-mail address'],
    [{ throttleRate: '0' }, 'throttleRate must be a whole number from 1 to 10000'],
    [{ throttleRate: 10.5 }, 'throttleRate must be a whole number from 1 to 10000'],
    [{ throttleBurst: '5001' }, 'throttleBurst must be a whole number from 1 to 5000'],
    [{ connectionThrottleRate: '0' }, 'connectionThrottleRate must be a whole number from 1 to 10000'],
    [{ connectionThrottleBurst: '1e3' }, 'connectionThrottleBurst must be a whole number from 1 to 5000'],
    [{ retentionDays: '0' }, 'retentionDays must be a whole number from 1 to 3650'],
    [{ batchWindowSeconds: '301' }, 'batchWindowSeconds must be a whole number from 0 to 300'],
    [
      { jiraWebhookSecretArn: 'jira-secret' },
      'jiraWebhookSecretArn must be the whole ARN of a Secrets Manager secret, with the six characters at its end',
    ],
    [
      { jiraWebhookSecretArn: 'arn:aws:secretsmanager:us-west-2:123456789012:secret:jira' },
      /^jiraWebhookSecretArn must be the whole ARN/,
    ],
    [{ docsUrl: 'http://git.example.com' }, /^docsUrl must be an https address/],
    [{ docsUrl: 'https://git.example.com/' }, /^docsUrl must be an https address/],
    [{ traces: 'some' }, 'traces must be on or off'],
    [{ executions: 'yes' }, 'executions must be on or off'],
    [{ quietHours: '20-6' }, /^quietHours must be none, or Phoenix times such as 20:00-06:00/],
    [{ quietHours: '06:00-06:00' }, /^quietHours must be none/],
    [{ quietHours: '20:00-18:01' }, /^quietHours must be none/],
    [{ quietHours: ['20:00-06:00'] }, 'quietHours must be text'],
    [{ allowedCidrs: ['192.0.2.0/24'] }, 'allowedCidrs must be text'],
    [
      { allowedCidrs: Array(300).fill('192.0.2.0/24').join(',') },
      /^allowedCidrs must have 3000 characters at most/,
    ],
  ])('stops synth for %j and names the key, because nothing else says where it is', (context, problem) => {
    expect(problemsOf(context)).toEqual([
      typeof problem === 'string' ? problem : expect.stringMatching(problem),
    ]);
  });

  it('wants the domain and its certificate together', () => {
    const together = ['domainName and certificateArn go together: set both, or neither'];
    expect(problemsOf({ domainName: 'webhooks.example.com' })).toEqual(together);
    const certificateArn = 'arn:aws:acm:us-west-2:123456789012:certificate/0b1c-2d3e';
    expect(problemsOf({ certificateArn })).toEqual(together);
    expect(readContext({ domainName: 'webhooks.example.com', certificateArn })).toMatchObject({
      certificateArn,
    });
    expect(problemsOf({ domainName: 'https://webhooks.example.com', certificateArn })).toEqual([
      'domainName must be a host name in lower case, such as webhooks.example.com',
    ]);
    expect(problemsOf({ domainName: 'webhooks.example.com', certificateArn: 'my-certificate' })).toEqual([
      'certificateArn must be the ARN of an ACM certificate in the region of the stack',
    ]);
  });

  it.each([
    [{ jiraSiteUrl: 'acme.atlassian.net' }, /^jiraSiteUrl must be a base URL with https/],
    [{ jiraSiteUrl: 'https://me:secret@acme.atlassian.net' }, /^jiraSiteUrl must be a base URL/],
    [{ jiraSiteUrl: 'http://127.0.0.1:8080' }, 'jiraSiteUrl must begin with https://'],
    [{ ...SITE, jiraApiUrl: 'http://localhost' }, 'jiraApiUrl must begin with https://'],
    [{ ...SITE, jiraApiUser: 'a:b' }, 'jiraApiUser must be a user name without a colon'],
    [
      { ...SITE, reconcileProjects: 'ABC DEF' },
      'reconcileProjects must be keys of projects separated by commas, such as ABC,SHOP',
    ],
    [
      { ...SITE, reconcileProjects: Array(1_001).fill('AB').join(',') },
      /^reconcileProjects must have 3000 characters at most/,
    ],
    [{ ...SITE, reconcileRate: '0' }, 'reconcileRate must be a whole number from 1 to 1000'],
    [{ jiraApiUrl: 'https://api.atlassian.com/ex/jira/1' }, 'jiraApiUrl needs jiraSiteUrl'],
    [{ jiraApiUser: 'bot@example.com' }, 'jiraApiUser needs jiraSiteUrl'],
    [{ reconcileProjects: 'ABC' }, 'reconcileProjects needs jiraSiteUrl'],
    [{ reconcileRate: 3 }, 'reconcileRate needs jiraSiteUrl'],
  ])('stops synth for %j, because reconciliation would not begin, or not be safe', (context, problem) => {
    expect(problemsOf(context)).toEqual([
      typeof problem === 'string' ? problem : expect.stringMatching(problem),
    ]);
  });

  it.each([
    ['stgae', 'stgae is not known: did you mean stage?'],
    ['Stage', 'Stage is not known: did you mean stage?'],
    ['alarm-email', 'alarm-email is not known: did you mean alarmEmail?'],
    ['throttlerate', 'throttlerate is not known: did you mean throttleRate?'],
    ['region', 'region is not known'],
  ])('does not know %s, because a misspelt value would silently be the default', (key, problem) => {
    expect(problemsOf({ [key]: 'x' })).toEqual([problem]);
  });

  it('reports everything that is wrong at once', () => {
    expect(problemsOf({ stgae: 'x', throttleRate: 'x', alarmEmail: 'x' })).toHaveLength(3);
  });

  it('leaves the keys of tools alone, because they share the context', () => {
    const keys = ['@aws-cdk/core:checkSecretUsage', 'aws:cdk:enable-asset-metadata', 'cli-telemetry'];
    expect(readContext(Object.fromEntries(keys.map((key) => [key, true])))).toEqual(readContext({}));
    expect(readContext(cdkJson.context)).toEqual(readContext({}));
  });

  it.each([
    '192.0.2.0/24',
    '192.0.2.0/24, 2001:db8::/32',
    '0.0.0.0/0',
    '192.0.2.1',
    '192.0.2.0/33',
    '2001:db8::/129',
    '192.0.2.0/24,',
    '192.0.2.0/24 2001:db8::/32',
    'anywhere',
  ])('judges allowedCidrs %j as the function does, because it gets the very text', (text) => {
    const message = (read: () => unknown): string => {
      try {
        return read() ? 'taken' : '';
      } catch (fault) {
        return fault instanceof Error ? fault.message : '';
      }
    };
    const function_ = message(() => readEnv({ ALLOWED_CIDRS: text }));
    const stack = problemsOf({ allowedCidrs: text })[0] ?? 'taken';
    expect(stack).toBe(function_.replace('Wrong environment: ALLOWED_CIDRS', 'allowedCidrs'));
    if (stack === 'taken') expect(readContext({ allowedCidrs: text }).allowedCidrs).toBe(text);
  });

  it('has these values and no others, because people write them into scripts', () => {
    expect(CONTEXT_NAMES).toEqual([
      'stage',
      'alarmEmail',
      'jiraWebhookSecretArn',
      'throttleRate',
      'throttleBurst',
      'connectionThrottleRate',
      'connectionThrottleBurst',
      'retentionDays',
      'batchWindowSeconds',
      'allowedCidrs',
      'domainName',
      'certificateArn',
      'quietHours',
      'jiraSiteUrl',
      'jiraApiUrl',
      'jiraApiUser',
      'reconcileProjects',
      'reconcileRate',
      'executions',
      'traces',
      'docsUrl',
    ]);
  });
});
