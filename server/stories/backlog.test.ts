// Homes that come back after three hours offline, each with all that its detector has kept meanwhile.
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { Type } from 'typebox'
import { sql } from '#db/sql.ts'
import type { CastDevice } from '#testing/cast.ts'
import type { TestService } from '#testing/service.ts'
import { stories } from '#testing/stories.ts'

const begin = stories()
const minuteMs = 60_000
const homes = 120
const buffered = 36

/** Three hours of samples, one each five minutes, the last one now. */
const samples = (now: number, ppm: (minutesAgo: number) => number) =>
  Array.from({ length: buffered }, (_, nth) => {
    const minutesAgo = (buffered - 1 - nth) * 5
    return { kind: 'co', value: ppm(minutesAgo), time: now - minutesAgo * minuteMs }
  })

/** One more building of people who have a CO detector and a steward. */
async function moveIn({ db, cast }: TestService): Promise<CastDevice[]> {
  const secret = 'secret-of-a-whole-building-0123456789'
  const hash = createHash('sha256').update(secret).digest()
  await db.run(sql`
    insert into home (community_id, area_id, building_id, unit, floor, room, label, address)
    select ${cast.communityId}, ${cast.areas.grid}, ${cast.buildings.five}, 9, nth, nth::text, 'back-' || nth, 'back'
    from generate_series(1, ${homes}::int) as nth`)
  await db.run(sql`
    insert into pairing (home_id, person_id, community_id, role)
    select id, ${cast.persons.wang}, community_id, 'steward'
    from home
    where address = 'back'`)
  const rows = await db.many(
    Type.Object({ id: Type.Integer(), serial: Type.String() }),
    sql`
      insert into device (serial, community_id, home_id, kind, power, secret_hash)
      select label || '-co-1', community_id, id, 'co', 'battery', ${hash}
      from home
      where address = 'back'
      order by id
      returning id, serial`,
  )
  return rows.map((row) => ({ ...row, secret }))
}

const Counts = Type.Object({ readings: Type.Integer(), messages: Type.Integer(), wrong: Type.Integer() })
const countsIn = ({ db }: TestService) =>
  db.one(
    Counts,
    sql`
      select (select count(*)::int from reading) as readings,
        (select count(*)::int from message where kind = 'readings') as messages,
        (select count(*)::int from reading where time_source <> 'device') as wrong`,
  )

test('a hundred homes that come back lose nothing, are judged at their own time, and delay nobody who is in danger now', async () => {
  const the = await begin('07:00')
  const detectors = await moveIn(the)
  await the.open('wang')
  const now = the.clock.now()
  const clean = { values: samples(now, () => 1) }
  // Somebody’s brazier, two hours ago and for an hour: over now, but still in the blood.
  const [past, ...others] = detectors as [CastDevice, ...CastDevice[]]
  const inBlood = { values: samples(now, (ago) => (ago >= 60 && ago <= 120 ? 200 : 1)) }

  const backlog = others.map((device) => the.say(device, 'readings', clean))
  const sos = the.say(the.cast.devices.liButton, 'sos')
  const left = { count: backlog.length }
  for (const one of backlog) void one.then(() => (left.count -= 1))
  await sos
  expect(left.count).toBeGreaterThan(0)
  await Promise.all(backlog)
  await the.settled()
  expect(the.heard()).toEqual(['07:00:00 王红 alarm sos alarm'])

  await the.say(past, 'readings', inBlood)
  await the.settled()
  expect(the.heard()).toEqual(['07:00:00 王红 alarm co alarm'])

  // The same again, as a device sends it whose acknowledgement was lost on the way: every reading once.
  const again = { id: 'kept-since-four', ...clean }
  const [first] = others as [CastDevice]
  await the.say(first, 'readings', again)
  await the.say(first, 'readings', again)
  expect(await countsIn(the)).toEqual({ readings: homes * buffered, messages: homes + 1, wrong: 0 })
})

test('safety 9: a little danger that is long over is somebody to check on, and rings nobody at night', async () => {
  const the = await begin('07:00')
  await the.open('wang', 'zhao')
  const now = the.clock.now()
  await the.say(the.cast.devices.liCo, 'readings', {
    values: samples(now, (ago) => (ago >= 100 && ago <= 140 ? 35 : 1)),
  })
  await the.settled()
  expect(the.heard().filter((line) => line.includes('alarm co alarm'))).toEqual([])
  const incident = await the.db.one(
    Type.Object({ kind: Type.String(), stage: Type.String() }),
    sql`select kind, stage from incident`,
  )
  expect(incident).toEqual({ kind: 'co', stage: 'notice' })
})
