import { Type, type Static } from 'typebox'
import { DeviceKind, Id, Origin } from '#contract/primitives.ts'
import type { Db } from '#db/database.ts'
import { sql } from '#db/sql.ts'

const DeviceRow = Type.Object({ id: Id, communityId: Id, homeId: Id, kind: DeviceKind, origin: Origin })
export type WiredDevice = Static<typeof DeviceRow>

export const findDevice = (db: Db, deviceId: number): Promise<WiredDevice | undefined> =>
  db.maybeOne(
    DeviceRow,
    sql`
      select id, community_id, home_id, kind, origin
      from device
      where id = ${deviceId}`,
  )

/** Of the same community: a gateway elsewhere cannot carry this home, and is not to be found from here. */
export const findGateway = (
  db: Db,
  { serial, communityId, origin }: { serial: string; communityId: number; origin: Origin },
): Promise<{ id: number } | undefined> =>
  db.maybeOne(
    Type.Object({ id: Id }),
    sql`
      select id
      from device
      where serial = ${serial}
        and community_id = ${communityId}
        and origin = ${origin}
        and kind = 'gateway'`,
  )

export async function writeLine(
  db: Db,
  line: { deviceId: number; gatewayId: number | null; carrier: string | null },
): Promise<void> {
  await db.run(sql`
    update device
    set gateway_id = ${line.gatewayId},
      carrier = ${line.carrier}
    where id = ${line.deviceId}`)
}

const HomeRow = Type.Object({ id: Id, communityId: Id })

/** Held, so that two who move homes at once see what the other did. */
export const lockHome = (db: Db, homeId: number): Promise<Static<typeof HomeRow> | undefined> =>
  db.maybeOne(
    HomeRow,
    sql`
      select id, community_id
      from home
      where id = ${homeId}
      for no key update`,
  )

export type Place = {
  buildingId: number
  unit: number
  floor: number
  room: string
  label: string
  address: string
  flue: string | null
}

/** The door is free, in a building of this community that is high enough. */
export async function fits(
  db: Db,
  home: { id: number; communityId: number },
  place: Place,
): Promise<'yes' | 'noSuchDoor' | 'taken'> {
  const { hasDoor, isTaken } = await db.one(
    Type.Object({ hasDoor: Type.Boolean(), isTaken: Type.Boolean() }),
    sql`
      select exists (
        select
        from building
        where id = ${place.buildingId}
          and community_id = ${home.communityId}
          and floors >= ${place.floor}
          and units >= ${place.unit}
      ) as has_door, exists (
        select
        from home
        where building_id = ${place.buildingId}
          and unit = ${place.unit}
          and room = ${place.room}
          and id <> ${home.id}
      ) as is_taken`,
  )
  if (!hasDoor) return 'noSuchDoor'
  return isTaken ? 'taken' : 'yes'
}

export async function writePlace(db: Db, homeId: number, place: Place): Promise<void> {
  await db.run(sql`
    update home
    set building_id = ${place.buildingId},
      unit = ${place.unit},
      floor = ${place.floor},
      room = ${place.room},
      label = ${place.label},
      address = ${place.address},
      flue = ${place.flue}
    where id = ${homeId}`)
}
