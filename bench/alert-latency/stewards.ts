// The stewards of the product with their pages open, and the detectors of their homes.
import { createHash } from 'node:crypto'
import { asked, type BenchDatabase } from '../harness/database.ts'
import { startLoad } from '../harness/load/job.ts'
import type { Product } from '../harness/product.ts'
import { startWorker } from '../harness/worker.ts'
import { detectorSerial, homesPerSteward } from '../harness/world.ts'
import { subjectOf, type Subject } from './measure.ts'
import type { Rung } from './rings.ts'

type Opening = { database: BenchDatabase; product: Product; homes: readonly number[] }

/** `taken` closes what is open, as people would. */
export async function openStewards({ database, product, homes }: Opening): Promise<Subject> {
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
  const serialsOf = async (rung: readonly Rung[]): Promise<string[]> => {
    const incidentIds = rung.map(({ of }) => Number(of))
    const homeOf = await homesOf(database.url, incidentIds)
    await closeAll(database.url)
    return incidentIds.map((id) => detectorSerial(homeOf.get(id) ?? 0))
  }
  return subjectOf({ load, pages, serialsOf })
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
