// What a home is left with when a device of it does not work: said with the trouble, so that nobody has to look it up.
import { Type, type Static } from 'typebox'
import type { Evidence } from '#contract/incident.ts'
import { DeviceFlags } from '#contract/messages.ts'
import { DeviceKind, Id } from '#contract/primitives.ts'
import { bigints } from '#db/column.ts'
import type { Tx } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'
import { coverOf, dangersOf } from '#domain/cover.ts'
import { grouped } from '#domain/grouped.ts'
import type { Verdict } from '#domain/verdict.ts'

const Row = Type.Object({
  homeId: Id,
  deviceId: Id,
  plan: Type.Record(Type.String(), Type.Unknown()),
  kind: DeviceKind,
  silent: Type.Boolean(),
  outOfService: Type.Boolean(),
  flags: DeviceFlags,
})

/** The same verdicts; where a device is in trouble, with what its home is unprotected from, and whether it is blind. */
export async function withCover(tx: Tx, verdicts: readonly Verdict[], now: number): Promise<Verdict[]> {
  const homeIds = verdicts.flatMap(({ stage, homeId }) => (stage === null ? [] : [homeId]))
  if (homeIds.length === 0) return [...verdicts]
  const homes = grouped(await devicesOfHomes(tx, [...new Set(homeIds)], now), ({ homeId }) => homeId)
  return verdicts.map((verdict) => {
    const devices = verdict.stage === null ? undefined : homes.get(verdict.homeId)
    if (!devices) return verdict
    const kinds = devices.map(({ kind }) => kind)
    const dangers = dangersOf(devices[0]?.plan ?? {}, kinds)
    const cover = coverOf({ dangers, devices: devices.map((device) => asJudged(device, verdict)) })
    return { ...verdict, evidence: { ...verdict.evidence, ...lacking(cover) } }
  })
}

/** An exchanged element is no flag of the device: it is known by the verdict only. */
const asJudged = (device: Static<typeof Row>, { deviceId, evidence }: Verdict) =>
  device.deviceId === deviceId && evidence.trouble === 'tamper'
    ? { ...device, flags: { ...device.flags, tamper: true } }
    : device

function lacking({
  unprotected,
  blind,
}: Pick<ReturnType<typeof coverOf>, 'unprotected' | 'blind'>): Evidence {
  return { ...(unprotected.length > 0 ? { unprotected } : {}), ...(blind ? { blind } : {}) }
}

/** As on the map (api/tile-store.ts): a detector that was never heard watches nothing; a button has not begun. */
const devicesOfHomes = (tx: Tx, homeIds: readonly number[], now: number) =>
  tx.many(
    Row,
    sql`
      select d.home_id, d.id as device_id, h.plan, d.kind, d.out_of_service, d.flags,
        case
          when d.last_seen_at is null then d.kind in ('co', 'gas')
          else coalesce(d.silent_at <= ${at(now)}, true) or d.online is false
        end as silent
      from device d
      join home h on h.id = d.home_id
      where d.home_id = any(${bigints(homeIds)}::bigint[])
      order by d.home_id, d.id`,
  )
