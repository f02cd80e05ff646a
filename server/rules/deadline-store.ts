// Pacts that are due, and what is known of the person and the home at that moment.
import { Type, type Static } from 'typebox'
import { Edge, Id, LocalDate, Origin, RiskTier, orNull } from '#contract/primitives.ts'
import { bigints, booleans, instants, ints } from '#db/column.ts'
import type { Tx } from '#db/database.ts'
import { at, json, sql, type Sql } from '#db/sql.ts'
import type { Occurrence } from '#domain/occurrence.ts'
import { couldSee } from './blindness-store.ts'
import { minutesOfPact, type RollMinutes } from './roll-minutes.ts'

const Hours = Type.Record(Type.String({ pattern: '^[1-7]$' }), Type.String())

export const DuePact = Type.Object({
  pactId: Id,
  communityId: Id,
  residentId: Id,
  homeId: Id,
  edge: Edge,
  deadline: Type.String(),
  days: Type.Array(Type.Integer()),
  /** HH:MM by weekday, where they differ. */
  hours: orNull(Hours),
  dueOn: LocalDate,
  opensAt: Type.Integer(),
  dueAt: Type.Integer(),
  /** The hour that was agreed, where the longest silence has put it forward. */
  agreedAt: orNull(Type.Integer()),
  zone: Type.String(),
  origin: Origin,
  tier: RiskTier,
  deaf: Type.Boolean(),
  enrolledOn: LocalDate,
})
export type DuePact = Static<typeof DuePact>

/**
 * Due, and nobody else is judging it: locked until the end of the transaction. A press that is being stored holds its
 * pact too: that one comes with the next look, covered. Whoever fell due while we could not see waits until the backlog
 * had time to come in (safety 8). In no order among those with one deadline: to sort a million of them for each slice
 * takes longer than to judge it.
 */
const due = (which: Sql, now: number, max: number): Sql => sql`
  p.due_at <= ${at(now)}
    and not p.paused
    and ${which}
    and ${couldSee(sql`p.due_at`, now)}
  order by p.due_at
  limit ${max}
  for no key update of p skip locked`

/** Who did not greet: at most `max`; of `only` these where it is given. */
export const lockSilent = (
  tx: Tx,
  { now, max, only }: { now: number; max: number; only?: readonly number[] },
): Promise<DuePact[]> => {
  const which = only
    ? sql`p.covered_by is null and p.id = any(${bigints(only)}::bigint[])`
    : sql`p.covered_by is null`
  return tx.many(
    DuePact,
    sql`
      with p as materialized (
        select *
        from pact p
        where ${due(which, now, max)}
      )
      select p.id as pact_id, p.community_id, p.resident_id, p.home_id, p.edge,
        to_char(p.deadline, 'HH24:MI') as deadline, p.days, p.hours, p.due_on, p.opens_at, p.due_at,
        p.agreed_at, community.zone, community.origin, r.tier, r.deaf, r.enrolled_on
      from p
      join resident r on r.id = p.resident_id
      join area community on community.id = p.community_id`,
  )
}

const Deadline = Type.Pick(DuePact, ['edge', 'deadline', 'days', 'hours', 'dueOn', 'dueAt', 'zone'])
/** What many pacts have in common, so that the reckoning of their next day is the same. */
export type Deadline = Static<typeof Deadline>

/** The first deadline of somebody who greeted. */
export const firstGreeted = (tx: Tx, now: number): Promise<Deadline | undefined> =>
  tx.maybeOne(
    Deadline,
    sql`
      with p as materialized (
        select *
        from pact p
        where ${due(sql`p.covered_by is not null`, now, 1)}
      )
      select p.edge, to_char(p.deadline, 'HH24:MI') as deadline, p.days, p.hours, p.due_on, p.due_at,
        community.zone
      from p
      join area community on community.id = p.community_id`,
  )

/**
 * The ids of those who greeted before this deadline, the first `max` after `afterId`: asked inside the statement that
 * rolls them. What holds for one of them (that we could see) is asked once for all. In order, and from where the last
 * slice ended, or each slice passes over all that was rolled already. What makes them alike stands inside of coalesce,
 * where the planner does not look: it would take all these to be independent, expect one row, and sort everybody.
 */
export const greetedBefore = (
  deadline: Deadline,
  { now, afterId, max }: { now: number; afterId: number; max: number },
): Sql => sql`array(
  select p.id
  from pact p
  where p.due_at = ${at(deadline.dueAt)}
    and p.id > ${afterId}
    and p.covered_by is not null
    and not p.paused
    and coalesce(
      p.due_on = ${deadline.dueOn}
      and p.edge = ${deadline.edge}
      and p.deadline = ${deadline.deadline}
      and p.days = ${ints(deadline.days)}::int[]
      and p.hours is not distinct from ${deadline.hours === null ? null : json(deadline.hours)}::jsonb
      and p.community_id in (
        select id
        from area
        where zone = ${deadline.zone}
      ),
      false
    )
    and ${couldSee(sql`${at(deadline.dueAt)}::timestamptz`, now)}
  order by p.due_at, p.id
  limit ${max}
  for no key update of p skip locked
)`

