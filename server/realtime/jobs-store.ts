import { Type } from 'typebox'
import type { Db } from '#db/database.ts'
import { sql } from '#db/sql.ts'

const Concerned = Type.Object({ incidentId: Type.Integer(), personId: Type.Integer() })

/** Who has, or had, a part in these incidents: their pages fetch their jobs anew. */
export const whoIsConcerned = (db: Db, incidentIds: readonly number[]) =>
  db.many(
    Concerned,
    sql`
      select incident_id, person_id
      from assignment
      where incident_id = any(${incidentIds}::bigint[])`,
  )
