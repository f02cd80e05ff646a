// The year in which it plays: days and minutes of a community without summer time, and the product's own occurrences.
import { nextOccurrence, type Occurrence } from '#domain/occurrence.ts'
import { defaultRules } from '#contract/rule-set.ts'

const zone = 'Asia/Shanghai'
/** 2027-01-01 00:00 there. A minute of the bench counts from here; the product gets epoch milliseconds. */
const startAt = Date.UTC(2026, 11, 31, 16)
const minuteMs = 60_000
export const dayMin = 1440

/** Mornings before the measured year, in which the rules learn what they may. */
export const daysBefore = 100
export const yearDays = 365
export const daysAll = daysBefore + yearDays + 2
/** 2027-02-06. */
export const springFestivalDay = 36

export const epoch = (minute: number): number => startAt + minute * minuteMs
export const minuteOf = (at: number): number => (at - startAt) / minuteMs

const dates = new Map<number, string>()
export function dateOf(day: number): string {
  const known = dates.get(day)
  if (known) return known
  const date = new Date(startAt + 8 * 3_600_000 + day * dayMin * minuteMs).toISOString().slice(0, 10)
  dates.set(day, date)
  return date
}

const everyDay = [1, 2, 3, 4, 5, 6, 7]
const known = new Map<number, Occurrence>()

/**
 * The occurrence of a daily deadline (minute of the day) on this day. The product reckons it once for each deadline; in
 * a zone without summer time every other day is the same, which is looked at again in the middle and at the end.
 */
export function occurrenceOn(day: number, deadlineMinute: number): Occurrence {
  let first = known.get(deadlineMinute)
  if (!first) {
    first = reckon(0, deadlineMinute)
    for (const other of [-daysBefore, 180, yearDays]) {
      const shifted = shift(first, other)
      const reckoned = reckon(other, deadlineMinute)
      if (shifted.dueAt !== reckoned.dueAt || shifted.on !== reckoned.on)
        throw new Error(`not the same day: ${other}`)
    }
    known.set(deadlineMinute, first)
  }
  return day === 0 ? first : shift(first, day)
}

function shift({ opensAt, remindAt, dueAt }: Occurrence, days: number): Occurrence {
  const by = days * dayMin * minuteMs
  return { on: dateOf(days), opensAt: opensAt + by, remindAt: remindAt + by, dueAt: dueAt + by }
}

function reckon(day: number, deadlineMinute: number): Occurrence {
  const time = `${pad(Math.floor(deadlineMinute / 60))}:${pad(deadlineMinute % 60)}`
  return nextOccurrence({
    deadline: time,
    days: everyDay,
    edge: 'morning',
    zone,
    after: epoch(day * dayMin + deadlineMinute) - 1,
    remindBeforeMs: defaultRules.silence.remindBeforeMin * minuteMs,
  })
}

const pad = (value: number): string => String(value).padStart(2, '0')
