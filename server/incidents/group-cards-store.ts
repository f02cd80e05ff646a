// What the list of a group is made of: its head, and one line for each incident in it.
import { Type, type Static } from 'typebox'
import { AssignmentState, IncidentState } from '#contract/acts.ts'
import { GroupCard, GroupRow } from '#contract/group.ts'
import { EpochMs, Id, orNull } from '#contract/primitives.ts'
import type { Db } from '#db/database.ts'
import { sql } from '#db/sql.ts'

const { rows: _rows, cause: _cause, ...head } = GroupCard.properties
const GroupHead = Type.Object(head)
export type GroupHead = Static<typeof GroupHead>

/** Of the whole community, or only these; without those that are closed unless they are asked for by id. */
export function groupHeads(
  db: Db,
  { communityId, groupIds }: { communityId?: number; groupIds?: readonly number[] },
): Promise<GroupHead[]> {
  return db.many(
    GroupHead,
    sql`
      select g.id, g.community_id, g.kind, g.stage, g.state, g.origin, g.evidence, g.opened_at, g.acknowledged_at,
        acknowledger.name as acknowledged_by, g.closed_at, g.version,
        least(g.due_at, own.due_at) as due_at,
        case when own.due_at < g.due_at or g.due_at is null then own.due_kind else g.due_kind end as due_kind
      from incident g
      left join person acknowledger on acknowledger.id = g.acknowledged_by
      left join lateral (
        select a.due_at, a.due_kind
        from assignment a
        where a.incident_id = g.id
          and a.due_at is not null
        order by a.due_at
        limit 1
      ) as own on true
      where g.subject = 'group'
        and (${communityId ?? null}::bigint is null or g.community_id = ${communityId ?? null})
        and (
          g.id = any(${[...(groupIds ?? [])]}::bigint[])
          or (${groupIds === undefined} and g.state = 'open')
        )
      order by g.id`,
  )
}

const {
  residents: _residents,
  alone: _alone,
  newcomer: _newcomer,
  onIt: _onIt,
  answer: _answer,
  lastSign: _lastSign,
  ...flat
} = GroupRow.properties
const FlatRow = Type.Object({
  ...flat,
  state: IncidentState,
  groupId: Id,
  signAt: orNull(EpochMs),
  signWhat: orNull(Type.String()),
  goingName: orNull(Type.String()),
  goingState: orNull(AssignmentState),
  answeredAt: orNull(EpochMs),
  answeredBy: orNull(Type.String()),
  answeredWhat: orNull(Type.String()),
  answeredDetail: orNull(Type.Record(Type.String(), Type.Unknown())),
})
export type FlatRow = Static<typeof FlatRow>

/** What a human says of her, not what was asked of them. */
const words = ['proxyCheckIn', 'call', 'found', 'note', 'handled', 'closed', 'lateCheckIn']

export function groupRows(db: Db, groupIds: readonly number[]): Promise<FlatRow[]> {
  return db.many(
    FlatRow,
    sql`
      select i.folded_into as group_id, i.id as incident_id, i.home_id, home.label as home_label, i.resident_id,
        i.kind, i.stage, i.state, i.evidence, i.joined_at, i.due_at, i.due_kind, i.outcome, i.closed_at, i.version,
        sign.at as sign_at, sign.what as sign_what, going.name as going_name, going.state as going_state,
        said.at as answered_at, said.name as answered_by, said.what as answered_what, said.detail as answered_detail
      from incident i
      join home on home.id = i.home_id
      left join lateral (
        (
          select s.at, s.what
          from sign s
          where s.home_id = i.home_id
            and s.origin = i.origin
          order by s.at desc
          limit 1
        )
        union all
        (
          select c.at, c.via as what
          from resident r
          join check_in c on c.resident_id = r.id
          where r.home_id = i.home_id
            and (i.resident_id is null or r.id = i.resident_id)
            and c.origin = i.origin
          order by c.at desc
          limit 1
        )
        order by at desc
        limit 1
      ) as sign on true
      left join lateral (
        select p.name, a.state
        from assignment a
        join person p on p.id = a.person_id
        where a.incident_id = i.id
          and a.state in ('acknowledged', 'enRoute', 'onScene')
        order by array_position(array['onScene', 'enRoute', 'acknowledged'], a.state), a.id
        limit 1
      ) as going on true
      left join lateral (
        select t.at, t.what, t.detail, p.name
        from timeline t
        left join person p on p.id = t.person_id
        where t.incident_id = i.id
          and t.what = any(${words})
        order by t.id desc
        limit 1
      ) as said on true
      where i.folded_into = any(${[...groupIds]}::bigint[])
      order by i.id`,
  )
}
