// The air of one home where it was not clean: rollups say when that was, raw readings what it was.
import { Type, type Static } from 'typebox'
import { Id } from '#contract/primitives.ts'
import { bigints, instants, texts } from '#db/column.ts'
import type { Tx } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'
import { flagBits } from '#domain/stored.ts'
import { hotFrom } from '../ingest/device-state.ts'
import { limits } from '../limits.ts'
import { airWindowMs } from '../rules/judge-subjects.ts'
import type { HomeThen, ReadingThen, Span } from './history.ts'

const hourMs = 3_600_000
const AirKind = Type.Enum(['co', 'gas'])
const Hour = Type.Object({ deviceId: Id, kind: AirKind, at: Type.Integer() })
type Hour = Static<typeof Hour>

const Reading = Type.Object({
  deviceId: Id,
  kind: AirKind,
  at: Type.Integer(),
  value: Type.Number(),
  flags: Type.Integer(),
  receivedAt: Type.Integer(),
})

/** `isWhole`: false where there is more bad air than is judged again. */
export async function badAirOf(
  tx: Tx,
  home: HomeThen,
  span: Span,
): Promise<{ readings: ReadingThen[]; isWhole: boolean }> {
  const flagged = home.alarms.flatMap(({ deviceId, kind, at: toldAt }): Hour[] =>
    kind === 'smoke' ? [] : [{ deviceId, kind, at: toldAt - hourMs }],
  )
  const windows = merged([...(await hotHours(tx, home, span)), ...flagged])
  if (windows.length === 0) return { readings: [], isWhole: true }
  const readings = await tx.many(
    Reading,
    sql`
      select r.device_id, r.kind, r.at, r.value, r.flags, r.received_at
      from unnest(
        ${bigints(windows.map(({ deviceId }) => deviceId))}::bigint[],
        ${texts(windows.map(({ kind }) => kind))}::text[],
        ${instants(windows.map(({ fromAt }) => fromAt))}::timestamptz[],
        ${instants(windows.map(({ untilAt }) => untilAt))}::timestamptz[]
      ) as bad (device_id, kind, from_at, until_at)
      join reading r on r.device_id = bad.device_id
        and r.kind = bad.kind
        and r.at >= bad.from_at
        and r.at < bad.until_at
      order by r.received_at, r.at
      limit ${limits.replayRowsMax}`,
  )
  return { readings, isWhole: readings.length < limits.replayRowsMax }
}

/** Hours in which a detector left clean air (ingest/device-state.ts); what no rollup has yet is looked at itself. */
const hotHours = (tx: Tx, { id }: HomeThen, { fromAt, untilAt }: Span): Promise<Hour[]> =>
  tx.many(
    Hour,
    sql`
      select device_id, kind, at
      from reading_hour
      where home_id = ${id}
        and kind in ('co', 'gas')
        and at >= ${at(fromAt - hourMs)}
        and at < ${at(untilAt)}
        and highest >= case kind when 'co' then ${hotFrom.co ?? 0}::float8 else ${hotFrom.gas ?? 0} end
        and flags & ${flagBits.test} = 0
      union
      select r.device_id, r.kind, date_trunc('hour', r.at)
      from device d
      join reading r on r.device_id = d.id
        and r.kind in ('co', 'gas')
        and r.at >= greatest(d.unrolled_from, ${at(fromAt - hourMs)})
        and r.at < ${at(untilAt)}
      where d.home_id = ${id}
        and d.unrolled_from is not null
        and r.value >= case r.kind when 'co' then ${hotFrom.co ?? 0}::float8 else ${hotFrom.gas ?? 0} end
        and r.flags & ${flagBits.test} = 0`,
  )

type Window = { deviceId: number; kind: 'co' | 'gas'; fromAt: number; untilAt: number }

/** What was breathed in the eight hours before counts, and until eight hours after it may still be judged. */
function merged(hours: readonly Hour[]): Window[] {
  const windows: Window[] = []
  const order = hours.toSorted(
    (a, b) => a.deviceId - b.deviceId || a.kind.localeCompare(b.kind) || a.at - b.at,
  )
  for (const { deviceId, kind, at: hourAt } of order) {
    const last = windows.at(-1)
    const [fromAt, untilAt] = [hourAt - airWindowMs, hourAt + hourMs + airWindowMs]
    const continues = last && last.deviceId === deviceId && last.kind === kind && fromAt <= last.untilAt
    if (continues) last.untilAt = Math.max(last.untilAt, untilAt)
    else windows.push({ deviceId, kind, fromAt, untilAt })
  }
  return windows
}
