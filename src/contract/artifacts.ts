/** Tag of a raw body's object, `true` or `false`: how long the bucket keeps it, as the table keeps its event. */
export const QUARANTINED_TAG = 'quarantined';
