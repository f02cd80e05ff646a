import { createHash, timingSafeEqual } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { Type, type Static } from 'typebox'
import { DeviceKind, Id, Origin, PowerClass, orNull } from '#contract/primitives.ts'
import type { Db } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'
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
/** In a crowd the next statement waits this long for company (ms): each costs more than who it is. */
const companyMs = 8

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
      if (asked.length > 1) await pause(companyMs)
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

const Urgent = Type.Object({
  serial: Type.String(),
  urgency: Type.Union([Type.Literal(0), Type.Literal(1), Type.Literal(2)]),
})

/** Air that was not clean within this is a danger that may still last (ms). */
const hotWithinMs = 3_600_000

/**
 * How much the first word of these devices is waited for, when everybody comes back at once. 0: air that was not
 * clean, and who has not yet said the good morning that is due; 1: what greets, and what smells; 2: the rest.
 */
export async function urgencyOf(
  db: Db,
  serials: readonly string[],
  now: number,
): Promise<Map<string, 0 | 1 | 2>> {
  const rows = await db.many(
    Urgent,
    sql`
      select d.serial,
        case
          when d.hot_at > ${at(now - hotWithinMs)} or d.alarm_active @? '$.* ? (@ == true)' then 0
          when d.kind in ('button', 'curtain', 'tablet') and exists (
            select
            from pact p
            where p.home_id = d.home_id
              and p.opens_at <= ${at(now)}
              and p.covered_by is null
              and not p.paused
          ) then 0
          when d.kind in ('button', 'curtain', 'tablet', 'co', 'gas') then 1
          else 2
        end as urgency
      from device d
      where d.serial = any(${serials}::text[])`,
  )
  return new Map(rows.map(({ serial, urgency }) => [serial, urgency]))
}
