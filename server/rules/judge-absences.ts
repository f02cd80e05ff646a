// A declared absence speaks up by itself: have they left, does it end tomorrow? It excuses a missed check-in, nothing else.
import type { Tx } from '#db/database.ts'
import { rulesOfMany } from '#contract/rule-layers.ts'
import { absenceAsks, judgeAbsence, type AbsenceAsk } from '#domain/absence.ts'
import { localDate, localInstant, type Occurrence } from '#domain/occurrence.ts'
import { nextOfHalf } from '#domain/schedule.ts'
import type { StoredCheckIn } from '#domain/stored.ts'
import type { Verdict } from '#domain/verdict.ts'
import { lockDueAbsences, lookAgain, type DueAbsence } from './absence-store.ts'
import { ruleBooks } from './rule-book.ts'

/** What is to be asked now, each once: an absence is looked at again only for what is still to come. */
export async function judgeAbsences(
  tx: Tx,
  now: number,
  max: number,
): Promise<{ count: number; verdicts: Verdict[] }> {
  const due = await lockDueAbsences(tx, now, max)
  if (due.length === 0) return { count: 0, verdicts: [] }
  const books = await ruleBooks(tx, [...new Set(due.map(({ communityId }) => communityId))])
  const rulesOf = rulesOfMany(books)
  const looked = due.map((absence) => {
    const { communityId, tier, homeId, lookAt, zone } = absence
    const rules = rulesOf({ communityId, tier, homeId })
    const isOver = judgeAbsence({ ...absence, endedOn: null }, localDate(now, zone), rules.absence).isOver
    const asks = isOver ? [] : absenceAsks({ ...absence, endedOn: null }, knownOf(absence), rules)
    return {
      absence,
      asked: asks.filter(({ at }) => at >= lookAt && at <= now),
      next: asks.find(({ at }) => at > now)?.at ?? null,
    }
  })
  await lookAgain(
    tx,
    looked.map(({ absence, next }) => ({ id: absence.id, lookAt: next })),
  )
  const verdicts = looked.flatMap(({ absence, asked }) => asked.map((ask) => verdictOf(absence, ask)))
  return { count: due.length, verdicts }
}

/** Somebody pressed in the home of a person who is away (safety 10): it neither ends the absence nor is ignored. */
export function judgePressesWhileAway(checkIns: readonly StoredCheckIn[]): Verdict[] {
  return checkIns.flatMap(({ duringAbsence, communityId, homeId, residentId, origin, at }) => {
    if (!duringAbsence || residentId === null) return []
    return notice({ communityId, homeId, residentId, origin }, { task: 'backEarly', heardAt: at })
  })
}

const knownOf = (absence: DueAbsence) => ({
  first: firstOccurrence(absence),
  lastOwnSignAt: absence.heardAt,
  zone: absence.zone,
})

/** The first one from the day it begins, and after it was declared. */
function firstOccurrence({ halves, fromOn, declaredAt, zone }: DueAbsence): Occurrence | null {
  const after = Math.max(localInstant(fromOn, '00:00', zone), declaredAt) - 1
  const each = halves.flatMap(
    ({ edge, hours }) => nextOfHalf({ edge, hours, zone, after, remindBeforeMs: 0 }) ?? [],
  )
  return each.toSorted((a, b) => a.dueAt - b.dueAt)[0] ?? null
}

const verdictOf = (absence: DueAbsence, { task, on }: AbsenceAsk): Verdict =>
  notice(absence, { task, on, ...(absence.heardAt === null ? {} : { heardAt: absence.heardAt }) })

type Who = Pick<DueAbsence, 'communityId' | 'homeId' | 'residentId' | 'origin'>

const notice = (who: Who, evidence: Verdict['evidence']): Verdict => ({
  communityId: who.communityId,
  homeId: who.homeId,
  residentId: who.residentId,
  deviceId: null,
  kind: 'missed',
  stage: 'notice',
  evidence,
  origin: who.origin,
  ringsAgain: false,
})
