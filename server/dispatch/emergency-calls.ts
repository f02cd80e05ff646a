// Dialling 119 or 120 is a task of a named human, due in 60 s (safety 4).
import { Type } from 'typebox'
import { EpochMs, Id, orNull } from '#contract/primitives.ts'
import type { Db, Tx } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'
import { emergencyNumbers, type Around, type EmergencyNumber } from '#domain/ladder.ts'
import { writeDraft } from './draft-store.ts'
import { situationOf, type Situation } from './situation.ts'
import { newDraft, say, sendOut, type Draft } from './tell.ts'

/** Gives out what must be dialled at this stage and was not given out before. */
export function giveCalls(
  tx: Tx,
  draft: Draft,
  { situations, dueMs }: { situations: readonly Situation[]; dueMs: number },
): Promise<void> {
  const calls = situations.flatMap((situation) =>
    emergencyNumbers(situation).map((number) => ({ situation, number })),
  )
  return give(tx, draft, { calls, dueMs })
}

/** At the door nobody answers (safety 15). */
export function giveNoAnswerCall(
  tx: Tx,
  draft: Draft,
  { situation, dueMs }: { situation: Situation; dueMs: number },
): Promise<void> {
  return give(tx, draft, { calls: [{ situation, number: '110' }], dueMs })
}

type Wanted = { situation: Situation; number: EmergencyNumber }

/** Into the draft, with a line each. The incidents are held: what was not given out yet, nobody else gives out. */
async function give(
  tx: Tx,
  draft: Draft,
  { calls, dueMs }: { calls: readonly Wanted[]; dueMs: number },
): Promise<void> {
  if (calls.length === 0) return
  const [given, seen] = await Promise.all([
    givenOut(
      tx,
      calls.map(({ situation }) => situation.id),
    ),
    lastInFront(tx, [...new Set(calls.flatMap(({ situation }) => situation.around.desk))]),
  ])
  for (const { situation, number } of calls) {
    draft.touched.set(situation.id, situation)
    if (given.some((one) => one.incidentId === situation.id && one.number === number)) continue
    const personId = bestPlaced(situation.around, seen)
    draft.calls.push({ situation, number, personId, dueAt: draft.now + dueMs })
    say(draft, situation, { what: 'callDue', personId, detail: { number } })
  }
}

const GivenRow = Type.Object({ incidentId: Id, number: Type.String() })

const givenOut = (tx: Tx, incidentIds: readonly number[]) =>
  tx.many(
    GivenRow,
    sql`
      select incident_id, number
      from emergency_call
      where incident_id = any(${incidentIds}::bigint[])`,
  )

/** Of the desk, whoever proved an open page most recently; else the first; else whoever is nearest. */
function bestPlaced({ desk, steward, backup }: Around, seen: ReadonlyMap<number, number>): number | null {
  const [best] = desk.toSorted((a, b) => (seen.get(b) ?? 0) - (seen.get(a) ?? 0))
  return best ?? steward[0] ?? backup[0] ?? null
}

const SeenRow = Type.Object({ personId: Id, at: EpochMs })

/** When a page of each of these people last proved that it is in front (epoch ms). */
async function lastInFront(tx: Tx, personIds: readonly number[]): Promise<Map<number, number>> {
  const rows = await tx.many(
    SeenRow,
    sql`
      select person_id, max(proved_at) as at
      from page_presence
      where person_id = any(${personIds}::bigint[])
        and in_front
      group by person_id`,
  )
  return new Map(rows.map(({ personId, at: provedAt }) => [personId, provedAt]))
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

const HeldRow = Type.Object({ number: Type.String(), personId: orNull(Id) })

/** Nobody dialled: it becomes the next one's task, for as long again, and that one is rung. */
export async function passOnCall(
  tx: Tx,
  call: { id: number; incidentId: number },
  { now, dueMs, wake }: { now: number; dueMs: number; wake: (() => void) | undefined },
): Promise<void> {
  const situation = await situationOf(tx, call.incidentId, now)
  if (situation?.state !== 'open') return
  const held = await tx.maybeOne(
    HeldRow,
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
  const draft = newDraft(now)
  const detail = { number: held.number }
  say(draft, situation, { what: 'callOverdue', personId: held.personId, detail })
  if (personId !== null) {
    say(draft, situation, { what: 'callDue', personId, detail })
    sendOut(draft, situation, { reach: [{ personId, role: 'desk' }], dueAt: now + dueMs })
  }
  await writeDraft(tx, draft, wake)
}

function nextAfter(desk: readonly number[], personId: number | null): number | undefined {
  const index = personId === null ? -1 : desk.indexOf(personId)
  return desk[(index + 1) % Math.max(1, desk.length)]
}
