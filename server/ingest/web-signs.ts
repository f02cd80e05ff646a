// A resident's own page speaks through the same door as her button: stored, de-duplicated and judged alike.
import { randomBytes } from 'node:crypto'
import { Type } from 'typebox'
import { DeviceKind, Id, Origin, PowerClass, orNull } from '#contract/primitives.ts'
import { topicOf, type UpKind } from '#contract/topics.ts'
import type { Db } from '#db/database.ts'
import { sql } from '#db/sql.ts'
import type { Ingest } from './ingest.ts'
import type { DevicePrincipal } from './message.ts'

/** What the page says of a press: `pressedAt` and `now` in epoch ms; `id` de-duplicates one that it sends again. */
export type WebPress = { id: string; pressedAt: number; now: number }

/** Resolve after COMMIT. */
export function createWebSigns({ db, ingest }: { db: Db; ingest: Ingest }) {
  async function say(residentId: number, kind: UpKind, { id, pressedAt, now }: WebPress): Promise<void> {
    const principal = await pageOf(db, residentId)
    const payload = Buffer.from(JSON.stringify({ id, time: pressedAt }))
    const topic = topicOf(principal.serial, kind)
    await ingest.accept({
      principal,
      clientId: principal.serial,
      topic,
      payload,
      qos: 1,
      retain: false,
      receivedAt: now,
    })
  }
  return {
    checkIn: (residentId: number, press: WebPress) => say(residentId, 'checkin', press),
    sos: (residentId: number, press: WebPress) => say(residentId, 'sos', press),
  }
}

const Principal = Type.Object({
  serial: Type.String(),
  deviceId: Id,
  communityId: Id,
  homeId: Id,
  residentId: orNull(Id),
  kind: DeviceKind,
  power: PowerClass,
  origin: Origin,
  indoors: Type.Boolean(),
})

const columns = sql`
  serial, id as device_id, community_id, home_id, resident_id, kind, power, origin, indoors`

/**
 * The page as a device of its own, made at its first word: out of service for supervision (nobody must keep a page
 * open), not proof of being indoors, and with a secret that nobody knows, so that it never speaks over MQTT.
 */
async function pageOf(db: Db, residentId: number): Promise<DevicePrincipal> {
  await db.run(sql`
    insert into device (
      serial, community_id, home_id, resident_id, kind, power, secret_hash, indoors, out_of_service, origin
    )
    select ${`page-${residentId}-resident`}, r.community_id, r.home_id, r.id, 'tablet', 'battery', ${randomBytes(32)},
      false, true, area.origin
    from resident r
    join area on area.id = r.community_id
    where r.id = ${residentId}
    on conflict (serial) do nothing`)
  return db.one(
    Principal,
    sql`
      select ${columns}
      from device
      where serial = ${`page-${residentId}-resident`}`,
  )
}
