// Rows of what the desk has set aside, and of the conditions and devices that it is about.
import { Type, type Static } from 'typebox'
import { DeviceKind, Id, IncidentKind, Origin, Stage, orNull } from '#contract/primitives.ts'
import type { Db, Tx } from '#db/database.ts'
import { at, json, sql, type Sql } from '#db/sql.ts'
import type { ConditionState } from '#domain/condition.ts'
import type { SetAside } from '#domain/set-aside.ts'
import { State } from './conditions.ts'

const Equipment = Type.Object({
  id: Id,
  serial: Type.String(),
  communityId: Id,
  homeId: Id,
  kind: DeviceKind,
  origin: Origin,
  outOfService: Type.Boolean(),
})
export type Equipment = Static<typeof Equipment>

/** Held until the transaction ends: whoever judges this device waits, or is waited for. */
export const lockDevice = (tx: Tx, deviceId: number): Promise<Equipment | undefined> =>
  tx.maybeOne(
    Equipment,
    sql`
      select id, serial, community_id, home_id, kind, origin, out_of_service
      from device
      where id = ${deviceId}
      for no key update`,
  )

const ConditionRow = Type.Object({
  id: Id,
  communityId: Id,
  homeId: Id,
  deviceId: orNull(Id),
  kind: IncidentKind,
  stage: Stage,
  state: State,
  incidentId: orNull(Id),
})
export type AsideCondition = Static<typeof ConditionRow>

const conditionWhere = (where: Sql): Sql => sql`
  select id, community_id, home_id, device_id, kind, stage, state, incident_id
  from condition
  where ${where}`

export const conditionById = (db: Db, id: number): Promise<AsideCondition | undefined> =>
  db.maybeOne(ConditionRow, conditionWhere(sql`id = ${id}`))

/** The trouble of this device that stands, of its own origin. */
export const troubleOf = (tx: Tx, { id, homeId, origin }: Equipment): Promise<AsideCondition | undefined> =>
  tx.maybeOne(
    ConditionRow,
    conditionWhere(
      sql`home_id = ${homeId} and device_id = ${id} and kind = 'device' and origin = ${origin} and state <> 'normal'`,
    ),
  )

const Found = Type.Object({ found: Type.Boolean() })

/** A danger that this device senses, or sensed, and that no human has closed. */
export async function hasDanger(tx: Tx, { id, homeId }: Equipment): Promise<boolean> {
  const { found } = await tx.one(
    Found,
    sql`
      select exists (
        select
        from condition
        where home_id = ${homeId}
          and device_id = ${id}
          and kind in ('co', 'gas', 'smoke', 'sos')
          and state <> 'normal'
      ) as found`,
  )
  return found
}

/** A device that is well goes out of service too: a row that says so, with nothing the matter. */
export async function insertWell(tx: Tx, device: Equipment, now: number): Promise<AsideCondition> {
  return tx.one(
    ConditionRow,
    sql`
      insert into condition (
        community_id, home_id, device_id, kind, stage, state, since, last_at, cleared_at, evidence, origin
      )
      values (
        ${device.communityId}, ${device.homeId}, ${device.id}, 'device', 'notice', 'outOfService', ${at(now)},
        ${at(now)}, ${at(now)}, ${json({ devices: [device.serial] })}, ${device.origin}
      )
      returning id, community_id, home_id, device_id, kind, stage, state, incident_id`,
  )
}

/** The condition leaves its incident: closing that one ends nothing of what is set aside. */
export const hideCondition = (tx: Tx, id: number, state: ConditionState): Promise<unknown> =>
  tx.run(sql`
    update condition
    set state = ${state},
      incident_id = null
    where id = ${id}`)

export type Decided = {
  communityId: number
  conditionId: number
  how: SetAside
  reason: string
  byId: number
  now: number
  untilAt: number
}

export const writeSetAside = (tx: Tx, decided: Decided): Promise<unknown> =>
  tx.run(sql`
    insert into set_aside (community_id, condition_id, how, reason, by_id, at, until_at)
    values (
      ${decided.communityId}, ${decided.conditionId}, ${decided.how}, ${decided.reason}, ${decided.byId},
      ${at(decided.now)}, ${at(decided.untilAt)}
    )`)

export const setInService = (tx: Tx, deviceId: number, outOfService: boolean): Promise<unknown> =>
  tx.run(sql`
    update device
    set out_of_service = ${outOfService}
    where id = ${deviceId}`)

/** @param personId null where it ended by itself */
export const endSetAside = (
  tx: Tx,
  conditionIds: readonly number[],
  { now, personId }: { now: number; personId: number | null },
): Promise<unknown> =>
  tx.run(sql`
    update set_aside
    set ended_at = ${at(now)},
      ended_by = ${personId}
    where condition_id = any(${conditionIds}::bigint[])
      and ended_at is null`)

export const showCondition = (
  tx: Tx,
  id: number,
  { state, now }: { state: ConditionState; now: number },
): Promise<unknown> =>
  tx.run(sql`
    update condition
    set state = ${state},
      cleared_at = case when ${state === 'normal'} then coalesce(cleared_at, ${at(now)}) end
    where id = ${id}`)

const OverRow = Type.Object({ conditionId: Id })

/** Conditions whose time on the shelf is over. */
export async function shelvedUntil(db: Db, now: number, max: number): Promise<number[]> {
  const rows = await db.many(
    OverRow,
    sql`
      select condition_id
      from set_aside
      where how = 'shelved'
        and ended_at is null
        and until_at <= ${at(now)}
      order by until_at, id
      limit ${max}`,
  )
  return rows.map(({ conditionId }) => conditionId)
}
