// Telling somebody is a row, written with the change that made it necessary, and sent apart (the outbox).
import { Type } from 'typebox'
import type { AssignmentRole } from '#contract/incident.ts'
import { Id } from '#contract/primitives.ts'
import type { Tx } from '#db/database.ts'
import { announce } from '#db/event-log.ts'
import { at, sql } from '#db/sql.ts'
import { writeTimeline } from '#db/timeline.ts'
import type { Reach } from '#domain/ladder.ts'
import type { Situation } from './situation.ts'

export type Told = { now: number; wake?: (() => void) | undefined }

/** These are asked to go: an assignment each, due at `dueAt` (epoch ms), and an alarm. */
export async function sendOut(
  tx: Tx,
  situation: Situation,
  { reach, dueAt, ...told }: Told & { reach: readonly Reach[]; dueAt: number },
): Promise<void> {
  await writeAssignments(tx, situation, { reach, dueAt, now: told.now })
  await writeTellings(tx, situation, { personIds: idsOf(reach), purpose: 'alarm', ...told })
  await writeTimeline(
    tx,
    reach.map(({ personId, role }) => line(situation, { at: told.now, what: 'told', personId, role })),
  )
}

/** These are asked again; one line says so, for each of them would fill the page in a long night. */
export async function ringAgain(
  tx: Tx,
  situation: Situation,
  { reach, dueAt, ...told }: Told & { reach: readonly Reach[]; dueAt: number },
): Promise<void> {
  const known = new Set(situation.assignments.map(({ personId }) => personId))
  const isNew = ({ personId }: Reach) => !known.has(personId)
  await sendOut(tx, situation, { reach: reach.filter(isNew), dueAt, ...told })
  const again = reach.filter((one) => !isNew(one))
  if (again.length === 0) return
  await reopenAssignments(tx, situation, { personIds: idsOf(again), dueAt })
  await writeTellings(tx, situation, { personIds: idsOf(again), purpose: 'alarm', ...told })
  await writeTimeline(tx, [
    line(situation, { at: told.now, what: 'told', personId: null, dueKind: 'repeat', people: again.length }),
  ])
}

/** These should know; nobody is sent. */
export async function inform(
  tx: Tx,
  situation: Situation,
  { personIds, ...told }: Told & { personIds: readonly number[] },
): Promise<void> {
  if (personIds.length === 0) return
  await writeTellings(tx, situation, { personIds, purpose: 'inform', ...told })
  await writeTimeline(
    tx,
    personIds.map((personId) => line(situation, { at: told.now, what: 'informed', personId })),
  )
}

const idsOf = (reach: readonly Reach[]) => reach.map(({ personId }) => personId)

function line(
  situation: Situation,
  {
    at: when,
    what,
    personId,
    ...detail
  }: {
    at: number
    what: 'told' | 'informed'
    personId: number | null
    role?: AssignmentRole
    dueKind?: 'repeat'
    people?: number
  },
) {
  return {
    communityId: situation.communityId,
    incidentId: situation.id,
    at: when,
    what,
    personId,
    detail: what === 'told' ? { stage: situation.stage, ...detail } : detail,
  }
}

/** Who is already on it stays where they are; who declined or was relieved is asked anew. */
async function writeAssignments(
  tx: Tx,
  situation: Situation,
  { reach, dueAt, now }: { reach: readonly Reach[]; dueAt: number; now: number },
): Promise<void> {
  if (reach.length === 0) return
  await tx.run(sql`
    insert into assignment (community_id, incident_id, person_id, role, state, told_at, due_at, due_kind)
    select ${situation.communityId}, ${situation.id}, reach.person_id, reach.role, 'told', ${at(now)}, ${at(dueAt)},
      'acknowledge'
    from unnest(
      ${idsOf(reach)}::bigint[],
      ${reach.map(({ role }) => role)}::text[]
    ) with ordinality as reach (person_id, role, nth)
    order by reach.nth
    on conflict (incident_id, person_id) do update set
      state = 'told',
      told_at = excluded.told_at,
      due_at = excluded.due_at,
      due_kind = excluded.due_kind
    where assignment.state in ('told', 'declined', 'withdrawn', 'done')`)
  announceOf(tx, situation)
}

async function reopenAssignments(
  tx: Tx,
  situation: Situation,
  { personIds, dueAt }: { personIds: readonly number[]; dueAt: number },
): Promise<void> {
  await tx.run(sql`
    update assignment
    set state = 'told',
      due_at = ${at(dueAt)},
      due_kind = 'acknowledge'
    where incident_id = ${situation.id}
      and person_id = any(${personIds}::bigint[])
      and state in ('declined', 'withdrawn', 'done')`)
  announceOf(tx, situation)
}

/** One that nobody has begun to send says all that a second one would say. */
async function writeTellings(
  tx: Tx,
  situation: Situation,
  { personIds, purpose, now, wake }: Told & { personIds: readonly number[]; purpose: 'alarm' | 'inform' },
): Promise<void> {
  if (personIds.length === 0) return
  await tx.run(sql`
    insert into telling (community_id, incident_id, person_id, purpose, stage, due_at, created_at, origin)
    select ${situation.communityId}, ${situation.id}, person.id, ${purpose}, ${situation.stage}, ${at(now)}, ${at(now)},
      ${situation.origin}
    from unnest(${personIds}::bigint[]) with ordinality as person (id, nth)
    where not exists (
      select
      from telling waiting
      where waiting.incident_id = ${situation.id}
        and waiting.person_id = person.id
        and waiting.purpose = ${purpose}
        and waiting.stage = ${situation.stage}
        and waiting.state = 'due'
        and waiting.attempts = 0
    )
    order by person.nth`)
  if (wake) tx.afterCommit(wake)
}

export function announceOf(tx: Tx, { communityId, id, homeId }: Situation): void {
  announce(tx, { communityId, kind: 'incident', id })
  announce(tx, { communityId, kind: 'home', id: homeId })
}

/** What was not sent yet is not sent any more; of those who ring right now the answer no longer matters. */
export async function withdrawAlarms(
  tx: Tx,
  incidentId: number,
  exceptPersonId: number | null,
): Promise<void> {
  await tx.run(sql`
    update telling
    set state = 'withdrawn',
      lease_until = null
    where incident_id = ${incidentId}
      and purpose = 'alarm'
      and state in ('due', 'sending')
      and person_id is distinct from ${exceptPersonId}`)
}

/** Whom the latest alarm did not reach by any way. */
export async function unreachedOf(tx: Tx, incidentId: number): Promise<number[]> {
  const rows = await tx.many(
    Type.Object({ personId: Id }),
    sql`
      select latest.person_id
      from (
        select distinct on (person_id) person_id, state
        from telling
        where incident_id = ${incidentId}
          and purpose = 'alarm'
        order by person_id, id desc
      ) latest
      where latest.state = 'unreached'`,
  )
  return rows.map(({ personId }) => personId)
}
