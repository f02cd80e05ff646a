// History judged again, home by home: once by the rules that were in force, once by those that are proposed. Reads only,
// in short transactions of a page of homes, and gives way while it judges: nothing live waits for it.
import { setImmediate as turn } from 'node:timers/promises'
import { Type } from 'typebox'
import type { NotReplayed, Trial } from '#contract/rule-trial.ts'
import type { RuleLayers } from '#contract/rule-layers.ts'
import { Id } from '#contract/primitives.ts'
import type { Database, Tx } from '#db/database.ts'
import { sql } from '#db/sql.ts'
import { limits } from '../limits.ts'
import type { AirKind } from '../rules/judge-air.ts'
import { airOf } from './air-of.ts'
import type { AirFound } from './detectors.ts'
import { silentDevicesOf } from './devices-of.ts'
import type { Found } from './found.ts'
import type { BlindThen, HomeThen, ReadingThen, Span } from './history.ts'
import { homesOf, shortestSilence } from './homes.ts'
import { createOccurrences, type Occurrences } from './occurrences.ts'
import { lookBackMs } from './range.ts'
import { badAirOf } from './readings-store.ts'
import { blindsOf } from './board-store.ts'
import {
  everything,
  ruleVersions,
  rulesProposed,
  rulesThen,
  touchedBy,
  type RulesAt,
  type Touched,
} from './rules-then.ts'
import { silencesOf } from './silence-of.ts'
import { foundThen } from './then-of.ts'
import { beginTrial, type TrialSoFar } from './trial-of.ts'

export type Replay = {
  db: Database
  span: Span
  /** All of them where it is left out. */
  communityIds?: readonly number[]
  /** Left out: the rules in force then are compared with what was opened then. */
  layers?: RuleLayers
  /** Whether the time for it is over: then it ends with what it has. */
  isOver?: () => boolean
}

export async function replay({ db, layers, isOver = () => false, ...asked }: Replay): Promise<Trial> {
  const span = await sinceInstalled(db, asked.span)
  const communityIds = asked.communityIds ?? (await communities(db))
  const versions = await ruleVersions(db, communityIds)
  const inForceAt = rulesThen(versions)
  const since = { fromAt: span.fromAt - lookBackMs, communityIds }
  const touched = layers ? await touchedBy(layers, versions, since) : everything
  const proposedAt = layers && rulesProposed(layers, communityIds)
  const soFar = beginTrial(span, notReplayed(layers !== undefined))
  soFar.trial.homes = await homesIn(db, communityIds)
  const warm = { fromAt: span.fromAt - lookBackMs, untilAt: span.untilAt }
  const blinds = await reading(db, (tx) => blindsOf(tx, warm))
  const occurrences = createOccurrences()
  const judging: Judging = { db, warm, blinds, touched, inForceAt, proposedAt, soFar, occurrences, isOver }
  const isNothing = !touched.air && !touched.silence && !touched.devices
  if (isNothing) soFar.trial.homesJudged = soFar.trial.homes
  for (let afterId: number | undefined = isNothing ? undefined : 0; afterId !== undefined && !isOver();)
    afterId = await judgePage(judging, { communityIds, afterId })
  return soFar.trial
}

type Judging = {
  db: Database
  /** Begins earlier than what is told of, so that what stood then stands here. */
  warm: Span
  blinds: readonly BlindThen[]
  touched: Touched
  inForceAt: RulesAt
  proposedAt: RulesAt | undefined
  soFar: TrialSoFar
  occurrences: Occurrences
  isOver: () => boolean
}

/** Gives the last home of the page; undefined where it was the last one of all. */
async function judgePage(
  judging: Judging,
  { communityIds, afterId }: { communityIds: readonly number[]; afterId: number },
): Promise<number | undefined> {
  const { db, warm, blinds, inForceAt, proposedAt } = judging
  const shortestMs = shortestSilence([inForceAt, ...(proposedAt ? [proposedAt] : [])], warm)
  const homes = await reading(db, (tx) =>
    homesOf(tx, { communityIds, afterId, ...warm, blinds, shortestMs, max: limits.replayHomesMax }),
  )
  for (const home of homes) if (!judging.isOver()) await judgeHome(judging, home)
  return homes.length === limits.replayHomesMax ? homes.at(-1)?.id : undefined
}

