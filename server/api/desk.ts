// The whole desk of a community in one answer, and some windows anew.
import type { DeskView } from '#contract/community.ts'
import { rulesFor } from '#contract/rule-layers.ts'
import type { Database, Tx } from '#db/database.ts'
import { headOf } from '#db/event-log.ts'
import { festivalsAround } from '#domain/festivals.ts'
import { localDate, localInstant } from '#domain/occurrence.ts'
import { communityOfRow } from './account.ts'
import { findCommunity } from './day-store.ts'
import { buildingsOf, holdSnapshot } from './desk-store.ts'
import type { Handlers } from './handler.ts'
import { readLedger } from './ledger.ts'
import { countRefusedSince } from './messages-store.ts'
import type { IncidentViews, RuleBookPort } from './ports.ts'
import { refused } from './refusals.ts'
import { staffOf } from './staff-store.ts'
import { readTiles } from './tiles.ts'

export type DeskSettings = {
  db: Database
  limits: { presenceProofMsMax: number }
  incidents: Pick<IncidentViews, 'cards' | 'groups' | 'canWake'>
  ruleBook: Pick<RuleBookPort, 'read'>
}

export function deskHandlers(settings: DeskSettings): Pick<Handlers, 'desk' | 'tiles'> {
  const { db, incidents } = settings
  return {
    async desk({ params, now }) {
      const canWakeAnybody = await incidents.canWake(params.id)
      const view = await db.transaction((tx) => readDesk(tx, settings, { communityId: params.id, now }))
      return view ? { ...view, canWakeAnybody } : refused('not_found')
    },
    async tiles({ params, query, now }) {
      const homeIds = query.ids.split(',').map(Number).filter(Number.isSafeInteger)
      return { asOf: now, homes: await readTiles(db, { communityId: params.id, homeIds, now }) }
    },
  }
}

type Desk = Omit<DeskView, 'canWakeAnybody'>

/**
 * The cursor is read before the rows, and all in one snapshot: what changes afterwards comes as an event after the
 * cursor, so that nothing is missed between the answer and the socket.
 */
async function readDesk(
  tx: Tx,
  { limits, incidents, ruleBook }: DeskSettings,
  { communityId, now }: { communityId: number; now: number },
): Promise<Desk | undefined> {
  await holdSnapshot(tx)
  const cursor = await headOf(tx, communityId)
  const found = await findCommunity(tx, communityId)
  const ledger = await readLedger(tx, { communityId, on: undefined, now })
  if (!found || !ledger) return undefined
  const { baseMap, ...community } = found
  const { absence } = rulesFor((await ruleBook.read(tx, communityId)).layers, { tier: 'general' })
  const today = localDate(now, found.zone)
  const midnight = localInstant(today, '00:00', found.zone)
  return {
    community: communityOfRow(community),
    asOf: now,
    cursor,
    buildings: await buildingsOf(tx, communityId),
    baseMap,
    homes: await readTiles(tx, { communityId, now }),
    incidents: await incidents.cards(tx, { communityId }, now),
    groups: await incidents.groups(tx, { communityId }),
    ledger,
    staff: await staffOf(tx, communityId, limits.presenceProofMsMax),
    refusedToday: await countRefusedSince(tx, communityId, midnight),
    calendar: festivalsAround(today, absence),
  }
}
