import { Type, type Static } from 'typebox'
import { IncidentKind, orNull } from '#contract/primitives.ts'
import type { Db } from '#db/database.ts'
import { sql } from '#db/sql.ts'

const Latest = Type.Object({ at: Type.Integer() })

/** When this resident's morning of that day was answered for, by herself or by others; undefined where it was not. */
export async function checkedInOn(db: Db, residentId: number, on: string): Promise<number | undefined> {
  const found = await db.maybeOne(
    Latest,
    sql`
      select at
      from check_in
      where resident_id = ${residentId}
        and "on" = ${on}
      order by at
      limit 1`,
  )
  return found?.at
}

const Alarm = Type.Object({
  kind: IncidentKind,
  openedAt: Type.Integer(),
  acknowledgedBy: orNull(Type.String()),
  enRoute: Type.Boolean(),
})
export type Alarm = Static<typeof Alarm>

/** What is open at the home and whether somebody is on the way; no drills, which are not hers to see. */
export const openAlarms = (db: Db, homeId: number, residentId: number): Promise<Alarm[]> =>
  db.many(
    Alarm,
    sql`
      select i.kind, i.opened_at, p.name as acknowledged_by,
        exists (
          select
          from assignment a
          where a.incident_id = i.id
            and a.state in ('enRoute', 'onScene')
        ) as en_route
      from incident i
      left join person p on p.id = i.acknowledged_by
      where i.home_id = ${homeId}
        and i.state = 'open'
        and i.origin <> 'drill'
        and i.kind <> 'device'
        and (i.resident_id is null or i.resident_id = ${residentId})
      order by i.opened_at desc`,
  )
