import type { DynamoDBRecord } from 'aws-lambda';
import { toRecord } from '../../support/correlation.ts';

/** The stream's record of a new event. */
export const eventRecord = (eventId: unknown, index = 0): DynamoDBRecord =>
  toRecord(`E#${eventId}`, 'E', 'INSERT', index);

/** Numbered anew, as they follow each other in one batch. */
export const asBatch = (records: DynamoDBRecord[]): DynamoDBRecord[] =>
  records.map((record, index) => ({
    ...record,
    eventID: String(index),
    dynamodb: { ...record.dynamodb, SequenceNumber: String(index + 1).padStart(21, '0') },
  }));
