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

/** One day of somebody at home: the minute of that day of their own press, or whether somebody answered for them. */
export type LivedDay = { on: string; minute: number | null; byOthers: boolean }

/** What their mornings say beside the single one: something to look at on a visit, and never an alarm. */
export type Habit = {
  /** The middle of their own presses of the last two weeks, as a minute of the day. */
  usualMinute: number
  /** Against the four weeks before (minutes, negative: earlier); null where either says too little. */
  laterByMin: number | null
  /** Days at home among the last two weeks, and on how many of them somebody else answered, or nobody at all. */
  days: number
  byOthers: number
  silent: number
}

const recentDays = 14
/** Six weeks: two that are looked at, and four that they are compared with. */
export const habitDays = 42
/** Of fewer the middle is mostly chance: one late morning moves it by half an hour. */
const ownMin = 5

/**
 * From the days at home, oldest first, the running one left out. Null while there are too few mornings of their own.
 */
export function observeHabit(days: readonly LivedDay[]): Habit | null {
  const recent = days.slice(-recentDays)
  const usual = middle(recent)
  if (usual === null) return null
  const before = middle(days.slice(0, -recentDays))
  return {
    usualMinute: Math.round(usual),
    laterByMin: before === null ? null : Math.round(usual - before),
    days: recent.length,
    byOthers: recent.filter(({ minute, byOthers }) => minute === null && byOthers).length,
    silent: recent.filter(({ minute, byOthers }) => minute === null && !byOthers).length,
  }
}

function middle(days: readonly LivedDay[]): number | null {
  const minutes = days.flatMap(({ minute }) => minute ?? []).toSorted((a, b) => a - b)
  if (minutes.length < ownMin) return null
  const at = (minutes.length - 1) / 2
  return ((minutes[Math.floor(at)] ?? 0) + (minutes[Math.ceil(at)] ?? 0)) / 2
}