async function judgeHome(judging: Judging, home: HomeThen): Promise<void> {
  const { db, warm, touched, inForceAt, proposedAt, soFar } = judging
  const air = touched.air || touched.devices
  const bad = air ? await reading(db, (tx) => badAirOf(tx, home, warm)) : { readings: [], isWhole: true }
  if (!bad.isWhole) return
  const under = (rulesAt: RulesAt) => judgeUnder(judging, { home, readings: bad.readings, rulesAt })
  const inForce = await under(inForceAt)
  const proposed = proposedAt ? await under(proposedAt) : null
  // What was cut short says nothing of this home.
  if (judging.isOver()) return
  soFar.add({ home, live: foundThen(home, touched), inForce, proposed })
}

type Under = { home: HomeThen; readings: readonly ReadingThen[]; rulesAt: RulesAt }

async function judgeUnder(judging: Judging, { home, readings, rulesAt }: Under): Promise<Found[]> {
  const { warm: span, blinds, touched, inForceAt, occurrences, isOver } = judging
  const airs: AirFound[] = []
  const found: Found[] = []
  for (const kind of touched.air || touched.devices ? airKinds : []) {
    const own = readings.filter((one) => one.kind === kind)
    const air = await inTurns(airOf({ home, kind, readings: own, rulesAt, blinds, span }), isOver)
    if (air) airs.push(air)
    if (air && touched.air) found.push(...air.found)
  }
  for (const resident of touched.silence ? home.residents : []) {
    const asked = { home, resident, rulesAt, inForceAt, blinds, span, occurrences }
    found.push(...((await inTurns(silencesOf(asked), isOver)) ?? []))
  }
  if (!touched.devices) return found
  const [alarms, missed] = [airs.flatMap((one) => one.alarms), airs.flatMap((one) => one.missed)]
  return [...found, ...silentDevicesOf({ home, alarms, missed, rulesAt, blinds, span })]
}

const airKinds: readonly AirKind[] = ['co', 'gas', 'smoke']

/** A slice at a time: what is judged live comes in between. Undefined where the time for it was over before its end. */
async function inTurns<R>(work: Generator<undefined, R>, isOver: () => boolean): Promise<R | undefined> {
  await turn()
  let began = performance.now()
  for (;;) {
    const step = work.next()
    if (step.done) return step.value
    if (performance.now() - began < limits.replayTurnMs) continue
    if (isOver()) return undefined
    await turn()
    began = performance.now()
  }
}

/** As of one instant, never for long, and never writing. */
const reading = <R>(db: Database, work: (tx: Tx) => Promise<R>): Promise<R> =>
  db.transaction(async (tx) => {
    await tx.run(sql`set transaction isolation level repeatable read, read only`)
    await tx.run(sql`select set_config('statement_timeout', ${String(limits.replayStatementMs)}, true)`)
    return work(tx)
  })

/** Before a real installation began nobody was watched. A demo brings the past of its people with it. */
async function sinceInstalled(db: Database, { fromAt, untilAt }: Span): Promise<Span> {
  const installed = await db.maybeOne(
    Type.Object({ at: Type.Integer() }),
    sql`
      select created_at as at
      from installation
      where mode = 'real'`,
  )
  return { fromAt: Math.min(Math.max(fromAt, installed?.at ?? fromAt), untilAt), untilAt }
}

const communities = async (db: Database): Promise<number[]> => {
  const rows = await db.many(
    Type.Object({ id: Id }),
    sql`select id from area where kind = 'community' order by id`,
  )
  return rows.map(({ id }) => id)
}

const Count = Type.Object({ count: Type.Integer() })
const homesIn = async (db: Database, communityIds: readonly number[]): Promise<number> => {
  const homes = sql`select count(*)::int as count from home where community_id = any(${communityIds}::bigint[])`
  return (await db.one(Count, homes)).count
}

const notReplayed = (isProposed: boolean): NotReplayed[] => [
  'sos',
  ...(isProposed ? ['ladder' as const, 'humans' as const] : []),
  'deviceTroubles',
  'absenceAsks',
  'groups',
  'connections',
  'files',
]
