import type { DemoWorld } from '#contract/demo.ts'
import type { Db } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'
import { localDate, localInstant } from '#domain/occurrence.ts'
import { pastCheckIns } from './history.ts'

const dayMs = 24 * 3_600_000
const minutesOf = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5))
const clockOf = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`

type History = { communityId: number; zone: string; now: number; deskId: number } & Pick<
  DemoWorld,
  'residents' | 'devices'
>

/** Writes the invented weeks, all of origin demo. */
export async function seedHistory(db: Db, history: History): Promise<void> {
  const { residents, devices, communityId, zone, now, deskId } = history
  const curtains = new Set(devices.filter((one) => one.kind === 'curtain').map((one) => one.residentId))
  const homes = new Map(residents.map((one) => [one.id, one.homeId]))
  const past = pastCheckIns(
    residents.map((one) => ({
      id: one.id,
      deadlineMinute: minutesOf(one.deadline),
      hasCurtain: curtains.has(one.id),
    })),
  ).map((one) => {
    const on = localDate(now - one.daysAgo * dayMs, zone)
    return { ...one, on, pressedAt: at(localInstant(on, clockOf(one.minute), zone)) }
  })
  const isPhone = past.map((one) => one.via === 'phone')
  await db.run(sql`
    insert into check_in (
      community_id, resident_id, home_id, pact_id, "on", at, received_at, time_source, via, late, given_by,
      seen_or_spoken, place, origin
    )
    select ${communityId}, past.resident_id, past.home_id, pact.id, past.day, past.pressed, past.pressed, 'server',
      past.via, past.late, case when past.phoned then ${deskId}::bigint end,
      case when past.phoned then 'spoken' end, case when past.phoned then '电话' end, 'demo'
    from unnest(
      ${past.map((one) => one.residentId)}::bigint[], ${past.map((one) => homes.get(one.residentId) ?? 0)}::bigint[],
      ${past.map((one) => one.on)}::date[], ${past.map((one) => one.pressedAt)}::timestamptz[],
      ${past.map((one) => one.via)}::text[], ${past.map((one) => one.late)}::boolean[], ${isPhone}::boolean[]
    ) as past (resident_id, home_id, day, pressed, via, late, phoned)
    join pact on pact.resident_id = past.resident_id and pact.edge = 'morning'`)
}
