// What happened to an incident, line by line, and who did what: written with the change, in its transaction.
import { bigints, instants, jsons, texts } from './column.ts'
import { sql } from './sql.ts'
import type { Db } from './database.ts'

/** What a line says; words.ts has its sentence in either language. */
export type TimelineWhat =
  | 'opened'
  | 'raised'
  | 'pressedAgain'
  | 'missedAgain'
  | 'airClean'
  | 'lateCheckIn'
  | 'proxyCheckIn'
  | 'notWell'
  | 'closedByCheckIn'
  | 'closedByItself'
  | 'residentAsked'
  | 'asked'
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
  | 'folded'
  | 'unfolded'
  | 'joined'
  | 'allClosed'
  | 'handled'
  | 'closed'
  | 'checkedBack'
  | 'shelved'
  | 'takenOut'
  | 'cameBack'
  | 'closedSetAside'

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
      ${bigints(lines.map((line) => line.communityId))}::bigint[],
      ${bigints(lines.map((line) => line.incidentId))}::bigint[],
      ${instants(lines.map((line) => line.at))}::timestamptz[],
      ${texts(lines.map((line) => line.what))}::text[],
      ${bigints(lines.map((line) => line.personId ?? null))}::bigint[],
      ${jsons(lines.map((line) => line.detail ?? {}))}::jsonb[]
    ) with ordinality as line (community_id, incident_id, at, what, person_id, detail, nth)
    order by line.nth`)
}
