// Windows: rows of homes, mornings and incidents become tiles through domain/home-state.ts.
import type { HomeTile } from '#contract/community.ts'
import { isHazard } from '#contract/primitives.ts'
import type { Db } from '#db/database.ts'
import { dangersOf } from '#domain/cover.ts'
import { homeState, type HomeResident } from '#domain/home-state.ts'
import { dayOf } from './day.ts'
import { findCommunity } from './day-store.ts'
import { readMornings, type Morning } from './morning-store.ts'
import { homesOf, openIncidents, type HomeRow, type OpenRow } from './tile-store.ts'

/** `homeIds`: only these; without it every home of the community. `now` in epoch ms. */
export type TileQuestion = { communityId: number; homeIds?: readonly number[] | undefined; now: number }

export async function readTiles(db: Db, question: TileQuestion): Promise<HomeTile[]> {
  const { communityId, homeIds, now } = question
  const community = await findCommunity(db, communityId)
  if (!community) return []
  const day = await dayOf(db, { communityId, zone: community.zone, now })
  const homes = await homesOf(db, question)
  const mornings = byHome(await readMornings(db, { communityId, homeIds, day }))
  const incidents = byHome(await openIncidents(db, question))
  return homes.map((home) =>
    tileOf(home, {
      day,
      now,
      mornings: mornings.get(home.id) ?? [],
      incidents: incidents.get(home.id) ?? [],
      // what was only simulated in a real community is on the board, with its mark, and colours no window
      counts: ({ origin }) => origin === 'live' || origin === community.origin,
    }),
  )
}

type Around = {
  day: string
  now: number
  mornings: readonly Morning[]
  incidents: readonly OpenRow[]
  counts: (incident: OpenRow) => boolean
}

function tileOf(home: HomeRow, { day, now, mornings, incidents, counts }: Around): HomeTile {
  const { blind, broken, working, plan, ...place } = home
  const unprotected = dangersOf(plan, broken ?? []).filter((danger) => !working?.includes(danger))
  const open = incidents.filter(({ state }) => state === 'open')
  const hazards = open.filter((incident) => isHazard(incident.kind) && counts(incident))
  const residents = mornings.map((morning) => residentOf(morning, day, now))
  const view = homeState({ residents, hazards, blind, unprotected: unprotected.length > 0, now })
  return {
    ...place,
    ...view,
    unprotected,
    blind,
    incidentIds: incidents.map(({ id }) => id),
    acknowledged: open.length > 0 && open.every(({ acknowledged }) => acknowledged),
  }
}

/** Said by somebody who was there: she is not at home, so her curtain stays drawn without an alarm. */
const elsewhere = ['hospital', 'fall_hospital', 'emergency', 'deceased', 'away']

function residentOf(morning: Morning, day: string, now: number): HomeResident {
  const { incidentState, silence, outcome } = morning
  const isOver = incidentState === 'handled' || incidentState === 'closed'
  const isElsewhere = isOver && outcome !== null && elsewhere.includes(outcome)
  return {
    id: morning.residentId,
    name: morning.name,
    due: morning.dueOn !== null && morning.dueOn <= day && morning.dueAt !== null && morning.dueAt <= now,
    // who ended the search spoke with her, or saw her
    coveredAt: isElsewhere ? null : (morning.checkInAt ?? (isOver ? morning.handledAt : null)),
    dueAt: morning.incidentDueAt ?? morning.dueAt,
    absent: morning.absent || morning.paused || isElsewhere,
    silence: incidentState === 'open' ? (silence ?? 'missed') : null,
  }
}

function byHome<T extends { homeId: number }>(rows: readonly T[]): Map<number, T[]> {
  const homes = new Map<number, T[]>()
  for (const row of rows) {
    const found = homes.get(row.homeId)
    if (found) found.push(row)
    else homes.set(row.homeId, [row])
  }
  return homes
}
