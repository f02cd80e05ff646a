// 报警体检: how the alarms themselves are. The counting is pure (domain/alarm-load.ts); here it is asked and put together.
import type { AlarmHealth, AlarmLoad, FloodView, SetAsideView, ShownTrouble } from '#contract/alarms.ts'
import type { Origin } from '#contract/primitives.ts'
import type { Db } from '#db/database.ts'
import { chatterOf, floodedShare, loadBounds, loadOf, type Load } from '#domain/alarm-load.ts'
import { grouped } from '#domain/grouped.ts'
import { localDate } from '#domain/occurrence.ts'
import { isAtLeast } from '#domain/worst.ts'
import * as store from './alarms-store.ts'
import { findCommunity } from './day-store.ts'
import type { Handlers } from './handler.ts'
import { refused } from './refusals.ts'
import { readTiles } from './tiles.ts'

const dayMs = 24 * 3_600_000
/** How far the page looks back. */
const days = 7
/** Rows of one list: more is no list that anybody reads, and the count beside it is of all. */
const rowsMax = 200

export function alarmHandlers({ db }: { db: Db }): Pick<Handlers, 'alarms' | 'alarmLoad'> {
  const find = async (communityId: number, now: number): Promise<Whose | undefined> => {
    const community = await findCommunity(db, communityId)
    return community && { communityId, origin: community.origin, zone: community.zone, now }
  }
  return {
    async alarmLoad({ params, now }) {
      const whose = await find(params.id, now)
      return whose ? readLoad(db, whose) : refused('not_found')
    },
    async alarms({ params, now }) {
      const whose = await find(params.id, now)
      return whose ? readHealth(db, whose) : refused('not_found')
    },
  }
}

type Whose = { communityId: number; origin: Origin; zone: string; now: number }

async function readLoad(db: Db, whose: Whose): Promise<AlarmLoad> {
  const { communityId, now } = whose
  const [arrivals, aside] = await Promise.all([
    store.arrivalsOf(db, { ...whose, fromAt: now - dayMs }),
    store.countSetAside(db, communityId, now),
  ])
  const floods = humansOf(arrivals, now).flatMap(floodsOfHuman)
  return { asOf: now, floods: floods.filter(({ untilAt }) => untilAt === null), ...aside }
}

async function readHealth(db: Db, whose: Whose): Promise<AlarmHealth> {
  const { communityId, now } = whose
  const fromAt = now - days * dayMs
  const [arrivals, onsets, troubles, setAside, suppressed, stale] = await Promise.all([
    store.arrivalsOf(db, { ...whose, fromAt }),
    store.onsetsOf(db, { ...whose, fromAt }),
    store.troublesOf(db, communityId, rowsMax),
    store.setAsideOf(db, communityId, rowsMax),
    store.suppressedOf(db, { communityId, on: localDate(now, whose.zone) }),
    store.standingSince(db, { ...whose, fromAt: now - loadBounds.staleMs, max: rowsMax }),
  ])
  const humans = humansOf(arrivals, now)
  return {
    asOf: now,
    days,
    humans: humans.map((human) => loadToday(human, now)).sort(byLoad),
    floods: humans.flatMap(floodsOfHuman).sort((a, b) => b.sinceAt - a.sinceAt),
    floodedShare: Math.max(0, ...humans.map(({ arrivals: own }) => floodedShare(own, fromAt, now))),
    troubles: troubles.map(shown),
    setAside: await withCover(db, setAside, whose),
    suppressed,
    ...sourcesOf(onsets),
    stale,
  }
}

type Human = Omit<store.Arrival, 'at'> & { arrivals: number[]; load: Load }

function humansOf(arrivals: readonly store.Arrival[], now: number): Human[] {
  return [...grouped(arrivals, ({ personId }) => personId).values()].flatMap((own) => {
    const [first] = own
    if (!first) return []
    const { personId, name, title } = first
    const instants = own.map(({ at }) => at)
    return [{ personId, name, title, arrivals: instants, load: loadOf(instants, now) }]
  })
}

const floodsOfHuman = ({ personId, name, load }: Human): FloodView[] =>
  load.floods.map((flood) => ({ personId, name, ...flood }))

function loadToday(
  { personId, name, title, arrivals, load }: Human,
  now: number,
): AlarmHealth['humans'][number] {
  const today = arrivals.filter((at) => at > now - dayMs)
  const { inTenMinutes, level } = load
  return {
    personId,
    name,
    title,
    inTenMinutes,
    level,
    inADay: today.length,
    peak: loadOf(today, now).peak,
  }
}

const byLoad = (a: AlarmHealth['humans'][number], b: AlarmHealth['humans'][number]) =>
  b.inTenMinutes - a.inTenMinutes || b.inADay - a.inADay || a.personId - b.personId

function shown({ inAlarm, ...trouble }: Awaited<ReturnType<typeof store.troublesOf>>[number]): ShownTrouble {
  return { ...trouble, mayBeSetAside: !inAlarm && !isAtLeast(trouble.stage, 'alarm') }
}

/** What is set aside, with what its home is unprotected from meanwhile. */
async function withCover(
  db: Db,
  rows: Awaited<ReturnType<typeof store.setAsideOf>>,
  { communityId, now }: Whose,
): Promise<SetAsideView[]> {
  if (rows.length === 0) return []
  const homeIds = [...new Set(rows.map(({ homeId }) => homeId))]
  const tiles = new Map((await readTiles(db, { communityId, homeIds, now })).map((tile) => [tile.id, tile]))
  return rows.map((row) => ({
    ...row,
    reviewDue: row.how === 'outOfService' && row.untilAt <= now,
    unprotected: tiles.get(row.homeId)?.unprotected ?? [],
  }))
}

/** The sources that chatter, the worst bout first; and the ten that came on most often, with their share of all. */
function sourcesOf(onsets: readonly store.Onset[]): Pick<AlarmHealth, 'chattering' | 'worst'> {
  const sources = [...grouped(onsets, ({ deviceId, kind }) => `${deviceId} ${kind}`).values()].flatMap(
    (own) => {
      const [first] = own
      if (!first) return []
      const { at: _at, ...source } = first
      return [{ source, onAts: own.map(({ at }) => at) }]
    },
  )
  const chattering = sources.flatMap(({ source, onAts }) => {
    const chatter = chatterOf(onAts)
    return chatter ? [{ ...source, ...chatter }] : []
  })
  return {
    chattering: chattering.sort((a, b) => b.most - a.most || b.lastAt - a.lastAt).slice(0, rowsMax),
    worst: sources
      .map(({ source, onAts }) => ({ ...source, count: onAts.length, share: onAts.length / onsets.length }))
      .sort((a, b) => b.count - a.count || a.deviceId - b.deviceId)
      .slice(0, loadBounds.worst),
  }
}
