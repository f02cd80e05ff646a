// How somebody is, as far as anybody can say: well, not well, or silent. Silence itself is split in domain/silence.ts.
export type Wellbeing = 'well' | 'notWell' | 'silent' | 'notDue' | 'away'

export type WellbeingInput = {
  /** The last greeting that counts for this occurrence: theirs, or seen and spoken with (epoch ms). */
  greetedAt: number | null
  /** An SOS, "I do not feel well", or what a caller or a visitor found. */
  unwell: readonly { at: number; endedAt: number | null }[]
  dueAt: number
  away: boolean
  now: number
}

/**
 * Not well goes before everything: neither a greeting before nor one after it takes it back, only a human who has
 * closed it does (safety 11 and 16); nor is it excused by an absence (safety 10).
 */
export function judgeWellbeing({ greetedAt, unwell, dueAt, away, now }: WellbeingInput): Wellbeing {
  if (unwell.some(({ at, endedAt }) => at <= now && (endedAt === null || endedAt > now))) return 'notWell'
  if (greetedAt !== null && greetedAt <= now) return 'well'
  if (away) return 'away'
  return now < dueAt ? 'notDue' : 'silent'
}
