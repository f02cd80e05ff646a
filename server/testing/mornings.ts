// What a morning leaves in the rows, written straight: for tests of what is shown of it.
import { Type } from 'typebox'
import type { Database } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'
import { nextOccurrence } from '#domain/occurrence.ts'
import { limits } from '../limits.ts'

export type Press = { residentId: number; at: number; on: string; late?: boolean; via?: 'button' | 'web' }

/** The resident pressed; in time, this covers the occurrence that is still to be judged. */
export async function pressed(db: Database, press: Press): Promise<void> {
  const { id } = await db.one(
    Type.Object({ id: Type.Integer() }),
    sql`
      insert into check_in (
        community_id, resident_id, home_id, pact_id, "on", at, received_at, time_source, via, late, origin
      )
      select p.community_id, p.resident_id, p.home_id, p.id, ${press.on}, ${at(press.at)}, ${at(press.at)}, 'device',
        ${press.via ?? 'button'}, ${press.late ?? false}, community.origin
      from pact p
      join area community on community.id = p.community_id
      where p.resident_id = ${press.residentId}
      returning id`,
  )
  if (press.late) return
  await db.run(sql`
    update pact
    set covered_by = ${id}, covered_at = ${at(press.at)}
    where resident_id = ${press.residentId}
      and due_on = ${press.on}`)
}

/** Every pact that was due by `now` has been judged and has rolled on to its next day. */
export async function rolledOn(db: Database, now: number): Promise<void> {
  const next = nextOccurrence({
    deadline: '08:00',
    days: [1, 2, 3, 4, 5, 6, 7],
    edge: 'morning',
    zone: 'Asia/Shanghai',
    after: now,
    remindBeforeMs: limits.remindBeforeMs,
  })
  await db.run(sql`
    update pact
    set due_on = ${next.on}, opens_at = ${at(next.opensAt)}, remind_at = ${at(next.remindAt)},
      due_at = ${at(next.dueAt)}, covered_by = null, covered_at = null
    where due_at <= ${at(now)}`)
}

/** A device of this serial was heard at `heardAt` and counts as silent from `silentAt` (both epoch ms). */
export async function heard(
  db: Database,
  serial: string,
  when: { heardAt: number; silentAt: number | null },
): Promise<void> {
  const silentAt = when.silentAt === null ? null : at(when.silentAt)
  await db.run(sql`
    update device
    set last_seen_at = ${at(when.heardAt)}, silent_at = ${silentAt}
    where serial = ${serial}`)
}
