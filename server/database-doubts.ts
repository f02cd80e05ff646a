// What of a given PostgreSQL would make a promise of ours untrue, and no session of ours can mend.
import { Type } from 'typebox'
import type { Database } from '#db/database.ts'
import { sql } from '#db/sql.ts'
import { limits } from './limits.ts'

const Seen = Type.Object({ now: Type.Integer(), fsync: Type.String(), fullPageWrites: Type.String() })

/**
 * One sentence each, for an operator. Where clocks are further apart than a server may be late with its word, two servers
 * judge different mornings.
 * @param now of our own clock, epoch ms
 */
export async function databaseDoubts(db: Database, now: () => number): Promise<string[]> {
  const before = now()
  const seen = await db.one(
    Seen,
    sql`
      select clock_timestamp() as now,
        current_setting('fsync') as fsync,
        current_setting('full_page_writes') as full_page_writes`,
  )
  const apartMs = Math.abs(Math.round((before + now()) / 2 - seen.now))
  return [
    ...(seen.fsync === 'on' && seen.fullPageWrites === 'on'
      ? []
      : [
          'fsync or full_page_writes is off: what was acknowledged does not outlive a power cut of the database',
        ]),
    ...(apartMs <= limits.beatLateMs
      ? []
      : [
          `our clock and that of the database are ${Math.round(apartMs / 1000)} s apart: keep every machine on NTP`,
        ]),
  ]
}
