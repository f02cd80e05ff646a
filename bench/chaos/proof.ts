// Afterwards: what devices hold an acknowledgement for, against what the database holds and what people were told.
import { Client } from 'pg'
import type { Said } from './device.ts'
import type { HomePlan } from './plan.ts'

export type Proof = {
  acknowledgedAndLost: number
  hazardsUntold: number
  incidentsDoubled: number
  missedNotFound: number
  falseMissed: number
}

export type Evidence = {
  url: string
  acknowledged: readonly Said[]
  plans: readonly HomePlan[]
  toldOf: ReadonlySet<number>
  /** Deadlines after this (epoch ms) are not asked about: they were not over. */
  judgedUntil: number
  /** While the line of the devices themselves was cut or frozen (epoch ms). */
  homesCutOff: readonly { at: number; untilAt: number }[]
  say: (line: string) => void
}

export async function prove(evidence: Evidence): Promise<Proof> {
  const client = new Client({ connectionString: evidence.url, statement_timeout: 60_000 })
  await client.connect()
  try {
    const lost = await lostMessages(client, evidence)
    const untold = await untoldHazards(client, evidence)
    const doubled = await doubledIncidents(client)
    const missed = await missedCheckIns(client, evidence)
    const found = { lost, untold, doubled, ...missed }
    for (const [what, which] of Object.entries(found))
      if (which.length > 0)
        evidence.say(`${what}: ${which.slice(0, 10).join(', ')}${which.length > 10 ? ' …' : ''}`)
    return {
      acknowledgedAndLost: lost.length,
      hazardsUntold: untold.length,
      incidentsDoubled: doubled.length,
      missedNotFound: missed.notFound.length,
      falseMissed: missed.falseMissed.length,
    }
  } finally {
    await client.end()
  }
}

async function rowsOf<R>(client: Client, text: string, values: unknown[] = []): Promise<R[]> {
  return (await client.query(text, values)).rows as R[]
}

/** Neither the message itself nor what it said may be missing: a reading for each value, a check-in for each press. */
async function lostMessages(client: Client, { acknowledged }: Evidence): Promise<string[]> {
  const rows = await rowsOf<{ id: string }>(
    client,
    `select said.id
     from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::int[])
       as said (id, serial, kind, at, "values")
     join device d on d.serial = said.serial
     where not exists (select from message m where m.device_id = d.id and m.id = said.id)
       or (said.kind = 'readings' and (
         select count(*) from reading r where r.device_id = d.id and r.at = said.at
       ) <> said."values")
       or (said.kind = 'checkin' and not exists (
         select from check_in c where c.device_id = d.id and c.message_id = said.id
       ))`,
    [
      acknowledged.map(({ id }) => id),
      acknowledged.map(({ serial }) => serial),
      acknowledged.map(({ kind }) => kind),
      acknowledged.map(({ at }) => new Date(at)),
      acknowledged.map(({ values }) => values),
    ],
  )
  return rows.map(({ id }) => id)
}

async function untoldHazards(client: Client, { acknowledged, toldOf }: Evidence): Promise<string[]> {
  const hazards = acknowledged.filter(({ kind }) => kind === 'alarm' || kind === 'sos')
  const rows = await rowsOf<{ id: string; incident_id: string | null }>(
    client,
    `select said.id, i.id as incident_id
     from unnest($1::text[], $2::text[], $3::text[]) as said (id, serial, kind)
     join device d on d.serial = said.serial
     left join incident i on i.home_id = d.home_id and i.kind = case said.kind when 'sos' then 'sos' else 'co' end`,
    [hazards.map(({ id }) => id), hazards.map(({ serial }) => serial), hazards.map(({ kind }) => kind)],
  )
  return rows
    .filter(({ incident_id: incidentId }) => incidentId === null || !toldOf.has(Number(incidentId)))
    .map(
      ({ id, incident_id: incidentId }) =>
        `${id} (${incidentId === null ? 'no incident' : `incident ${incidentId}`})`,
    )
}

/** Nobody closes anything in a run, so every home has at most one incident of each kind. */
async function doubledIncidents(client: Client): Promise<string[]> {
  const rows = await rowsOf<{ what: string }>(
    client,
    `select 'home ' || home_id || ' ' || kind || ' x' || count(*) as what
     from incident
     group by home_id, kind, coalesce(resident_id, 0)
     having count(*) > 1`,
  )
  return rows.map(({ what }) => what)
}

type Missed = { home: number; silence: string; opened_at: Date }

async function missedCheckIns(client: Client, { plans, judgedUntil, homesCutOff }: Evidence) {
  const rows = await rowsOf<Missed>(
    client,
    `select home_id::int as home, evidence ->> 'silence' as silence, opened_at from incident where kind = 'missed'`,
  )
  // While the backlog of a blindness of ours may still come in, nobody is judged (safety 8).
  const blind = await rowsOf<{ from_at: Date; judge_after: Date }>(
    client,
    'select from_at, judge_after from blind_interval',
  )
  const isHeld = (dueAt: number) =>
    blind.some(
      ({ from_at: from, judge_after: after }) => +from <= dueAt && dueAt <= +after && +after > judgedUntil,
    )
  const found = new Map(rows.map((row) => [row.home, row]))
  const past = plans.filter(({ dueAt }) => dueAt !== null && dueAt < judgedUntil)
  // Whose press does not come through, and whose connection is known to have ended, is a blind home (safety 8): found as
  // one, and not as missed.
  const isTrulyBlind = ({ home, pressAt }: HomePlan) => {
    const { silence, opened_at: openedAt } = found.get(home) ?? {}
    return (
      silence === 'blind' &&
      homesCutOff.some(({ at, untilAt }) => at <= Number(openedAt) && (pressAt ?? 0) <= untilAt)
    )
  }
  const named = ({ home, dueAt, pressAt }: HomePlan) =>
    `home ${home} due ${time(dueAt)} pressed ${time(pressAt)} ${found.get(home)?.silence ?? ''} ${time(found.get(home)?.opened_at)}`
  return {
    notFound: past
      .filter(({ home, pressAt, dueAt }) => pressAt === null && !found.has(home) && !isHeld(dueAt ?? 0))
      .map(named),
    falseMissed: plans
      .filter((plan) => plan.pressAt !== null && found.has(plan.home) && !isTrulyBlind(plan))
      .map(named),
  }
}

const time = (at: number | Date | null | undefined): string =>
  at === null || at === undefined ? '-' : new Date(at).toISOString().slice(11, 23)
