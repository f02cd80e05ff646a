import { createHash, timingSafeEqual } from 'node:crypto'
import { Type, type Static } from 'typebox'
import { DeviceKind, Id, Origin, PowerClass, orNull } from '#contract/primitives.ts'
import type { Db } from '#db/database.ts'
import { sql } from '#db/sql.ts'
import type { DevicePrincipal } from './message.ts'

const principalFields = {
  deviceId: Id,
  serial: Type.String(),
  communityId: Id,
  homeId: Id,
  residentId: orNull(Id),
  kind: DeviceKind,
  power: PowerClass,
  origin: Origin,
  indoors: Type.Boolean(),
}
const Row = Type.Object({ ...principalFields, secretHash: Type.Unsafe<Buffer>(Type.Unknown()) })

type Found = Static<typeof Row>
type Asked = { serial: string; tell: (row: Found | undefined) => void; fail: (error: unknown) => void }

/** So many are asked for in one statement; who comes meanwhile is asked for in the next. */
const askedAtOnceMax = 500

/**
 * Who this is, if the secret is the device's own. Secrets are random, so a fast hash is right (ground.md). After a
 * power cut whole streets come back at once, so those who wait are asked for together.
 */
export function createDeviceFinder(db: Db) {
  const waiting: Asked[] = []
  let isAsking = false

  async function askAll(): Promise<void> {
    isAsking = true
    while (waiting.length > 0) {
      const asked = waiting.splice(0, askedAtOnceMax)
      try {
        const rows = await rowsOf(db, [...new Set(asked.map(({ serial }) => serial))])
        for (const { serial, tell } of asked) tell(rows.get(serial))
      } catch (error) {
        for (const { fail } of asked) fail(error)
      }
    }
    isAsking = false
  }

  return async (serial: string, secret: string | Buffer): Promise<DevicePrincipal | undefined> => {
    if (serial.includes('\0')) return undefined
    const row = await new Promise<Found | undefined>((tell, fail) => {
      waiting.push({ serial, tell, fail })
      if (!isAsking) void askAll()
    })
    const given = createHash('sha256').update(secret).digest()
    // The comparison is made for an unknown serial too: how long the answer takes must not tell them apart.
    const known = row?.secretHash.length === given.length ? row.secretHash : Buffer.alloc(given.length)
    const isOwn = timingSafeEqual(given, known)
    if (!row || !isOwn) return undefined
    const { secretHash: _, ...principal } = row
    return principal
  }
}

async function rowsOf(db: Db, serials: readonly string[]): Promise<Map<string, Found>> {
  const rows = await db.many(
    Row,
    sql`
      select id as device_id, serial, community_id, home_id, resident_id, kind, power, origin, indoors, secret_hash
      from device
      where serial = any(${serials}::text[])`,
  )
  return new Map(rows.map((row) => [row.serial, row]))
}

/** Whose these serials are. Their secrets were asked for by the external broker, which lets them in. */
export async function devicesBySerial(
  db: Db,
  serials: readonly string[],
): Promise<Map<string, DevicePrincipal>> {
  const rows = await db.many(
    Type.Object(principalFields),
    sql`
      select id as device_id, serial, community_id, home_id, resident_id, kind, power, origin, indoors
      from device
      where serial = any(${serials}::text[])`,
  )
  return new Map(rows.map((device) => [device.serial, device]))
}
