// What happened to an incident, line by line, and who did what: written with the change, in its transaction.
import { at, json, sql } from './sql.ts'
import type { Db } from './database.ts'

/** What a line says; words.ts has its sentence in either language. */
export type TimelineWhat =
  | 'opened'
  | 'raised'
  | 'pressedAgain'
  | 'airClean'
  | 'lateCheckIn'
  | 'proxyCheckIn'
  | 'closedByCheckIn'
  | 'closedByItself'
  | 'told'
  | 'informed'
  | 'skipped'
  | 'heard'
  | 'unreached'
  | 'escalated'
  | 'nobodyLeft'
  | 'overdue'
  | 'acknowledged'
  | 'departed'
  | 'arrived'
  | 'found'
  | 'declined'
  | 'withdrawn'
  | 'assigned'
  | 'note'
  | 'call'
  | 'callDue'
  | 'callOverdue'
  | 'dialled'
  | 'residentTold'
  | 'homesWarned'
  | 'handled'
  | 'closed'
  | 'checkedBack'

/** `at` in epoch ms; `personId` is who did it or who was told, null is the service itself. */
export type TimelineLine = {
  communityId: number
  incidentId: number
  at: number
  what: TimelineWhat
  personId?: number | null
  detail?: Record<string, unknown>
}

export async function writeTimeline(db: Db, lines: readonly TimelineLine[]): Promise<void> {
  if (lines.length === 0) return
  await db.run(sql`
    insert into timeline (community_id, incident_id, at, what, person_id, detail)
    select line.community_id, line.incident_id, line.at, line.what, line.person_id, line.detail
    from unnest(
      ${lines.map((line) => line.communityId)}::bigint[],
      ${lines.map((line) => line.incidentId)}::bigint[],
      ${lines.map((line) => at(line.at))}::timestamptz[],
      ${lines.map((line) => line.what)}::text[],
      ${lines.map((line) => line.personId ?? null)}::bigint[],
      ${lines.map((line) => json(line.detail ?? {}))}::jsonb[]
    ) with ordinality as line (community_id, incident_id, at, what, person_id, detail, nth)
    order by line.nth`)
}
