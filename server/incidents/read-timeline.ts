import { Type } from 'typebox'
import { TimelineEntry } from '#contract/incident.ts'
import { Id } from '#contract/primitives.ts'
import type { Db } from '#db/database.ts'
import { sql } from '#db/sql.ts'

/** Of a long story the latest: a hazard that rings every minute for a day stays below it. */
const linesMax = 5000

/** What happened, oldest first. Where the detail names a person by id, `detail.person` is the name. */
export async function readTimeline(db: Db, incidentId: number): Promise<TimelineEntry[]> {
  const lines = await db.many(
    TimelineEntry,
    sql`
      select t.id, t.at, t.what, person.name as actor, t.detail
      from timeline t
      left join person on person.id = t.person_id
      where t.incident_id = ${incidentId}
      order by t.id desc
      limit ${linesMax}`,
  )
  const ids = [...new Set(lines.flatMap(({ detail }) => idIn(detail)))]
  const names = await namesOf(db, ids)
  return lines.toReversed().map((line) => {
    const [personId] = idIn(line.detail)
    return personId === undefined
      ? line
      : { ...line, detail: { ...line.detail, person: names.get(personId) ?? null } }
  })
}

const idIn = (detail: Record<string, unknown>): number[] =>
  typeof detail['personId'] === 'number' ? [detail['personId']] : []

async function namesOf(db: Db, ids: readonly number[]): Promise<Map<number, string>> {
  if (ids.length === 0) return new Map()
  const rows = await db.many(
    Type.Object({ id: Id, name: Type.String() }),
    sql`
      select id, name
      from person
      where id = any(${ids}::bigint[])`,
  )
  return new Map(rows.map(({ id, name }) => [id, name]))
}
