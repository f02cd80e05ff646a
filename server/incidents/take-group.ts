// The desk takes a list: it stops ringing there, and rings again unless the list is done by then (safety 3, 8).
import { Type } from 'typebox'
import { IncidentState } from '#contract/acts.ts'
import { Id, orNull } from '#contract/primitives.ts'
import type { Tx } from '#db/database.ts'
import { announce } from '#db/event-log.ts'
import { at, sql } from '#db/sql.ts'
import { writeTimeline } from '#db/timeline.ts'
import { done, refused, type Act, type ActResult } from './acting.ts'
import type { IncidentParts } from './parts.ts'
import { isDesk, nameOf } from './people-store.ts'
import { writeAudit } from './store.ts'

const Held = Type.Object({
  id: Id,
  communityId: Id,
  state: IncidentState,
  acknowledgedBy: orNull(Id),
})

/** The rows keep their deadlines: who is not answered by then is gone to. */
export function takeGroup(parts: IncidentParts, act: Act): Promise<ActResult> {
  return parts.db.transaction(async (tx) => {
    const group = await tx.maybeOne(
      Held,
      sql`
        select id, community_id, state, acknowledged_by
        from incident
        where id = ${act.incidentId}
          and subject = 'group'
        for no key update`,
    )
    if (!group) return refused('not_found')
    if (!(await isDesk(tx, act.byId, group.communityId))) return refused('not_allowed_now')
    if (group.state !== 'open') return refused('not_allowed_now')
    if (group.acknowledgedBy !== null && group.acknowledgedBy !== act.byId)
      return refused('somebody_was_first', await nameOf(tx, group.acknowledgedBy))
    await take(tx, act, act.now + parts.limits.arriveDueMs)
    await parts.dispatch.onAcknowledged(tx, group.id, { now: act.now, personId: act.byId })
    await writeDown(tx, group.communityId, act)
    return done
  })
}

async function take(tx: Tx, { incidentId, byId, now }: Act, dueAt: number): Promise<void> {
  await tx.run(sql`
    insert into assignment (
      community_id, incident_id, person_id, role, state, told_at, acknowledged_at, due_at, due_kind
    )
    select community_id, id, ${byId}, 'desk', 'acknowledged', ${at(now)}, ${at(now)}, ${at(dueAt)}, 'contact'
    from incident
    where id = ${incidentId}
    on conflict (incident_id, person_id) do update set
      state = 'acknowledged',
      acknowledged_at = coalesce(assignment.acknowledged_at, excluded.acknowledged_at),
      due_at = excluded.due_at,
      due_kind = excluded.due_kind`)
  await tx.run(sql`
    update incident
    set acknowledged_at = ${at(now)},
      acknowledged_by = ${byId},
      version = version + 1
    where id = ${incidentId}`)
}

async function writeDown(tx: Tx, communityId: number, { incidentId, byId, now }: Act): Promise<void> {
  await writeTimeline(tx, [{ communityId, incidentId, at: now, what: 'acknowledged', personId: byId }])
  await writeAudit(tx, {
    at: now,
    personId: byId,
    what: 'incident.acknowledged',
    communityId,
    homeId: null,
    residentId: null,
    detail: { incidentId },
  })
  announce(tx, { communityId, kind: 'incident', id: incidentId })
}
