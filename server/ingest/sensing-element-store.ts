import { Type } from 'typebox'
import { Id } from '#contract/primitives.ts'
import { bigints, instants, texts } from '#db/column.ts'
import type { Tx } from '#db/database.ts'
import { sql } from '#db/sql.ts'
import type { StoredSwap } from '#domain/stored.ts'
import type { SensingElement } from './gather.ts'

const Noted = Type.Object({ deviceId: Id, swapped: Type.Boolean() })

/** Keeps with what each device senses; gives those that sense with another element than before. */
export async function noteElements(tx: Tx, elements: readonly SensingElement[]): Promise<StoredSwap[]> {
  if (elements.length === 0) return []
  // Of several in one batch the last one said, by its own time.
  const last = new Map(elements.toSorted((a, b) => a.at - b.at).map((one) => [one.deviceId, one]))
  const rows = [...last.values()]
  const noted = await tx.many(
    Noted,
    sql`
      insert into sensing_element as known (device_id, mark, since)
      select *
      from unnest(
        ${bigints(rows.map(({ deviceId }) => deviceId))}::bigint[],
        ${texts(rows.map(({ mark }) => mark))}::text[],
        ${instants(rows.map(({ at }) => at))}::timestamptz[]
      )
      on conflict (device_id) do update
      set mark = excluded.mark, since = excluded.since, swapped_at = excluded.since
      where known.mark <> excluded.mark
        and known.since < excluded.since
      returning device_id, swapped_at is not null as swapped`,
  )
  return noted.flatMap(({ deviceId, swapped }) => (swapped ? (last.get(deviceId) ?? []) : []))
}