const Rolled = Type.Object({ communityId: Id, count: Type.Integer(), lastId: Id, pactIds: Type.Array(Id) })
export type Rolled = Static<typeof Rolled>

/**
 * Moves pacts to their next occurrence: compare-and-set on the day, so that each is judged once. Gives how many, by
 * community, and which where that day `hasBegun`. `minutes`: of those who differ from the usual.
 */
export const rollPacts = (
  tx: Tx,
  roll: {
    pactIds: Sql
    dueOn: string
    next: Occurrence & { deadline: string }
    hasBegun: boolean
    minutes: RollMinutes
  },
): Promise<Rolled[]> =>
  tx.many(
    Rolled,
    sql`
      with rolled as (
        update pact
        set due_on = ${roll.next.on},
          deadline = ${roll.next.deadline},
          opens_at = ${at(roll.next.opensAt)},
          (due_at, remind_at, agreed_at) = ${nextAsk(roll.next, roll.minutes)},
          covered_by = null,
          covered_at = null
        where id = any(${roll.pactIds})
          and due_on = ${roll.dueOn}
        returning id, community_id
      )
      select community_id, count(*)::int as count, max(id) as last_id,
        coalesce(array_agg(id) filter (where ${roll.hasBegun}), '{}') as pact_ids
      from rolled
      group by community_id`,
  )

/**
 * When they are asked for, reminded, and the agreed hour where that is later: `withLongestSilence` for the row of
 * `pact` at hand. Only who greeted so early that the next agreed hour is too long after it costs a look at their later
 * presses, and at another half of the pact that asks for them before. Whoever was not heard this time was looked for.
 */
function nextAsk(next: Occurrence, minutes: RollMinutes): Sql {
  const [opensAt, dueAt] = [sql`${at(next.opensAt)}::timestamptz`, sql`${at(next.dueAt)}::timestamptz`]
  const longest = sql`rule.longest_min * interval '1 minute'`
  return sql`(
    select asked.at, greatest(${opensAt}, asked.at - rule.remind_min * interval '1 minute'),
      case when asked.at < ${dueAt} then ${dueAt} end
    from ${minutesOfPact(minutes)} as rule
    cross join lateral (
      select case
        when pact.covered_at + ${longest} < ${dueAt} then (
          select case
            when early.at <= ${opensAt} or early.at >= ${dueAt} or exists (
              select
              from pact other
              where other.resident_id = pact.resident_id
                and other.id <> pact.id
                and not other.paused
                and other.due_at < early.at
                and other.due_at > heard.at
            ) then ${dueAt}
            else early.at
          end
          from (
            select greatest(pact.covered_at, max(c.at)) as at
            from check_in c
            join area community on community.id = pact.community_id
            where c.resident_id = pact.resident_id
              and c.origin = community.origin
              and c.at > pact.covered_at
          ) as heard
          cross join lateral (select date_trunc('minute', heard.at + ${longest}) as at) as early
        )
        else ${dueAt}
      end as at
    ) as asked
  )`
}

export type Later = { pactId: number; dueAt: number; isAgreed: boolean }

/** They were heard since their hour was put forward: it is later again. */
export async function askLater(tx: Tx, later: readonly Later[]): Promise<void> {
  if (later.length === 0) return
  await tx.run(sql`
    update pact
    set due_at = later.due_at,
      agreed_at = case when not later.is_agreed then agreed_at end
    from unnest(
      ${bigints(later.map(({ pactId }) => pactId))}::bigint[],
      ${instants(later.map(({ dueAt }) => dueAt))}::timestamptz[],
      ${booleans(later.map(({ isAgreed }) => isAgreed))}::boolean[]
    ) as later (id, due_at, is_agreed)
    where pact.id = later.id`)
}

/** After downtime of more than a day a press may have come before the row of its occurrence was there: it covers it. */
export async function coverByEarlierPresses(tx: Tx, pactIds: readonly number[]): Promise<void> {
  if (pactIds.length === 0) return
  await tx.run(sql`
    with own as (
      select p.id as pact_id, press.id, press.at
      from pact p
      join area community on community.id = p.community_id
      cross join lateral (
        select c.id, c.at
        from check_in c
        where c.resident_id = p.resident_id
          and c.pact_id is null
          and c.edge = p.edge
          and c.origin = community.origin
          and c.at between p.opens_at and p.due_at
        order by c.at
        limit 1
      ) as press
      where p.id = any(${bigints(pactIds)}::bigint[])
    ), covered as (
      update pact p
      set covered_by = own.id, covered_at = own.at
      from own
      where p.id = own.pact_id
      returning p.id, p.covered_by, p.due_on
    )
    update check_in c
    set pact_id = covered.id, "on" = covered.due_on
    from covered
    where c.id = covered.covered_by`)
}
