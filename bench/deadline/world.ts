// The world of the benchmark: communities of 5,000 residents with one shared 8:00, seeded set-based.
import type { Database } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'

export const zone = 'Asia/Shanghai'
/** The shared deadline. */
export const dueAt = Date.parse('2026-11-23T08:00:00+08:00')
export const residentsOfCommunity = 5000
export const homesOfSteward = 50
const hourMs = 3_600_000

/** Every `everyNth` resident is missing: 100 is 1 %, 20 is 5 %. */
export type World = { residents: number; everyNth: number }

/** One resident a home, with a button that is well, a steward and a backup; those who are not missing have pressed. */
export async function seedWorld(db: Database, { residents, everyNth }: World): Promise<void> {
  const communities = Math.ceil(residents / residentsOfCommunity)
  const stewards = Math.ceil(residents / homesOfSteward)
  const community = sql`2 + (n - 1) / ${residentsOfCommunity}`
  // area 1 is the district, 2 … the communities; home, resident, pact, device and check-in n belong together
  await db.run(sql`
    insert into area (kind, name, path)
    values ('district', '安宁区', '{1}')`)
  await db.run(sql`
    insert into area (parent_id, kind, name, zone, path)
    select 1, 'community', '社区 ' || n, ${zone}, array[1, n + 1]
    from generate_series(1, ${communities}::int) as n`)
  await db.run(sql`
    insert into community_log (community_id)
    select id
    from area
    where kind = 'community'`)
  await db.run(sql`
    insert into building (community_id, name, floors, units, lng, lat)
    select 2 + (n - 1) * 100 / ${residentsOfCommunity}, '楼 ' || n, 6, 2, 119.42, 32.39
    from generate_series(1, ${Math.ceil(residents / 100)}::int) as n`)
  await db.run(sql`
    insert into home (community_id, area_id, building_id, unit, floor, room, label, address)
    select ${community}, ${community}, 1 + (n - 1) / 100, 1, 1 + n % 6, n::text, '1-1-' || n, '幸福路 ' || n
    from generate_series(1, ${residents}::int) as n`)
  await db.run(sql`
    insert into resident (community_id, home_id, name, greeting, tier, enrolled_on)
    select ${community}, n, '居民 ' || n, '奶奶', (array['high', 'key', 'key', 'general'])[least(1 + n % 10, 4)],
      '2025-01-01'
    from generate_series(1, ${residents}::int) as n`)
  await seedPeople(db, { residents, stewards, communities })
  await seedMorning(db, { residents, everyNth })
}

/** Persons 1 … are stewards, each also the backup of the next one's homes; then two at the desk of each community. */
async function seedPeople(
  db: Database,
  { residents, stewards, communities }: { residents: number; stewards: number; communities: number },
): Promise<void> {
  await db.run(sql`
    insert into person (name)
    select '网格员 ' || n
    from generate_series(1, ${stewards + 2 * communities}::int) as n`)
  await db.run(sql`
    insert into pairing (home_id, person_id, community_id, role)
    select n, 1 + ((n - 1) / ${homesOfSteward} + paired.nth) % ${stewards}, 2 + (n - 1) / ${residentsOfCommunity},
      paired.role
    from generate_series(1, ${residents}::int) as n,
      (values (0, 'steward'), (1, 'backup')) as paired (nth, role)`)
  await db.run(sql`
    insert into on_duty (person_id, community_id)
    select ${stewards} + n, 2 + (n - 1) / 2
    from generate_series(1, ${2 * communities}::int) as n`)
}

async function seedMorning(db: Database, { residents, everyNth }: World): Promise<void> {
  const community = sql`2 + (n - 1) / ${residentsOfCommunity}`
  await db.run(sql`
    insert into device (serial, community_id, home_id, resident_id, kind, power, secret_hash, last_seen_at, silent_at, online)
    select 'button-' || n, ${community}, n, n, 'button', 'battery', '\\x00', ${at(dueAt - hourMs)},
      ${at(dueAt + 24 * hourMs)}, true
    from generate_series(1, ${residents}::int) as n`)
  await db.run(sql`
    insert into pact (community_id, resident_id, home_id, due_on, opens_at, due_at, covered_by, covered_at)
    select ${community}, n, n, '2026-11-23', ${at(dueAt - 5 * hourMs)}, ${at(dueAt)},
      case when n % ${everyNth} > 0 then n end,
      case when n % ${everyNth} > 0 then ${at(dueAt - hourMs)}::timestamptz end
    from generate_series(1, ${residents}::int) as n`)
  // today's press of who greeted, yesterday's of who is missing
  await db.run(sql`
    insert into check_in (
      community_id, resident_id, home_id, pact_id, "on", at, received_at, time_source, via, device_id, message_id, origin
    )
    select ${community}, n, n, n, pressed::date, pressed, pressed, 'device', 'button', n, 'press-' || n, 'live'
    from generate_series(1, ${residents}::int) as n
    cross join lateral (
      select ${at(dueAt - hourMs)}::timestamptz - case when n % ${everyNth} > 0 then '0' else '1 day' end::interval
    ) as press (pressed)`)
}
