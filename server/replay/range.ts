// How far back history can be judged again: as far as the shortest-lived of what judging needs is kept.
import { limits } from '../limits.ts'
import { keptFromAt, type Kept, type Kind } from '../retention/kept.ts'
import type { Span } from './history.ts'

/** A battery device may be silent for at most 50 hours by any rule (contract/rules-device.ts); what stood then is judged first. */
export const lookBackMs = 50 * 3_600_000

const needed = [
  'readings',
  'messages',
  'signs',
  'checkIns',
  'incidents',
  'audit',
] as const satisfies readonly Kind[]

/** From when on (epoch ms) everything that judging needs is there. */
export const earliestReplay = (kept: Kept, now: number): number =>
  Math.max(...needed.map((kind) => keptFromAt(kept[kind], now))) + lookBackMs

/** The last month, or as much of it as is kept. */
export const lastMonth = (kept: Kept, now: number): Span => ({
  fromAt: Math.max(now - limits.replayTrySpanMs, earliestReplay(kept, now)),
  untilAt: now,
})

export type RangeProblem = 'backwards' | 'future' | 'tooEarly'

export function problemOf(
  { fromAt, untilAt }: Span,
  { kept, now }: { kept: Kept; now: number },
): RangeProblem | undefined {
  if (fromAt >= untilAt) return 'backwards'
  if (untilAt > now) return 'future'
  return fromAt < earliestReplay(kept, now) ? 'tooEarly' : undefined
}
