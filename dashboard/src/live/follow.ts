import type { Cursor } from '#contract/community.ts'
import type { EventBatch, LogEvent } from '#contract/live.ts'

export type Taken =
  | { how: 'new'; events: readonly LogEvent[]; cursor: Cursor }
  | { how: 'old' }
  | { how: 'gap' }

/** What a batch means to a page that stands at `at`: what was seen before is dropped, a gap is asked for again. */
export function take(at: Cursor, batch: EventBatch): Taken {
  if (batch.epoch !== at.epoch || batch.after > at.seq) return { how: 'gap' }
  const events = batch.events.filter(({ seq }) => seq > at.seq)
  const last = events.at(-1)
  return last ? { how: 'new', events, cursor: { epoch: at.epoch, seq: last.seq } } : { how: 'old' }
}

/** A heartbeat that knows more than we do means that the last event was lost on the way. */
export const isBehind = (at: Cursor, head: Cursor): boolean => head.epoch !== at.epoch || head.seq > at.seq
