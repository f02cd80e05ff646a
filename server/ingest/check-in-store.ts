// Which pact a press covers: asked and written with the pact locked, so that it is either covered or judged, never both.
import { Type } from 'typebox'
import { Edge, Id, LocalDate, orNull } from '#contract/primitives.ts'
import type { Tx } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'
import type { StoredCheckIn } from '#domain/stored.ts'
import type { Press } from './gather.ts'
import { placeCheckIn, type PactAtPress, type Placed } from './place-check-in.ts'
import { orNoInstant } from './store.ts'

/** Writes presses as check-ins, in the order of their time, and covers the pacts that they settle. */
export async function storeCheckIns(tx: Tx, presses: readonly Press[]): Promise<StoredCheckIn[]> {
  if (presses.length === 0) return []
  await lockPacts(tx, presses)
  const pacts = await pactsAtPresses(tx, presses)
  const covered = new Set<number>()
  const inOrder = presses.map((press, index) => ({ press, index })).sort((a, b) => a.press.at - b.press.at)
  const placed = inOrder.map(({ press, index }) => {
    const own = pacts.filter((pact) => pact.nth === index + 1 && press.counts)
    const now = own.map((pact) => ({ ...pact, covered: pact.covered || covered.has(pact.pactId) }))
    const place = placeCheckIn({ at: press.at, edge: press.edge, pacts: now })
    if (place?.covers) covered.add(place.pactId)
    return { press, place, isAway: own.some(({ isAway }) => isAway) }
  })
  const stored = await insertCheckIns(tx, placed)
  await coverPacts(tx, stored)
  return stored.map(({ checkIn }) => checkIn)
}

/** Judging takes the same lock: a press that comes after it sees that the occurrence is judged. */
async function lockPacts(tx: Tx, presses: readonly Press[]): Promise<void> {
  await tx.run(sql`
    select id
    from pact
    where resident_id = any(${presses.map(({ residentId }) => residentId)}::bigint[])
    order by id
    for no key update`)
}

const PactRow = Type.Object({
  nth: Type.Integer(),
  pactId: Id,
  edge: Edge,
  dueOn: LocalDate,
  opensAt: Type.Integer(),
  dueAt: Type.Integer(),
  covered: Type.Boolean(),
  pressedOn: LocalDate,
  asksThatDay: Type.Boolean(),
  coveredThatDay: Type.Boolean(),
  missedOn: orNull(LocalDate),
  isAway: Type.Boolean(),
})

/** `isAway`: they are declared away on the day of the press. */
type AtPress = PactAtPress & { nth: number; isAway: boolean }

/** A statement of its own after the lock, so that it sees what whoever held it before has committed. */
function pactsAtPresses(tx: Tx, presses: readonly Press[]): Promise<AtPress[]> {
  return tx.many(
    PactRow,
    sql`
      select press.nth, p.id as pact_id, p.edge, p.due_on, p.opens_at, p.due_at,
        p.covered_by is not null as covered, press_day.pressed_on,
        extract(isodow from press_day.pressed_on)::int = any(p.days) as asks_that_day,
        exists (
          select
          from check_in c
          where c.resident_id = p.resident_id
            and c.pact_id = p.id
            and c."on" = press_day.pressed_on
            and not c.late
        ) as covered_that_day,
        (
          select i."on"
          from incident i
          where i.home_id = p.home_id
            and i.kind = 'missed'
            and i.pact_id = p.id
            and i.state = 'open'
          order by i.opened_at desc
          limit 1
        ) as missed_on,
        exists (
          select
          from absence a
          where a.resident_id = p.resident_id
            and a.ended_at is null
            and a.from_on <= press_day.pressed_on
            and a.until_on > press_day.pressed_on
        ) as is_away
      from unnest(
        ${presses.map(({ residentId }) => residentId)}::bigint[],
        ${presses.map((press) => at(press.at))}::timestamptz[]
      ) with ordinality as press (resident_id, at, nth)
      join pact p on p.resident_id = press.resident_id and not p.paused
      join area community on community.id = p.community_id
      cross join lateral (select (press.at at time zone community.zone)::date as pressed_on) as press_day
      order by press.nth, p.id`,
  )
}

