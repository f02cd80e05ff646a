import { Type, type Static } from 'typebox'
import { Edge, Origin, RiskTier, orNull } from '#contract/primitives.ts'
import type { Db, Tx } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'

const Subject = Type.Object({
  id: Type.Integer(),
  communityId: Type.Integer(),
  homeId: Type.Integer(),
  greeting: Type.String(),
  zone: Type.String(),
  origin: Origin,
  tier: RiskTier,
})
/** A resident with what is needed of the community: its zone, and whether it is a demo. */
export type Subject = Static<typeof Subject>

export const findSubject = (db: Db, residentId: number): Promise<Subject | undefined> =>
  db.maybeOne(
    Subject,
    sql`
      select r.id, r.community_id, r.home_id, r.greeting, a.zone, a.origin, r.tier
      from resident r
      join area a on a.id = r.community_id
      where r.id = ${residentId}`,
  )

/** Whose silence this incident is about; undefined once it is dealt with, and for any other kind. */
export async function residentLookedFor(db: Db, incidentId: number): Promise<number | undefined> {
  const found = await db.maybeOne(
    Type.Object({ residentId: Type.Integer() }),
    sql`
      select resident_id
      from incident
      where id = ${incidentId}
        and kind = 'missed'
        and state = 'open'
        and resident_id is not null`,
  )
  return found?.residentId
}

const Occurrence = Type.Object({
  pactId: Type.Integer(),
  edge: Edge,
  on: Type.String(),
  opensAt: Type.Integer(),
  dueAt: Type.Integer(),
  coveredAt: orNull(Type.Integer()),
})
/** The next occurrence of a pact that is not yet judged. */
export type Occurrence = Static<typeof Occurrence>

const HeldOccurrence = Type.Object({
  ...Occurrence.properties,
  asksToday: Type.Boolean(),
  answeredToday: Type.Boolean(),
})

/**
 * Soonest first, held: judging takes the same lock, so that an occurrence is either covered or judged, never both.
 * The second statement sees what whoever held them before has committed.
 */
export async function lockOccurrences(
  tx: Tx,
  residentId: number,
  today: string,
): Promise<Static<typeof HeldOccurrence>[]> {
  await tx.run(sql`
    select id
    from pact
    where resident_id = ${residentId}
    order by id
    for no key update`)
  return tx.many(
    HeldOccurrence,
    sql`
      select p.id as pact_id, p.edge, p.due_on as "on", p.opens_at, p.due_at, p.covered_at,
        extract(isodow from ${today}::date)::int = any(p.days) as asks_today,
        exists (
          select
          from check_in c
          where c.resident_id = p.resident_id
            and c.pact_id = p.id
            and c."on" = ${today}::date
        ) as answered_today
      from pact p
      where p.resident_id = ${residentId}
        and not p.paused
      order by p.due_at`,
  )
}

/** Soonest first. */
export const occurrencesOf = (db: Db, residentId: number): Promise<Occurrence[]> =>
  db.many(
    Occurrence,
    sql`
      select id as pact_id, edge, due_on as "on", opens_at, due_at, covered_at
      from pact
      where resident_id = ${residentId}
        and not paused
      order by due_at`,
  )

const Missed = Type.Object({
  incidentId: Type.Integer(),
  pactId: orNull(Type.Integer()),
  on: orNull(Type.String()),
})

/** The missed check-in of this resident that is still dealt with. */
export const openMissed = (db: Db, residentId: number): Promise<Static<typeof Missed> | undefined> =>
  db.maybeOne(
    Missed,
    sql`
      select id as incident_id, pact_id, "on"
      from incident
      where resident_id = ${residentId}
        and kind = 'missed'
        and state = 'open'
      order by opened_at desc
      limit 1`,
  )

export type GivenCheckIn = {
  subject: Subject
  /** `isOpen`: the occurrence is not judged yet, and this settles it. */
  covers: { pactId: number; on: string; late: boolean; edge: Edge; isOpen: boolean } | undefined
  via: 'phone' | 'visit' | 'proxy'
  seenOrSpoken: 'seen' | 'spoken'
  place: string
  byId: number
  now: number
}

/** A check-in that somebody gave for the resident. Gives its id. */
export async function insertGivenCheckIn(tx: Tx, given: GivenCheckIn): Promise<number> {
  const { subject, covers } = given
  const { id } = await tx.one(
    Type.Object({ id: Type.Integer() }),
    sql`
      insert into check_in (
        community_id, resident_id, home_id, pact_id, "on", at, received_at, time_source,
        via, edge, late, given_by, seen_or_spoken, place, origin
      )
      values (
        ${subject.communityId}, ${subject.id}, ${subject.homeId}, ${covers?.pactId ?? null}, ${covers?.on ?? null},
        ${at(given.now)}, ${at(given.now)}, 'server', ${given.via}, ${covers?.edge ?? 'morning'},
        ${covers?.late ?? false}, ${given.byId}, ${given.seenOrSpoken}, ${given.place}, ${subject.origin}
      )
      returning id`,
  )
  return id
}

/** How many residents this person has answered for on that day since `since` (epoch ms); two at once count each other. */
export async function answersGivenSince(
  tx: Tx,
  given: { byId: number; communityId: number; on: string; since: number },
): Promise<number> {
  await tx.run(sql`
    select id
    from person
    where id = ${given.byId}
    for no key update`)
  const { count } = await tx.one(
    Type.Object({ count: Type.Integer() }),
    sql`
      select count(*)::int as count
      from check_in
      where community_id = ${given.communityId}
        and "on" = ${given.on}
        and given_by = ${given.byId}
        and received_at > ${at(given.since)}`,
  )
  return count
}

/** Only where nothing covers the occurrence yet: the first sign of the morning stays the one that counted. */
export async function coverOccurrence(
  tx: Tx,
  { pactId, checkInId, now }: { pactId: number; checkInId: number; now: number },
): Promise<void> {
  await tx.run(sql`
    update pact
    set covered_by = ${checkInId}, covered_at = ${at(now)}
    where id = ${pactId}
      and covered_by is null`)
}
