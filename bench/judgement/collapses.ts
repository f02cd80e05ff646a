// People who fall and cannot press: when a human knows, is sent, and stands at the door, under one rule.
import { afterOwnCut, silentOf, taskOf, type Mornings, type Setting } from './mornings.ts'
import type { SilenceTask } from '#domain/silence.ts'
import { limits } from '#limits'
import { askSilent } from './asking.ts'
import { dayMin, daysBefore, epoch, yearDays } from './calendar.ts'
import { draw } from './draw.ts'
import { awayDeclared, here, type Cut, type Life } from './lives.ts'

export type Collapse = {
  /** Minute of its day, and whether it was in the night before 7:00. */
  minuteOfDay: number
  tier: Life['tier']
  /** From the collapse (minutes); Infinity for never. */
  toldMin: number
  doorMin: number
  /** After the agreed deadline, and after the last sign of their own (minutes). */
  doorAfterDueMin: number
  toldAfterDueMin: number
  toldAfterSignMin: number
  doorAfterSignMin: number
  /** The rule took them for well or away, and nobody would have come that morning. */
  excused: boolean
  task: SilenceTask
  /** The service itself was down when they fell due. */
  ownCut: boolean
}

const what = { day: 200, minute: 230, night: 260 } as const
const nightEndsMin = 420

/** Emergencies are rare: each resident-year is asked "what if" this often, apart from what really happens in it. */
export function collapsesOf(setting: Setting, life: Life, lived: Mornings, count: number): Collapse[] {
  return Array.from({ length: count }, (_, nth) => collapse(setting, life, lived, nth)).filter(
    (one) => one !== undefined,
  )
}

function collapse(setting: Setting, life: Life, lived: Mornings, nth: number): Collapse | undefined {
  const { seed } = setting.year
  const day = Math.floor(draw(seed, life.id, nth, what.day) * yearDays)
  const isNight = draw(seed, life.id, nth, what.night) < setting.world.emergencies.shareAtNight0000to0700
  const share = draw(seed, life.id, nth, what.minute)
  const minuteOfDay = isNight ? share * nightEndsMin : nightEndsMin + share * (dayMin - nightEndsMin)
  const at = day * dayMin + minuteOfDay
  const today = day + daysBefore
  if (!isAtHome(life, today, at)) return undefined
  // Who came back today was not here this morning.
  const isOver = life.where[today] !== here || (lived.endedAt[today] ?? Infinity) <= at
  const index = isOver ? today + 1 : today
  const lastSignAt = lastSignBefore(life, lived, { at, index })
  if (lastSignAt === null) return undefined
  return foundOut(setting, life, lived, { at, index, minuteOfDay, lastSignAt })
}

/** They leave at noon before the first morning away, and are back at noon before the first one at home. */
function isAtHome(life: Life, index: number, at: number): boolean {
  const noon = (index - daysBefore) * dayMin + 720
  return at < noon ? life.where[index] === here : life.where[index + 1] === here || stillHere(life, index, at)
}

/** Collapsed after the last press at home and before leaving for a declared absence: the one trap of an absence. */
const stillHere = (life: Life, index: number, at: number): boolean =>
  life.where[index] === here &&
  life.where[index + 1] === awayDeclared &&
  at < (index - daysBefore) * dayMin + leavesMin

const leavesMin = 720 + 180

function lastSignBefore(
  life: Life,
  lived: Mornings,
  { at, index }: { at: number; index: number },
): number | null {
  for (let before = index - 1; before > index - 9 && before >= 0; before -= 1) {
    if (life.where[before] !== here) return (before + 1 - daysBefore) * dayMin - 720
    const endedAt = lived.endedAt[before] ?? Infinity
    if (Number.isFinite(endedAt) && endedAt <= at) return endedAt
  }
  return null
}

type Fallen = { at: number; index: number; minuteOfDay: number; lastSignAt: number }

function foundOut(setting: Setting, life: Life, lived: Mornings, fallen: Fallen): Collapse | undefined {
  const { policy, year } = setting
  const { at, index, lastSignAt } = fallen
  const day = index - daysBefore
  const dueAt = lived.dueAt[index] ?? NaN
  if (Number.isNaN(dueAt)) return undefined
  const isDeparture = life.where[index] === awayDeclared
  const cached = replayBetween(setting, life, { from: Math.max(at, lived.opensAt[index] ?? 0), until: dueAt })
  const isExcused = (isDeparture && !policy.knowsSilences) || (cached && policy.believesCached)
  const judgedAt = afterOwnCut(year.ownCuts, dueAt, limits.ownBlindnessSettleMs / 60_000)
  const state = { lastHeardAt: lastSignAt, hasPressed: true, knownAwayUntil: -1e9 }
  const { task } = isDeparture
    ? { task: 'departure' as const }
    : taskOf(setting, life, { dueAt, judgedAt, next: { dueAt: epoch(dueAt) }, state, day })
  const agreedAt = lived.agreedAt[index] ?? NaN
  const found = isExcused
    ? { toldAt: Infinity, sentAt: Infinity, doorAt: Infinity }
    : askSilent(
        silentOf(setting, life, {
          day,
          task,
          judgedAt,
          agreedInMin: Math.max(0, agreedAt - judgedAt),
          judgedLateMin: judgedAt - dueAt,
        }),
        at,
      )
  return {
    minuteOfDay: fallen.minuteOfDay,
    tier: life.tier,
    toldMin: found.toldAt - at,
    doorMin: found.doorAt - at,
    toldAfterDueMin: found.toldAt - Math.max(agreedAt, at),
    doorAfterDueMin: found.doorAt - Math.max(agreedAt, at),
    toldAfterSignMin: found.toldAt - lastSignAt,
    doorAfterSignMin: found.doorAt - lastSignAt,
    excused: isExcused,
    task,
    ownCut: judgedAt > dueAt,
  }
}

/** A gateway that starts again sends once more what it remembers: to the naive, a press. */
function replayBetween(setting: Setting, life: Life, span: { from: number; until: number }): boolean {
  if (!setting.world.devices.cachedReplayAfterGatewayRestart) return false
  const cuts: readonly Cut[] = setting.year.cuts[life.home] ?? []
  return cuts.some(({ until }) => until > span.from && until <= span.until)
}
