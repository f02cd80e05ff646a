// Four invented weeks before the demo begins, so that a calendar shows what a calendar looks like. Pure.
import type { CheckInVia } from '#contract/primitives.ts'

export type PastCheckIn = {
  residentId: number
  /** Days before today, 1 to 28. */
  daysAgo: number
  /** Minutes after midnight on the community's clock. */
  minute: number
  via: CheckInVia
  late: boolean
}

export const historyDays = 28

type Who = { id: number; deadlineMinute: number; hasCurtain: boolean }

/** Nearly always before the deadline, sometimes late, now and then answered for by phone; the same in every demo. */
export function pastCheckIns(people: readonly Who[]): PastCheckIn[] {
  return people.flatMap((who, index) =>
    Array.from({ length: historyDays }, (_, day) => onDay(who, index, day + 1)).filter(
      (one) => one !== undefined,
    ),
  )
}

function onDay(who: Who, index: number, daysAgo: number): PastCheckIn | undefined {
  const draw = (index * 37 + daysAgo * 61 + index * daysAgo * 7) % 211
  const usual = who.deadlineMinute - 35 - ((index * 13) % 60)
  const base = { residentId: who.id, daysAgo, minute: usual + (draw % 28), late: false }
  if (draw < 3) return undefined
  if (draw < 6) return { ...base, minute: who.deadlineMinute + 18, via: 'phone', late: true }
  if (draw < 9) return { ...base, minute: who.deadlineMinute + 11, via: 'button', late: true }
  return { ...base, via: who.hasCurtain ? 'curtain' : 'button' }
}