type PlacedPress = { press: Press; place: Placed | null; isAway: boolean }

const Inserted = Type.Object({ id: Id, deviceId: Id, messageId: Type.String() })

async function insertCheckIns(tx: Tx, placed: readonly PlacedPress[]) {
  const rows = await tx.many(
    Inserted,
    sql`
      insert into check_in (
        community_id, resident_id, home_id, pact_id, "on", at, device_time, received_at, time_source, via, edge,
        late, device_id, message_id, unreadable, origin
      )
      select *
      from unnest(
        ${placed.map(({ press }) => press.communityId)}::bigint[],
        ${placed.map(({ press }) => press.residentId)}::bigint[],
        ${placed.map(({ press }) => press.homeId)}::bigint[],
        ${placed.map(({ place }) => place?.pactId ?? null)}::bigint[],
        ${placed.map(({ place }) => place?.on ?? null)}::date[],
        ${placed.map(({ press }) => at(press.at))}::timestamptz[],
        ${placed.map(({ press }) => orNoInstant(press.deviceTime))}::timestamptz[],
        ${placed.map(({ press }) => at(press.receivedAt))}::timestamptz[],
        ${placed.map(({ press }) => press.timeSource)}::text[],
        ${placed.map(({ press }) => press.via)}::text[],
        ${placed.map((one) => edgeOf(one))}::text[],
        ${placed.map(({ place }) => place?.late ?? false)}::boolean[],
        ${placed.map(({ press }) => press.deviceId)}::bigint[],
        ${placed.map(({ press }) => press.messageId)}::text[],
        ${placed.map(({ press }) => press.unreadable)}::boolean[],
        ${placed.map(({ press }) => press.origin)}::text[]
      )
      on conflict (device_id, message_id) do nothing
      returning id, device_id, message_id`,
  )
  const ids = new Map(rows.map(({ id, deviceId, messageId }) => [`${deviceId} ${messageId}`, id]))
  return placed.flatMap((one) => {
    const checkInId = ids.get(`${one.press.deviceId} ${one.press.messageId}`)
    return checkInId === undefined ? [] : [{ ...one, checkIn: checkInOf(one, checkInId) }]
  })
}

const edgeOf = ({ press, place }: Omit<PlacedPress, 'isAway'>): Edge => place?.edge ?? press.edge ?? 'morning'

function checkInOf({ press, place, isAway }: PlacedPress, checkInId: number): StoredCheckIn {
  const { messageId: _id, deviceTime: _time, via: _via, counts: _counts, ...rest } = press
  return {
    ...rest,
    checkInId,
    pactId: place?.pactId ?? null,
    on: place?.on ?? null,
    edge: edgeOf({ press, place }),
    late: place?.late ?? false,
    duringAbsence: isAway,
  }
}

async function coverPacts(
  tx: Tx,
  stored: readonly (PlacedPress & { checkIn: StoredCheckIn })[],
): Promise<void> {
  const covering = stored.filter(({ place }) => place?.covers)
  if (covering.length === 0) return
  await tx.run(sql`
    update pact p
    set covered_by = press.check_in_id, covered_at = press.at
    from unnest(
      ${covering.map(({ checkIn }) => checkIn.pactId)}::bigint[],
      ${covering.map(({ checkIn }) => checkIn.on)}::date[],
      ${covering.map(({ checkIn }) => checkIn.checkInId)}::bigint[],
      ${covering.map(({ checkIn }) => at(checkIn.at))}::timestamptz[]
    ) as press (pact_id, due_on, check_in_id, at)
    where p.id = press.pact_id
      and p.due_on = press.due_on
      and p.covered_by is null`)
}
