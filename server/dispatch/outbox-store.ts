// Rows of telling, the outbox. A lease says who sends now; it alone goes by the database's clock.
import { Type, type Static } from 'typebox'
import { Evidence } from '#contract/incident.ts'
import { EpochMs, Id, IncidentKind, Language, Origin, Stage, orNull } from '#contract/primitives.ts'
import type { Db, Tx } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'
import type { ContactPoint } from './next-contact.ts'

export const DueTelling = Type.Object({
  id: Id,
  communityId: Id,
  incidentId: Id,
  personId: Id,
  purpose: Type.Enum(['alarm', 'inform']),
  stage: Stage,
  origin: Origin,
  state: Type.Enum(['due', 'sending']),
  channel: orNull(Type.String()),
  tried: Type.Array(Type.String()),
  attempts: Type.Integer(),
  sentAt: orNull(EpochMs),
  kind: IncidentKind,
  evidence: Evidence,
  homeLabel: Type.String(),
  language: Language,
})
export type DueTelling = Static<typeof DueTelling>

/**
 * Alarms before the rest. What another process holds, or is sending under a lease, is not ours; the lease ends with
 * the life of that process.
 */
export function lockDue(tx: Tx, now: number, max: number): Promise<DueTelling[]> {
  return tx.many(
    DueTelling,
    sql`
      select t.id, t.community_id, t.incident_id, t.person_id, t.purpose, t.stage, t.origin, t.state, t.channel,
        t.tried, t.attempts, t.sent_at, i.kind, i.evidence, coalesce(home.label, '') as home_label,
        person.language
      from telling t
      join incident i on i.id = t.incident_id
      left join home on home.id = i.home_id
      join person on person.id = t.person_id
      where t.state in ('due', 'sending')
        and t.due_at <= ${at(now)}
        and (
          t.lease_until is null
          or t.lease_until <= clock_timestamp()
          or (
            t.lease_by is not null
            and not exists (
              select
              from server s
              where s.id = t.lease_by
                and s.lease_until > clock_timestamp()
            )
          )
        )
      order by t.purpose, t.due_at, t.id
      limit ${max}
      for no key update of t skip locked`,
  )
}

const PointRow = Type.Object({
  personId: Id,
  channel: Type.Enum(['page', 'webhook']),
  address: orNull(Type.String()),
  secret: orNull(Type.String()),
  position: Type.Integer(),
})

export function contactPoints(db: Db, personIds: readonly number[]): Promise<ContactPoint[]> {
  return db.many(
    PointRow,
    sql`
      select person_id, channel, address, secret, position
      from contact_point
      where person_id = any(${personIds}::bigint[])
      order by id`,
  )
}

const PersonRow = Type.Object({ personId: Id })

/** Who of these has a page that proved, not longer ago than this, that it is in front and may sound (safety 2). */
export async function provedPages(
  db: Db,
  personIds: readonly number[],
  proofMsMax: number,
): Promise<Set<number>> {
  const rows = await db.many(
    PersonRow,
    sql`
      select distinct person_id
      from page_presence
      where person_id = any(${personIds}::bigint[])
        and in_front
        and sound
        and proved_at > clock_timestamp() - ${proofMsMax} * interval '1 millisecond'`,
  )
  return new Set(rows.map(({ personId }) => personId))
}

/** The attempt is written down before it is made. */
export async function startAttempt(
  tx: Tx,
  telling: { id: number; channel: string; tried: readonly string[]; attempts: number },
  lease: { ms: number; by: number | undefined },
): Promise<void> {
  await tx.run(sql`
    update telling
    set state = 'sending',
      channel = ${telling.channel},
      tried = ${telling.tried}::text[],
      attempts = ${telling.attempts},
      sent_at = null,
      lease_until = clock_timestamp() + ${lease.ms} * interval '1 millisecond',
      lease_by = ${lease.by ?? null}
    where id = ${telling.id}`)
}

export async function giveUp(tx: Tx, telling: { id: number; tried: readonly string[] }): Promise<void> {
  await tx.run(sql`
    update telling
    set state = 'unreached',
      tried = ${telling.tried}::text[],
      lease_until = null,
      problem = 'no way left to reach this person'
    where id = ${telling.id}`)
}

