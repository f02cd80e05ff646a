// A city of homes as the product keeps it, written set-based: 100,000 homes in seconds. All invented.
import { Client } from 'pg'
import { topicOf } from '../../server/contract/topics.ts'

export type City = {
  homes: number
  /** Readings that each detector already has, a minute apart, the newest an hour old: indexes of a living database. */
  readingsPerHome?: number
}

/** One community is what a desk can look after; its event log is what its homes share. */
export const homesPerCommunity = 1000
export const homesPerSteward = 25

/** The CO detector of the nth home (1 …). */
export const detectorSerial = (home: number): string => `bench-co-${String(home).padStart(7, '0')}`
/** The button of the nth home (1 …). */
export const buttonSerial = (home: number): string => `bench-bt-${String(home).padStart(7, '0')}`
export const secretOf = (serial: string): string => `secret-of-${serial}`
export { topicOf }

/** `count` of `homes`, spread evenly; another `offset` gives others, as long as there are some. */
export function drawHomes(homes: number, count: number, offset = 0): number[] {
  const step = Math.max(1, Math.floor(homes / count))
  return Array.from({ length: Math.min(count, homes) }, (_, nth) => ((nth * step + offset) % homes) + 1)
}

/**
 * Homes with one resident, one pact due tomorrow at eight, a CO detector and a button each; for every 25 homes a
 * steward (the next one is the backup) and two people at each desk. Ids count from 1 in order: the detector of home
 * n is device n, its button device homes + n.
 */
export async function buildCity(url: string, { homes, readingsPerHome = 0 }: City): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    const communities = Math.ceil(homes / homesPerCommunity)
    const stewards = Math.ceil(homes / homesPerSteward)
    await client.query('begin')
    for (const statement of statements) {
      const values = [homes, communities, stewards, readingsPerHome]
      const used = values.filter((_, nth) => statement.includes(`$${nth + 1}`))
      // PostgreSQL wants each parameter used, and numbered without a gap.
      const text = values.reduce<string>(
        (all, value, nth) => all.replaceAll(`$${nth + 1}`, String(value)),
        statement,
      )
      if (used.length > 0 || text.length > 0) await client.query(text)
    }
    await client.query('commit')
    await client.query('vacuum analyze')
  } finally {
    await client.end()
  }
}

const statements = [
  `insert into area (id, parent_id, kind, name, zone, path) overriding system value
   values (1, null, 'district', '基准区', null, '{1}'), (2, 1, 'street', '基准街道', null, '{1,2}')`,
  `insert into area (id, parent_id, kind, name, zone, path) overriding system value
   select 2 + n, 2, 'community', '社区 ' || n, 'Asia/Shanghai', array[1, 2, 2 + n]
   from generate_series(1, $2) as n`,
  `insert into building (id, community_id, name, floors, units, lng, lat) overriding system value
   select n, 3 + (n - 1) / 20, ((n - 1) % 20 + 1)::text, 25, 2, 112 + n * 0.001, 37
   from generate_series(1, $2 * 20) as n`,
  `insert into home (id, community_id, area_id, building_id, unit, floor, room, label, address) overriding system value
   select n, 3 + (n - 1) / ${homesPerCommunity}, 3 + (n - 1) / ${homesPerCommunity}, 1 + (n - 1) / 50,
     1 + (n - 1) % 2, 1 + (n - 1) % 50 / 2, ((n - 1) % 50)::text, 'home ' || n, 'address of home ' || n
   from generate_series(1, $1) as n`,
  `insert into resident (id, community_id, home_id, name, greeting, enrolled_on) overriding system value
   select id, community_id, id, 'resident ' || id, 'resident ' || id, '2026-01-01' from home order by id`,
  `insert into pact (community_id, resident_id, home_id, due_on, opens_at, remind_at, due_at)
   select community_id, id, home_id, morning.due_on, morning.due_at - interval '20 hours',
     morning.due_at - interval '30 minutes', morning.due_at
   from resident,
     lateral (
       select due_on, (due_on + time '08:00') at time zone 'Asia/Shanghai' as due_at
       from (select (clock_timestamp() at time zone 'Asia/Shanghai')::date + 1 as due_on) as tomorrow
     ) as morning
   order by id`,
  `insert into person (id, name) overriding system value
   select n, 'steward ' || n from generate_series(1, $3) as n`,
  `insert into person (id, name) overriding system value
   select $3 + n, 'desk ' || n from generate_series(1, $2 * 2) as n`,
  `insert into contact_point (person_id, channel) select id, 'page' from person`,
  `insert into area_grant (person_id, area_id, role)
   select n, 3 + (n - 1) * ${homesPerSteward} / ${homesPerCommunity}, 'steward' from generate_series(1, $3) as n
   union all
   select $3 + n, 3 + (n - 1) / 2, 'desk' from generate_series(1, $2 * 2) as n`,
  `insert into on_duty (person_id, community_id)
   select $3 + n, 3 + (n - 1) / 2 from generate_series(1, $2 * 2) as n`,
  `insert into pairing (home_id, person_id, community_id, role)
   select id, 1 + (id - 1) / ${homesPerSteward}, community_id, 'steward' from home
   union all
   select id, 1 + (1 + (id - 1) / ${homesPerSteward}) % $3, community_id, 'backup' from home
   where $3 > 1`,
  `insert into device (id, serial, community_id, home_id, kind, power, secret_hash) overriding system value
   select n, serial, 3 + (n - 1) / ${homesPerCommunity}, n, 'co', 'battery',
     sha256(convert_to('secret-of-' || serial, 'UTF8'))
   from (select n, 'bench-co-' || lpad(n::text, 7, '0') as serial from generate_series(1, $1) as n) as made`,
  `insert into device (id, serial, community_id, home_id, resident_id, kind, power, secret_hash)
     overriding system value
   select $1 + n, serial, 3 + (n - 1) / ${homesPerCommunity}, n, n, 'button', 'battery',
     sha256(convert_to('secret-of-' || serial, 'UTF8'))
   from (select n, 'bench-bt-' || lpad(n::text, 7, '0') as serial from generate_series(1, $1) as n) as made`,
  `insert into reading (at, device_id, kind, value, received_at, home_id, community_id, time_source, origin)
   select at, n, 'co', 0.5, at, n, 3 + (n - 1) / ${homesPerCommunity}, 'device', 'live'
   from generate_series(1, $4) as minutes,
     generate_series(1, $1) as n,
     lateral (select clock_timestamp() - interval '1 hour' - minutes * interval '1 minute' as at) as told`,
  ...['area', 'building', 'home', 'resident', 'person', 'device'].map(
    (table) => `select setval(pg_get_serial_sequence('${table}', 'id'), (select max(id) from ${table}))`,
  ),
]
