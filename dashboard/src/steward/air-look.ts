// How a reading at the door looks: by its own number, its age, and whether anything was ever heard.
import type { Air } from '#contract/incident.ts'

export type AirLook = 'well' | 'late' | 'critical' | 'stale' | 'unknown'

/**
 * 35 ppm is where nobody goes in without a meter (safety 13), 10 ppm is the WHO indoor guideline of 8 hours (facts 1);
 * 5 %LEL is where a gas alarm must sound, 3 %LEL where it must not yet (EN 50194-1, facts 2).
 */
const bounds = { co: { late: 10, critical: 35 }, gas: { late: 3, critical: 5 } } as const

/** An old reading is never green, and a missing one never looks like zero. */
export function airLook(gas: keyof Air, reading: Air[keyof Air]): AirLook {
  if (reading === null) return 'unknown'
  if (reading.value >= bounds[gas].critical) return 'critical'
  if (reading.stale) return 'stale'
  return reading.value >= bounds[gas].late ? 'late' : 'well'
}
