// Dialling 119 or 120 is a task of a named human, due in 60 s (safety 4).
import { Type } from 'typebox'
import { Id, orNull } from '#contract/primitives.ts'
import type { Db, Tx } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'
import { writeTimeline } from '#db/timeline.ts'
import { emergencyNumbers, type EmergencyNumber } from '#domain/ladder.ts'
import { situationOf, type Situation } from './situation.ts'
import { announceOf, sendOut, type Told } from './tell.ts'

type Calls = Told & { dueMs: number }

/** Gives out what must be dialled at this stage and was not given out before. */
export function giveCalls(tx: Tx, situation: Situation, calls: Calls): Promise<void> {
  return give(tx, situation, { numbers: emergencyNumbers(situation), ...calls })
}

/** At the door nobody answers (safety 15). */
export function giveNoAnswerCall(tx: Tx, situation: Situation, calls: Calls): Promise<void> {
  return give(tx, situation, { numbers: ['110'], ...calls })
}

async function give(
  tx: Tx,
  situation: Situation,
  { numbers, now, dueMs }: Calls & { numbers: readonly EmergencyNumber[] },
): Promise<void> {
  if (numbers.length === 0) return
  const { communityId, id: incidentId, around } = situation
  const personId = (await bestPlaced(tx, around.desk)) ?? around.steward[0] ?? around.backup[0] ?? null
  const given = await tx.many(
    Type.Object({ number: Type.String() }),
    sql`
      insert into emergency_call (community_id, incident_id, number, person_id, due_at)
      select ${communityId}, ${incidentId}, number, ${personId}, ${at(now + dueMs)}
      from unnest(${numbers}::text[]) as number
      on conflict (incident_id, number) do nothing
      returning number`,
  )
  await writeTimeline(
    tx,
    given.map(({ number }) => ({
      communityId,
      incidentId,
      at: now,
      what: 'callDue',
      personId,
      detail: { number },
    })),
  )
  announceOf(tx, situation)
}

/** Of the desk, whoever proved an open page most recently; else the first. */
async function bestPlaced(tx: Tx, desk: readonly number[]): Promise<number | undefined> {
  const best = await tx.maybeOne(
    Type.Object({ personId: Id }),
    sql`
      select person_id
      from unnest(${desk}::bigint[]) with ordinality as desk (person_id, nth)
      left join page_presence page using (person_id)
      group by person_id, nth
      order by max(page.proved_at) filter (where page.in_front) desc nulls last, nth
      limit 1`,
  )
  return best?.personId
}

const DueCall = Type.Object({ id: Id, incidentId: Id })

export function overdueCalls(db: Db, now: number, max: number) {
  return db.many(
    DueCall,
    sql`
      select c.id, c.incident_id
      from emergency_call c
      join incident i on i.id = c.incident_id and i.state = 'open'
      where c.done_at is null
        and c.due_at <= ${at(now)}
      order by c.due_at, c.id
      limit ${max}`,
  )
}

/** Nobody dialled: it becomes the next one's task, for as long again, and that one is rung. */
export async function passOnCall(
  tx: Tx,
  call: { id: number; incidentId: number },
  calls: Calls,
): Promise<void> {
  const { now, dueMs } = calls
  const situation = await situationOf(tx, call.incidentId, now)
  if (situation?.state !== 'open') return
  const held = await tx.maybeOne(
    Type.Object({ number: Type.String(), personId: orNull(Id) }),
    sql`
      select number, person_id
      from emergency_call
      where id = ${call.id}
        and done_at is null
        and due_at <= ${at(now)}
      for no key update`,
  )
  if (!held) return
  const personId = nextAfter(situation.around.desk, held.personId) ?? held.personId
  await tx.run(sql`
    update emergency_call
    set person_id = ${personId},
      overdue_at = coalesce(overdue_at, ${at(now)}),
      due_at = ${at(now + dueMs)}
    where id = ${call.id}`)
  const { communityId, id: incidentId } = situation
  const line = { communityId, incidentId, at: now, personId, detail: { number: held.number } }
  await writeTimeline(tx, [{ ...line, personId: held.personId, what: 'callOverdue' }])
  if (personId === null) return
  await writeTimeline(tx, [{ ...line, what: 'callDue' }])
  await sendOut(tx, situation, { reach: [{ personId, role: 'desk' }], dueAt: now + dueMs, ...calls })
}

function nextAfter(desk: readonly number[], personId: number | null): number | undefined {
  const index = personId === null ? -1 : desk.indexOf(personId)
  return desk[(index + 1) % Math.max(1, desk.length)]
}
