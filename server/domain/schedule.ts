// The hours of a pact: by weekday, a morning and an optional evening half, in the zone of the community; and what comes next.
import type { Edge } from '#contract/primitives.ts'
import { nextOccurrence, type Occurrence } from './occurrence.ts'

/** ISO weekdays, 1 is Monday, and the hour (HH:MM) that was agreed for each; a day without an hour has no deadline. */
export type Hours = Partial<Record<Weekday, string>>
export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7

export type Schedule = { zone: string; morning: Hours; evening?: Hours | null }

export type Deadline = Occurrence & { edge: Edge; deadline: string }

const everyDay = (hour: string): Hours => Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((day) => [day, hour]))

/** What is offered when a pact is made; each is a practice of the field. */
export const presets = {
  /** 窗帘之约: open before eight. */
  curtain: { morning: everyDay('08:00'), evening: null },
  /** Taiyuan: open by nine. */
  lateRiser: { morning: everyDay('09:00'), evening: null },
  /** Hefei, 晨拉晚关: open in the morning, closed in the evening. */
  bothEdges: { morning: everyDay('08:00'), evening: everyDay('20:00') },
  /** Weekends an hour later. */
  slowWeekend: { morning: { ...everyDay('08:00'), 6: '09:00', 7: '09:00' }, evening: null },
} as const satisfies Record<string, Omit<Schedule, 'zone'>>

/**
 * The next deadlines strictly after `after` (epoch ms), earliest first: what is shown in words when a pact is saved, for
 * the wrong zone or the wrong hour is the first cause of false alarms elsewhere (field: healthchecks 6).
 */
export function nextDeadlines(
  schedule: Schedule,
  asked: { after: number; count: number; remindBeforeMs: number },
): Deadline[] {
  const halves: [Edge, Hours | null | undefined][] = [
    ['morning', schedule.morning],
    ['evening', schedule.evening],
  ]
  return halves
    .flatMap(([edge, hours]) => ofHalf({ edge, hours: hours ?? {}, zone: schedule.zone, ...asked }))
    .toSorted((a, b) => a.dueAt - b.dueAt)
    .slice(0, asked.count)
}

/** The next one of a half; null where it has no hours at all. */
export function nextOfHalf(half: {
  edge: Edge
  hours: Hours
  zone: string
  after: number
  remindBeforeMs: number
}): Deadline | null {
  const { edge, zone, after, remindBeforeMs } = half
  const each = daysByHour(half.hours).map(({ deadline, days }) => ({
    ...nextOccurrence({ deadline, days, edge, zone, after, remindBeforeMs }),
    edge,
    deadline,
  }))
  return each.reduce<Deadline | null>((first, one) => (first && first.dueAt <= one.dueAt ? first : one), null)
}

function ofHalf(half: Parameters<typeof nextOfHalf>[0] & { count: number }): Deadline[] {
  const found: Deadline[] = []
  let after = half.after
  while (found.length < half.count) {
    const next = nextOfHalf({ ...half, after })
    if (!next) break
    found.push(next)
    after = next.dueAt
  }
  return found
}

function daysByHour(hours: Hours): { deadline: string; days: number[] }[] {
  const groups = new Map<string, number[]>()
  for (const [day, hour] of Object.entries(hours))
    groups.set(hour, [...(groups.get(hour) ?? []), Number(day)])
  return [...groups].map(([deadline, days]) => ({ deadline, days }))
}
