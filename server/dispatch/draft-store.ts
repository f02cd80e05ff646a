// Telling somebody is a row, written with the change that made it necessary, and sent apart (the outbox).
import { Type, type Static } from 'typebox'
import type { Ring } from '#contract/live.ts'
import { Id, isHazard } from '#contract/primitives.ts'
import { bigints, booleans, instants, ints, texts } from '#db/column.ts'
import type { Tx } from '#db/database.ts'
import { announce } from '#db/event-log.ts'
import { at, sql } from '#db/sql.ts'
import { writeTimeline } from '#db/timeline.ts'
import { askResidents, writeCommands } from './resident-side.ts'
import type { Asked, AtOnce, Call, Draft, NextStep, Told } from './tell.ts'

/** Everything that was decided, one statement a table. `wake` is called after a commit that leaves somebody to tell. */
export async function writeDraft(tx: Tx, draft: Draft, wake: (() => void) | undefined): Promise<void> {
  await Promise.all([
    writeAssignments(tx, [...draft.sent.values()], draft.now),
    reopenAssignments(tx, [...draft.askedAgain.values()]),
    writeTellings(tx, draft),
    askResidents(tx, draft.residentsAsked.values(), { now: draft.now, wake }),
    writeCommands(tx, draft.commands, { now: draft.now, wake }),
    writeCalls(tx, draft.calls),
    writeTimeline(tx, draft.lines),
    setNext(tx, draft.next),
  ])
  for (const { communityId, id, homeId } of draft.touched.values()) {
    announce(tx, { communityId, kind: 'incident', id })
    if (homeId !== null) announce(tx, { communityId, kind: 'home', id: homeId })
  }
  if (wake && draft.tellings.size > 0) tx.afterCommit(wake)
}

/**
 * Who is already on it stays where they are; who declined or was relieved is asked anew. Whoever was asked to phone, or
 * whether they had seen her, and is now sent, is sent as what they are.
 */
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
      role = case when excluded.role in ('steward', 'backup') then excluded.role else assignment.role end,
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

/** Each number once for an incident. */
async function writeCalls(tx: Tx, calls: readonly Call[]): Promise<void> {
  if (calls.length === 0) return
  await tx.run(sql`
    insert into emergency_call (community_id, incident_id, number, person_id, due_at)
    select call.community_id, call.incident_id, call.number, call.person_id, call.due_at
    from unnest(
      ${bigints(calls.map(({ situation }) => situation.communityId))}::bigint[],
      ${bigints(calls.map(({ situation }) => situation.id))}::bigint[],
      ${texts(calls.map(({ number }) => number))}::text[],
      ${bigints(calls.map(({ personId }) => personId))}::bigint[],
      ${instants(calls.map(({ dueAt }) => dueAt))}::timestamptz[]
    ) with ordinality as call (community_id, incident_id, number, person_id, due_at, nth)
    order by call.nth
    on conflict (incident_id, number) do nothing`)
}

const Written = Type.Object({
  id: Id,
  incidentId: Id,
  personId: Id,
  state: Type.Enum(['due', 'sending']),
})

/**
 * One that nobody has begun to send, or that rings with this very commit, says all that a second one would say. Where a page is rung at once, the row stands
 * as after a ring from the outbox: the page has until `due_at` to say that it sounded, or the next way is taken, and
 * who dies between commit and ring has rung nobody, which is found at that moment too.
 */
