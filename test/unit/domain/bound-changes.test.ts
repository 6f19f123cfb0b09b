import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundChanges, boundFacts } from '../../../src/domain/bound-changes.ts';
import type { Change } from '../../../src/domain/delivery.ts';
import { answerBytes } from '../../../src/domain/sizes.ts';
import { anyText } from '../../support/any-text.ts';

const NONE: Change = {
  field: null,
  field_id: null,
  from: null,
  from_string: null,
  to: null,
  to_string: null,
};

const text = fc.oneof(
  fc.constant(null),
  anyText(),
  fc
    .tuple(fc.constantFrom('a', 'é', '😀', '"', '\\', '\u0001', '\ud800', '\n'), fc.nat(200_000))
    .map(([unit, count]) => unit.repeat(count)),
);
const change = fc.record<Change>({
  field: text,
  field_id: text,
  from: text,
  from_string: text,
  to: text,
  to_string: text,
});

describe('the changes an event keeps', () => {
  it('are the first 500, because a body of empty changes must not answer megabytes', () => {
    const all = Array.from({ length: 501 }, (_, n) => ({ ...NONE, field: `f${n}` }));
    expect(boundChanges(all.slice(0, 500))).toEqual({ changes: all.slice(0, 500), whole: true });
    expect(boundChanges(all)).toEqual({ changes: all.slice(0, 500), whole: false });
  });

  it('are asked for one at a time, because a million of them must not be made to be thrown away', () => {
    let asked = 0;
    function* endless(): Generator<Change> {
      for (;;) {
        asked += 1;
        yield NONE;
      }
    }
    expect(boundChanges(endless()).changes).toHaveLength(500);
    expect(asked).toBe(501);
  });

  it('keep a description as long as Jira allows whole, on both sides, because people read what changed', () => {
    const description = { ...NONE, field: 'description', from_string: 'é'.repeat(32_767) };
    const both = { ...description, to_string: '😀'.repeat(32_767) };
    expect(boundChanges([both])).toEqual({ changes: [both], whole: true });
  });

  it('lose the end of a longer text at a code point, because half an emoji is no text', () => {
    const { changes, whole } = boundChanges([{ ...NONE, to_string: `a${'😀'.repeat(100_000)}` }]);
    expect(whole).toBe(false);
    expect(changes[0]?.to_string).toMatch(/^a(😀){30000,}$/u);
  });

  it('take a bounded number of bytes, and stay as they are when bounded again, whatever was sent', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 6 }), (all) => {
        const { changes, whole } = boundChanges(all);
        expect(answerBytes(changes)).toBeLessThan(1_100_000);
        expect(boundChanges(changes)).toEqual({ changes, whole: true });
        if (whole) expect(changes).toEqual(all);
        if (all.length > 0) expect(changes.length).toBeGreaterThan(0);
        for (const [index, { from }] of changes.entries())
          expect(all[index]?.from ?? '').toContain(from ?? '');
      }),
      { numRuns: 15 },
    );
  });

  it('say in unread_fields that they are not all, because otherwise nobody would know', () => {
    const facts = {
      issue_id: null,
      issue_key: null,
      project_key: null,
      event_type: 'x',
      issue_event_type: null,
      changes: Array.from({ length: 600 }, () => NONE),
      actor: null,
      occurred_ms: 0,
      unread_fields: ['timestamp'],
    };
    expect(boundFacts(facts).unread_fields).toEqual(['timestamp', 'changelog.items']);
    const whole = { ...facts, changes: [NONE] };
    expect(boundFacts(whole)).toBe(whole);
  });
});
