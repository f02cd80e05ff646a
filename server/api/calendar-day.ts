import { Temporal } from 'temporal-polyfill'

/** Whether there is such a day: the contract's pattern lets 2026-02-31 pass. */
export function isDate(on: string): boolean {
  try {
    Temporal.PlainDate.from(on, { overflow: 'reject' })
    return true
  } catch {
    return false
  }
}