async function writeTellings(tx: Tx, { tellings, now, atOnce }: Draft): Promise<void> {
  if (tellings.size === 0) return
  const told = [...tellings.values()]
  const written = await tx.many(
    Written,
    sql`
      insert into telling (
        community_id, incident_id, person_id, purpose, stage, origin, created_at, state, channel, attempts, sent_at, due_at
      )
      select told.community_id, told.incident_id, told.person_id, told.purpose, told.stage, told.origin, ${at(now)},
        case when page is null then 'due' else 'sending' end,
        'page-' || page,
        case when page is null then 0 else 1 end,
        case when page is not null then ${at(now)}::timestamptz end,
        case when page is null then ${at(now)}::timestamptz else ${at(now + (atOnce?.ringConfirmMs ?? 0))}::timestamptz end
      from unnest(
        ${bigints(told, ({ situation }) => situation.communityId)}::bigint[],
        ${bigints(told, ({ situation }) => situation.id)}::bigint[],
        ${bigints(told, ({ personId }) => personId)}::bigint[],
        ${texts(told, ({ purpose }) => purpose)}::text[],
        ${texts(told, ({ situation }) => situation.stage)}::text[],
        ${texts(told, ({ situation }) => situation.origin)}::text[],
        ${booleans(told, (one) => atOnce !== undefined && isDanger(one))}::boolean[]
      ) with ordinality as told (community_id, incident_id, person_id, purpose, stage, origin, is_danger, nth)
      cross join lateral (
        select case when told.is_danger then ${pageInFront(atOnce?.presenceProofMsMax ?? 0)} end as page
      ) as way
      where not exists (
        select
        from telling waiting
        where waiting.incident_id = told.incident_id
          and waiting.person_id = told.person_id
          and waiting.purpose = told.purpose
          and waiting.stage = told.stage
          and ${isWaiting(now)}
        offset 0
      )
      order by told.nth
      returning id, incident_id, person_id, state`,
  )
  const rung = written.filter(({ state }) => state === 'sending')
  if (atOnce) ringWithCommit(tx, { rings: ringsOf(rung, told), atOnce })
}

/**
 * Inside of coalesce, where the planner does not look: it would read all that waits in the outbox for each row that is
 * written (half of what a shared 8:00 cost). `offset 0` where this is asked keeps it one look for each row.
 */
const isWaiting = (now: number) => sql`coalesce(
  (waiting.state = 'due' and waiting.attempts = 0)
    or (waiting.state = 'sending' and waiting.created_at = ${at(now)}),
  false
)`

const isDanger = ({ situation, purpose }: Told): boolean => purpose === 'alarm' && isHazard(situation.kind)

/** The position of the page among the contact points of `told`, if it is the first and proves itself (safety 2). */
const pageInFront = (proofMsMax: number) => sql`(
  select own.page
  from (
    select coalesce(min(position) filter (where channel = 'page'), 1) as page, min(position) as first
    from contact_point
    where person_id = told.person_id
  ) as own
  where own.page <= coalesce(own.first, own.page)
    and exists (
      select
      from page_presence
      where person_id = told.person_id
        and in_front
        and sound
        and proved_at > clock_timestamp() - ${proofMsMax} * interval '1 millisecond'
    )
)`

type PersonRing = { personId: number; ring: Ring }

function ringsOf(rung: readonly Static<typeof Written>[], told: readonly Told[]): PersonRing[] {
  const situations = new Map(told.map(({ situation }) => [situation.id, situation]))
  return rung.flatMap(({ id, incidentId, personId }) => {
    const situation = situations.get(incidentId)
    if (!situation) return []
    const { communityId, kind, stage, origin } = situation
    const ring: Ring = { tellingId: id, incidentId, communityId, kind, stage, purpose: 'alarm', origin }
    return { personId, ring }
  })
}

/** The other servers hear of it by the commit; our own pages need not wait for the word to come back. */
function ringWithCommit(tx: Tx, { rings, atOnce }: { rings: PersonRing[]; atOnce: AtOnce }): void {
  if (rings.length === 0) return
  const { channel, by, sound } = atOnce
  const notes = rings.map((one) => JSON.stringify({ by, ...one }))
  tx.lastly(sql`
    select pg_notify(${channel}, note)
    from unnest(${texts(notes)}::text[]) as note`)
  tx.afterCommit(() => {
    for (const { personId, ring } of rings) sound(personId, ring)
  })
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
