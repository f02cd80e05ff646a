// The homes of a run: the city of the benchmarks, with deadlines that fall into the run and an inbox for everybody.
import { Client } from 'pg'
import { hashPassword } from '../../server/api/password.ts'
import { buildCity, homesPerSteward } from '../harness/world.ts'
import type { HomePlan } from './plan.ts'

export const password = 'chaos-window-flower-8'
/** People of each run whose page is open besides: the first stewards, and the first one at the desk. */
export const openPages = 3

/** Gives the logins of those whose pages will be open. */
export async function buildWorld(url: string, inboxUrl: string, homes: number): Promise<string[]> {
  await buildCity(url, { homes })
  return withClient(url, async (client) => {
    await client.query(
      `insert into contact_point (person_id, channel, address, secret, position)
       select id, 'webhook', $1 || id, 'a secret of thirty-two characters', 2 from person`,
      [inboxUrl],
    )
    return withLogins(client, Math.ceil(homes / homesPerSteward))
  })
}

/** Puts the deadlines where the plans want them, at noon of a zone of their own. @param now epoch ms */
export async function setDeadlines(url: string, plans: readonly HomePlan[], now: number): Promise<void> {
  await withClient(url, async (client) => {
    const offsetHours = noonOffset(now)
    // in the names of these zones west is positive
    const zone = `Etc/GMT${offsetHours <= 0 ? '+' : '-'}${Math.abs(offsetHours)}`
    await client.query(`update area set zone = $1 where kind = 'community'`, [zone])
    const due = plans.filter(({ dueAt }) => dueAt !== null)
    await client.query(
      `update pact p
       set due_on = (told.due_at at time zone $3)::date,
         opens_at = told.due_at - interval '2 hours',
         remind_at = null,
         due_at = told.due_at,
         deadline = (told.due_at at time zone $3 - interval '1 hour')::time
       from unnest($1::bigint[], $2::timestamptz[]) as told (resident_id, due_at)
       where p.resident_id = told.resident_id`,
      [due.map(({ home }) => home), due.map(({ dueAt }) => new Date(dueAt ?? 0)), zone],
    )
  })
}

async function withClient<R>(url: string, work: (client: Client) => Promise<R>): Promise<R> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

async function withLogins(client: Client, stewards: number): Promise<string[]> {
  const hash = await hashPassword(password)
  const ids = [...Array.from({ length: openPages - 1 }, (_, nth) => nth + 1), stewards + 1]
  await client.query(
    `update person set login = 'chaos-' || id, password_hash = $2 where id = any($1::bigint[])`,
    [ids, hash],
  )
  return ids.map((id) => `chaos-${id}`)
}

/** Hours to add to UTC so that it is noon where the homes are: no day ends while the run lasts. */
const noonOffset = (now: number): number => 12 - new Date(now).getUTCHours()
