import { Temporal } from 'temporal-polyfill'

/** 'YYYY-MM-DD' so many days later, or earlier. */
export const addDays = (on: string, days: number): string =>
  Temporal.PlainDate.from(on).add({ days }).toString()

/** Whether there is such a day: the contract's pattern lets 2026-02-31 pass. */
export function isDate(on: string): boolean {
  try {
    Temporal.PlainDate.from(on, { overflow: 'reject' })
    return true
  } catch {
    return false
  }
}
