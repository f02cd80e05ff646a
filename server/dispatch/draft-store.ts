// Telling somebody is a row, written with the change that made it necessary, and sent apart (the outbox).
import { Type } from 'typebox'
import { Id } from '#contract/primitives.ts'
import { bigints, instants, ints, texts } from '#db/column.ts'
import type { Tx } from '#db/database.ts'
import { announce } from '#db/event-log.ts'
import { at, sql } from '#db/sql.ts'
import { writeTimeline } from '#db/timeline.ts'
import type { Asked, Draft, NextStep, Told } from './tell.ts'

/** Everything that was decided, one statement a table. `wake` is called after a commit that leaves somebody to tell. */
export async function writeDraft(tx: Tx, draft: Draft, wake: (() => void) | undefined): Promise<void> {
  await Promise.all([
    writeAssignments(tx, [...draft.sent.values()], draft.now),
    reopenAssignments(tx, [...draft.askedAgain.values()]),
    writeTellings(tx, [...draft.tellings.values()], draft.now),
    writeTimeline(tx, draft.lines),
    setNext(tx, draft.next),
  ])
  for (const { communityId, id, homeId } of draft.touched.values()) {
    announce(tx, { communityId, kind: 'incident', id })
    announce(tx, { communityId, kind: 'home', id: homeId })
  }
  if (wake && draft.tellings.size > 0) tx.afterCommit(wake)
}

/** Who is already on it stays where they are; who declined or was relieved is asked anew. */
async function writeAssignments(tx: Tx, asked: readonly Asked[], now: number): Promise<void> {
  if (asked.length === 0) return
  await tx.run(sql`
    insert into assignment (community_id, incident_id, person_id, role, state, told_at, due_at, due_kind)
    select asked.community_id, asked.incident_id, asked.person_id, asked.role, 'told', ${at(now)}, asked.due_at,
      'acknowledge'
    from unnest(
      ${bigints(asked.map(({ situation }) => situation.communityId))}::bigint[],
      ${bigints(asked.map(({ situation }) => situation.id))}::bigint[],
      ${bigints(asked.map(({ personId }) => personId))}::bigint[],
      ${texts(asked.map(({ role }) => role))}::text[],
      ${instants(asked.map(({ dueAt }) => dueAt))}::timestamptz[]
    ) with ordinality as asked (community_id, incident_id, person_id, role, due_at, nth)
    order by asked.nth
    on conflict (incident_id, person_id) do update set
      state = 'told',
      told_at = excluded.told_at,
      due_at = excluded.due_at,
      due_kind = excluded.due_kind
    where assignment.state in ('told', 'declined', 'withdrawn', 'done')`)
}

async function reopenAssignments(tx: Tx, asked: readonly Asked[]): Promise<void> {
  if (asked.length === 0) return
  await tx.run(sql`
    update assignment a
    set state = 'told',
      due_at = asked.due_at,
      due_kind = 'acknowledge'
    from unnest(
      ${bigints(asked.map(({ situation }) => situation.id))}::bigint[],
      ${bigints(asked.map(({ personId }) => personId))}::bigint[],
      ${instants(asked.map(({ dueAt }) => dueAt))}::timestamptz[]
    ) as asked (incident_id, person_id, due_at)
    where a.incident_id = asked.incident_id
      and a.person_id = asked.person_id
      and a.state in ('declined', 'withdrawn', 'done')`)
}

/** One that nobody has begun to send says all that a second one would say. */
async function writeTellings(tx: Tx, tellings: readonly Told[], now: number): Promise<void> {
  if (tellings.length === 0) return
  await tx.run(sql`
    insert into telling (community_id, incident_id, person_id, purpose, stage, due_at, created_at, origin)
    select told.community_id, told.incident_id, told.person_id, told.purpose, told.stage, ${at(now)}, ${at(now)},
      told.origin
    from unnest(
      ${bigints(tellings.map(({ situation }) => situation.communityId))}::bigint[],
      ${bigints(tellings.map(({ situation }) => situation.id))}::bigint[],
      ${bigints(tellings.map(({ personId }) => personId))}::bigint[],
      ${texts(tellings.map(({ purpose }) => purpose))}::text[],
      ${texts(tellings.map(({ situation }) => situation.stage))}::text[],
      ${texts(tellings.map(({ situation }) => situation.origin))}::text[]
    ) with ordinality as told (community_id, incident_id, person_id, purpose, stage, origin, nth)
    where not exists (
      select
      from telling waiting
      where waiting.incident_id = told.incident_id
        and waiting.person_id = told.person_id
        and waiting.purpose = told.purpose
        and waiting.stage = told.stage
        and waiting.state = 'due'
        and waiting.attempts = 0
    )
    order by told.nth`)
}

async function setNext(tx: Tx, next: ReadonlyMap<number, NextStep>): Promise<void> {
  if (next.size === 0) return
  const steps = [...next.values()]
  await tx.run(sql`
    update incident i
    set step = next.step,
      due_at = next.due_at,
      due_kind = next.due_kind,
      version = version + 1
    from unnest(
      ${bigints([...next.keys()])}::bigint[],
      ${ints(steps.map(({ step }) => step))}::int[],
      ${instants(steps.map(({ dueAt }) => dueAt))}::timestamptz[],
      ${texts(steps.map(({ dueKind }) => dueKind))}::text[]
    ) as next (incident_id, step, due_at, due_kind)
    where i.id = next.incident_id`)
}

/** What was not sent yet is not sent any more; of those who ring right now the answer no longer matters. */
export async function withdrawAlarms(
  tx: Tx,
  incidentIds: readonly number[],
  exceptPersonId: number | null,
): Promise<void> {
  await tx.run(sql`
    update telling
    set state = 'withdrawn',
      lease_until = null
    where incident_id = any(${bigints(incidentIds)}::bigint[])
      and purpose = 'alarm'
      and state in ('due', 'sending')
      and person_id is distinct from ${exceptPersonId}`)
}

const Unreached = Type.Object({ incidentId: Id, personId: Id })

/** Whom the latest alarm of each incident did not reach by any way. */
export function unreachedOf(tx: Tx, incidentIds: readonly number[]) {
  return tx.many(
    Unreached,
    sql`
      select latest.incident_id, latest.person_id
      from (
        select distinct on (incident_id, person_id) incident_id, person_id, state
        from telling
        where incident_id = any(${bigints(incidentIds)}::bigint[])
          and purpose = 'alarm'
        order by incident_id, person_id, id desc
      ) latest
      where latest.state = 'unreached'`,
  )
}
