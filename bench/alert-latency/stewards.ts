// The stewards of the product with their pages open, and the detectors of their homes.
import { createHash } from 'node:crypto'
import { asked, type BenchDatabase } from '../harness/database.ts'
import { startLoad } from '../harness/load/job.ts'
import type { Product } from '../harness/product.ts'
import { startWorker } from '../harness/worker.ts'
import { detectorSerial, homesPerSteward } from '../harness/world.ts'
import type { Rung } from './pages-main.ts'

export type Stewards = {
  /** One hazard of the next home that had none; resolves when it is acknowledged and has rung at a page. */
  hazard(): Promise<void>
  /** From publish to ring of each hazard since the last time (ms); what is open is then closed, as people would. */
  taken(): Promise<number[]>
}

type Opening = { database: BenchDatabase; product: Product; homes: readonly number[] }

export async function openStewards({ database, product, homes }: Opening): Promise<Stewards> {
  const stewards = [...new Set(homes.map(stewardOf))]
  await beginSessions(database.url, stewards)
  const pages = startWorker(new URL('pages-main.ts', import.meta.url))
  await pages.ask('open', {
    url: product.httpUrl,
    pages: stewards.map((id) => ({ cookie: `cp_session=${tokenOf(id)}` })),
  })
  const load = startLoad()
  const hazardSerials = homes.map(detectorSerial)
  await load.connect({ port: product.mqttPort, serials: [], window: 1, shape: 'values', hazardSerials })
  const sent = new Map<string, number>()
  let count = 0
  return {
    async hazard() {
      count += 1
      const [{ serial, sentAt }] = await Promise.all([load.hazard(), pages.ask('heard', { count })])
      sent.set(serial, sentAt)
    },
    async taken() {
      count = 0
      const rung = await pages.ask<Rung[]>('taken')
      const homeOf = await homesOf(
        database.url,
        rung.map(({ of }) => Number(of)),
      )
      await closeAll(database.url)
      return rung.map(({ of, at }) => at - (sent.get(detectorSerial(homeOf.get(Number(of)) ?? 0)) ?? NaN))
    },
  }
}

/** Ids of people are those of the city: stewards first, one for so many homes. */
const stewardOf = (home: number): number => 1 + Math.floor((home - 1) / homesPerSteward)
/** 43 characters, as the product's own are; the same one whenever it is asked for. */
const tokenOf = (personId: number): string =>
  createHash('sha256').update(`bench session of ${personId}`).digest('base64url')

async function beginSessions(url: string, people: readonly number[]): Promise<void> {
  const hashes = people.map((id) => createHash('sha256').update(tokenOf(id)).digest())
  await asked(
    url,
    `insert into login_session (token_hash, person_id, created_at, seen_at, expires_at)
     select hash, id, clock_timestamp(), clock_timestamp(), clock_timestamp() + interval '1 day'
     from unnest($1::bytea[], $2::bigint[]) as session (hash, id)`,
    [hashes, people],
  )
}

async function homesOf(url: string, incidentIds: readonly number[]): Promise<Map<number, number>> {
  const rows = await asked<{ id: string; home_id: string }>(
    url,
    'select id, home_id from incident where id = any($1::bigint[])',
    [incidentIds],
  )
  return new Map(rows.map(({ id, home_id: homeId }) => [Number(id), Number(homeId)]))
}

/** Two thousand alarms that nobody answers would ring everybody again each minute: that is another measurement. */
async function closeAll(url: string): Promise<void> {
  await asked(
    url,
    `with closed as (
       update incident
       set state = 'closed', outcome = 'falseAlarm', handled_by = 1, handled_at = clock_timestamp(),
         closed_at = clock_timestamp(), closed_by = 1, due_at = null, due_kind = null
       where state = 'open'
       returning id
     ), done as (
       update assignment
       set state = 'withdrawn', due_at = null, due_kind = null
       from closed
       where incident_id = closed.id
     ), calls as (
       update emergency_call
       set done_at = clock_timestamp()
       from closed
       where incident_id = closed.id
     ), told as (
       update telling
       set state = 'withdrawn', lease_until = null
       from closed
       where incident_id = closed.id
         and telling.state in ('due', 'sending')
     )
     update condition
     set state = 'normal'
     from closed
     where incident_id = closed.id`,
  )
}