/** An attempt is known by its number: an answer that comes after the lease has been given to another changes nothing. */
export type Attempt = { id: number; attempts: number }

export async function delivered(tx: Tx, attempt: Attempt, now: number): Promise<void> {
  await tx.run(sql`
    update telling
    set state = 'sent',
      sent_at = ${at(now)},
      lease_until = null,
      problem = null
    where id = ${attempt.id}
      and state = 'sending'
      and attempts = ${attempt.attempts}`)
}

/** The page was rung and has until `untilAt` (epoch ms) to say so. */
export async function awaitConfirmation(
  tx: Tx,
  attempt: Attempt,
  { now, untilAt }: { now: number; untilAt: number },
): Promise<void> {
  await tx.run(sql`
    update telling
    set sent_at = ${at(now)},
      due_at = ${at(untilAt)},
      lease_until = null
    where id = ${attempt.id}
      and state = 'sending'
      and attempts = ${attempt.attempts}`)
}

/** Due again at `dueAt` (epoch ms), by another way or once more by this one. */
export async function failed(
  tx: Tx,
  attempt: Attempt,
  { tried, dueAt, problem }: { tried: string; dueAt: number; problem: string },
): Promise<void> {
  await tx.run(sql`
    update telling
    set state = 'due',
      tried = array_append(tried, ${tried}::text),
      due_at = ${at(dueAt)},
      lease_until = null,
      problem = ${problem}
    where id = ${attempt.id}
      and state = 'sending'
      and attempts = ${attempt.attempts}`)
}

const Found = Type.Object({ found: Type.Boolean() })

/** Whether somebody who was asked was, or is being, reached and still has time to answer. */
export async function somebodyMayAnswer(tx: Tx, incidentId: number, now: number): Promise<boolean> {
  const { found } = await tx.one(
    Found,
    sql`
      select exists (
        select
        from assignment a
        cross join lateral (
          select t.state
          from telling t
          where t.incident_id = a.incident_id
            and t.person_id = a.person_id
            and t.purpose = 'alarm'
          order by t.id desc
          limit 1
        ) latest
        where a.incident_id = ${incidentId}
          and a.state = 'told'
          and a.due_at > ${at(now)}
          and latest.state in ('due', 'sending', 'sent', 'confirmed')
      ) as found`,
  )
  return found
}

const Confirmed = Type.Object({ communityId: Id, incidentId: Id })

/** Also when it comes late: the page did ring, whatever was tried meanwhile. */
export function confirmRing(tx: Tx, { id, personId, now }: { id: number; personId: number; now: number }) {
  return tx.maybeOne(
    Confirmed,
    sql`
      update telling
      set state = 'confirmed',
        confirmed_at = ${at(now)},
        lease_until = null,
        problem = null
      where id = ${id}
        and person_id = ${personId}
        and state in ('due', 'sending', 'sent', 'unreached')
        and attempts > 0
      returning community_id, incident_id`,
  )
}

/** One line of this kind for each time a person is asked; repetitions in a long night add none. */
export async function sayOnce(
  tx: Tx,
  line: {
    communityId: number
    incidentId: number
    personId: number
    at: number
    what: 'skipped' | 'heard' | 'unreached'
    channel?: string
  },
): Promise<void> {
  await tx.run(sql`
    insert into timeline (community_id, incident_id, at, what, person_id, detail)
    select ${line.communityId}, ${line.incidentId}, ${at(line.at)}, ${line.what}, ${line.personId},
      jsonb_strip_nulls(jsonb_build_object('channel', ${line.channel ?? null}::text))
    where not exists (
      select
      from timeline said
      where said.incident_id = ${line.incidentId}
        and said.person_id = ${line.personId}
        and said.what = ${line.what}
        and said.id > coalesce((
          select max(asked.id)
          from timeline asked
          where asked.incident_id = ${line.incidentId}
            and (asked.what in ('raised', 'pressedAgain', 'missedAgain')
              or (asked.what in ('told', 'informed') and asked.person_id = ${line.personId}))
        ), 0)
    )`)
}
