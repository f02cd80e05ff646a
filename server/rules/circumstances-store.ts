// What is known of a person and the home when their deadline has passed: answers, absences, signs, and what could be seen.
import { Type, type Static } from 'typebox'
import { Id, LocalDate, orNull } from '#contract/primitives.ts'
import { bigints } from '#db/column.ts'
import type { Tx } from '#db/database.ts'
import { at, sql, type Sql } from '#db/sql.ts'
import { limits } from '../limits.ts'
import { putForward } from './blindness-store.ts'

const Circumstances = Type.Object({
  pactId: Id,
  pressedAt: orNull(Type.Integer()),
  /** A declared absence that holds the day, with the day of the call that confirmed it last. */
  absence: orNull(Type.Object({ fromOn: LocalDate, untilOn: LocalDate, confirmedOn: LocalDate })),
  /** The last time they were heard, or seen by somebody who said so. */
  heardAt: orNull(Type.Integer()),
  hasPressed: Type.Boolean(),
  devicesBlind: Type.Boolean(),
  lastSignAt: orNull(Type.Integer()),
  lastSignWhat: orNull(Type.String()),
})
export type Circumstances = Static<typeof Circumstances>

/** For each of these pacts: has she answered after all, is she away, can her home be seen, when was the last sign. */
export const circumstancesOf = (tx: Tx, pactIds: readonly number[], now: number): Promise<Circumstances[]> =>
  tx.many(
    Circumstances,
    sql`
      select p.id as pact_id, own.at as pressed_at,
        (
          select jsonb_build_object(
            'fromOn', a.from_on,
            'untilOn', a.until_on,
            'confirmedOn', (a.confirmed_at at time zone community.zone)::date
          )
          from absence a
          where a.resident_id = p.resident_id
            and a.ended_at is null
            and a.from_on <= p.due_on
            and a.until_on > p.due_on
          order by a.confirmed_at desc
          limit 1
        ) as absence,
        (
          select max(c.at)
          from check_in c
          where c.resident_id = p.resident_id
            and c.origin = community.origin
            and c.at <= ${at(now)}
        ) as heard_at,
        exists (
          select
          from check_in c
          where c.resident_id = p.resident_id
            and c.origin = community.origin
            and c.given_by is null
          offset 0
        ) as has_pressed,
        ${devicesBlind(now)} as devices_blind,
        last.at as last_sign_at, last.what as last_sign_what
      from pact p
      join area community on community.id = p.community_id
      left join lateral (${ownPressSince(sql`p.opens_at`, now)}) as own on true
      left join lateral (
        (
          select s.at, s.what
          from sign s
          where s.home_id = p.home_id
            and s.origin = community.origin
            and s.at <= ${at(now)}
          order by s.at desc
          limit 1
        )
        union all
        (
          select c.at, c.via as what
          from check_in c
          where c.resident_id = p.resident_id
            and c.origin = community.origin
            and c.at <= ${at(now)}
          order by c.at desc
          limit 1
        )
        order by at desc
        limit 1
      ) as last on true
      where p.id = any(${bigints(pactIds)}::bigint[])`,
  )

/** A press that no other pact of hers has taken: during downtime it may be older than the row of its occurrence. */
const ownPressSince = (opensAt: Sql, until: number): Sql => sql`
  select c.id, c.at
  from check_in c
  where c.resident_id = p.resident_id
    and (c.pact_id = p.id or c.pact_id is null)
    and c.origin = community.origin
    and c.at >= ${opensAt}
    and c.at <= ${at(until)}
  order by c.at
  limit 1`

/**
 * None of the devices that could have carried her greeting can be seen: silent, gone, or, where the deadline fell
 * into a long blindness of our own, not heard of since (safety 8; within a short one a button that speaks once a day
 * has nothing to say). A home without such devices greets by other ways: the page
 * of a resident is a tablet that nobody has to keep open, and so is never in service. Where somebody put the clock
 * forward over the deadline, nobody had the time to greet.
 */
const devicesBlind = (now: number): Sql => sql`exists (
  select
  from blind_interval b
  where p.due_at between b.from_at and b.until_at
    and b.cause = ${putForward}
) or coalesce(
  (
    select not bool_or(
      not d.out_of_service
      and coalesce(d.silent_at > ${at(now)}, false)
      and d.online is distinct from false
      and not exists (
        select
        from blind_interval b
        where p.due_at between b.from_at and b.judge_after
          and b.until_at - b.from_at > ${limits.ownBlindnessMsMin} * interval '1 ms'
          and d.last_seen_at < b.until_at
      )
    )
    from device d
    where d.home_id = p.home_id
      and (d.kind in ('button', 'curtain') or (d.kind = 'tablet' and not d.out_of_service))
      and (d.resident_id is null or d.resident_id = p.resident_id)
  ),
  false
)`

const SignRow = Type.Object({ pactId: Id, at: Type.Integer(), what: Type.String(), indoors: Type.Boolean() })
export type SignRow = Static<typeof SignRow>

/**
 * Each kind of sign, the newest, within the window before the deadline. An unbound press stands for nobody (safety 7);
 * where several people live, nor does any other sign, unless its device is theirs alone: it may be the other one who stirs.
 */
export const signsBefore = (tx: Tx, pactIds: readonly number[], windowMs: number): Promise<SignRow[]> =>
  tx.many(
    SignRow,
    sql`
      select p.id as pact_id, s.what, s.indoors, max(s.at) as at
      from pact p
      join area community on community.id = p.community_id
      join sign s on s.home_id = p.home_id
        and s.origin = community.origin
        and s.at <= p.due_at
        and s.at >= p.due_at - make_interval(secs => ${windowMs / 1000})
      where p.id = any(${bigints(pactIds)}::bigint[])
        and s.what <> 'unbound press'
        and (
          not exists (
            select
            from resident other
            where other.home_id = p.home_id
              and other.id <> p.resident_id
          )
          or exists (
            select
            from device d
            where d.id = s.device_id
              and d.resident_id = p.resident_id
          )
        )
      group by p.id, s.what, s.indoors`,
  )
