// How a reading at the door looks: by its own number, its age, and whether anything was ever heard.
import type { Air } from '#contract/incident.ts'

export type AirLook = 'well' | 'late' | 'critical' | 'stale' | 'unknown'

/**
 * CO: from 35 ppm nobody goes in without 119 (safety 13); from 10 ppm it is no longer clean air. Gas: 5 %LEL is the
 * alarm and 3 %LEL the notice of domain/gas.ts.
 */
const bounds = { co: { late: 10, critical: 35 }, gas: { late: 3, critical: 5 } } as const

/** An old reading is never green, and a missing one never looks like zero. */
export function airLook(gas: keyof Air, reading: Air[keyof Air]): AirLook {
  if (reading === null) return 'unknown'
  if (reading.value >= bounds[gas].critical) return 'critical'
  if (reading.stale) return 'stale'
  return reading.value >= bounds[gas].late ? 'late' : 'well'
}
