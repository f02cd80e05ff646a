// What people do in a scenario, each through the same API that their pages use.
import { Type } from 'typebox'
import type { FakeClock } from '#clock/fake-clock.ts'
import type { Db } from '#db/database.ts'
import { sql } from '#db/sql.ts'
import type { About, Deed, Happening, Scenario, SettingAside } from '../scenarios/language.ts'
import { dayAfter } from '../scenarios/instants.ts'
import { usualDay } from '../scenarios/language.ts'
import type { Person } from '../scenarios/people.ts'
import { callerAt, type Call } from './caller.ts'
import { keyOfPerson, type ScenarioWorld } from './scenario-world.ts'
import type { LoginName, StoryPages } from './story-pages.ts'

type Options = { db: Db; world: ScenarioWorld; pages: StoryPages; clock: FakeClock; scenario: Scenario }
type Act = Happening & { is: 'acts' | 'answersFor' | 'declares' | 'endsAbsence' | 'setsAside' }

export function createScenarioDeeds({ db, world, pages, clock, scenario }: Options) {
  const callOf = async (who: Person): Promise<Call> => (await pages.page(keyOfPerson(who) as LoginName)).call
  const residentId = (name: string): number => world.homes.get(name)?.residentId ?? 0
  let pressed = 0

  /** Who says no is part of the scenario: anything else is a problem. */
  async function asTold(
    text: string,
    refused: string | undefined,
    deed: Promise<unknown>,
  ): Promise<string[]> {
    const answer = await deed.then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    )
    if (refused === undefined) return answer === undefined ? [] : [`${text} was refused: ${answer}`]
    return answer?.includes(refused) ? [] : [`${text} was not refused with ${refused}: ${answer ?? 'done'}`]
  }

  async function act(what: Act): Promise<string[]> {
    const call = await callOf(what.who)
    switch (what.is) {
      case 'acts': {
        const deed = perform(call, what.deed, () =>
          incidentOf(db, { world, about: what.about, deed: what.deed }),
        )
        return asTold(`${what.who} ${what.deed.does}`, what.refused, deed)
      }
      case 'answersFor': {
        const answers = []
        for (const name of what.residents)
          answers.push(
            await asTold(
              `${what.who} answers for ${name}`,
              undefined,
              call('proxyCheckIn', { params: { id: residentId(name) }, body: what.proxy }),
            ),
          )
        const refusals = answers.flat()
        const wanted = what.refused ?? 0
        return refusals.length === wanted
          ? []
          : [`${refusals.length} answers were refused, not ${wanted}`, ...refusals]
      }
      case 'declares': {
        const first = dayAfter(scenario.on ?? usualDay, what.from)
        const body = {
          fromOn: first,
          untilOn: dayAfter(first, what.days),
          place: '南京',
          companion: '李梅',
          phone: '0514-1',
        }
        const deed = call('declareAbsence', { params: { id: residentId(what.resident) }, body })
        return asTold(`${what.who} declares an absence`, what.refused, deed)
      }
      case 'setsAside':
        return asTold(`${what.who} sets aside`, what.refused, setAside(call, what))
      case 'endsAbsence': {
        const deed = absenceOf(db, residentId(what.resident)).then((id) =>
          call('endAbsence', { params: { id } }),
        )
        return asTold(`${what.who} ends the absence`, undefined, deed)
      }
    }
  }

  async function webPress({ resident, press }: Happening & { is: 'webPress' }, url: string): Promise<void> {
    const link = await linkFor(db, residentId(resident))
    const call = callerAt(url, { authorization: `Bearer ${link}` })
    const body = { id: `web-${clock.now()}-${(pressed += 1)}` }
    await (press === 'sos' ? call('residentSos', { body }) : call('residentCheckIn', { body }))
  }

  async function setAside(call: Call, { from, how }: SettingAside): Promise<unknown> {
    const device = { id: world.device(from).id }
    const reason = '维修师傅在看'
    if ('takeOut' in how) {
      const body = { reviewOn: dayAfter(scenario.on ?? usualDay, how.days), reason }
      return call('takeOut', { params: device, body })
    }
    const kind = 'shelve' in how ? how.shelve : 'device'
    const params = { id: await conditionOf(db, device.id, kind) }
    if ('putBack' in how) return call('putBack', { params })
    return call('shelve', { params, body: { minutes: how.minutes, reason } })
  }

  return { act, webPress }

  async function perform(call: Call, deed: Deed, incident: () => Promise<number>): Promise<unknown> {
    const params = { id: await incident() }
    switch (deed.does) {
      case 'close': {
        const { outcome, note } = deed
        return call('close', { params, body: note === undefined ? { outcome } : { outcome, note } })
      }
      case 'checkBack':
        return call('checkBack', { params, body: {} })
      case 'note':
        return call('note', { params, body: { text: deed.text } })
      case 'acknowledgeFor':
      case 'assign':
        return call(deed.does, { params, body: { personId: world.personIds[deed.person] } })
      case 'dialled':
        return call('dialled', {
          params: { id: await callIn(db, params.id, deed.number) },
          body: { answer: deed.answer },
        })
      case 'acknowledge':
      case 'depart':
      case 'arrive':
      case 'decline':
        return call('respond', { params, body: { act: deed.does } })
      case 'find':
        return call('respond', {
          params,
          body: { act: 'find', ...(deed.finding === undefined ? {} : { finding: deed.finding }) },
        })
    }
  }
}

const Row = Type.Object({ id: Type.Integer() })

async function incidentOf(
  db: Db,
  { world, about, deed }: { world: ScenarioWorld; about: About | undefined; deed: Deed },
): Promise<number> {
  const home = about?.of === undefined ? undefined : world.homes.get(about.of)
  const wanted =
    deed.does === 'checkBack' ? ['handled'] : deed.does === 'note' ? ['open', 'handled'] : ['open']
  const rows = await db.many(
    Row,
    sql`
      select id
      from incident
      where state = any(${wanted}::text[])
        and (${about?.kind ?? null}::text is null or kind = ${about?.kind ?? null})
        and (${home?.homeId ?? null}::bigint is null or home_id = ${home?.homeId ?? null})
        and (${home?.residentId ?? null}::bigint is null or coalesce(resident_id, ${home?.residentId ?? null})
          = ${home?.residentId ?? null})`,
  )
  const [only, ...others] = rows
  if (!only || others.length > 0) throw new Error(`${deed.does}: ${rows.length} cards could be meant`)
  return only.id
}

async function callIn(db: Db, incidentId: number, number: string): Promise<number> {
  const { id } = await db.one(
    Row,
    sql`select id from emergency_call where incident_id = ${incidentId} and number = ${number}`,
  )
  return id
}

async function absenceOf(db: Db, residentId: number): Promise<number> {
  const { id } = await db.one(
    Row,
    sql`select id from absence where resident_id = ${residentId} and ended_at is null`,
  )
  return id
}

async function conditionOf(db: Db, deviceId: number, kind: string): Promise<number> {
  const { id } = await db.one(
    Row,
    sql`select id from condition where device_id = ${deviceId} and kind = ${kind} and state <> 'normal'`,
  )
  return id
}

/** A private link is made for whoever has none yet; only its hash is stored. */
async function linkFor(db: Db, residentId: number): Promise<string> {
  const link = `link-of-resident-${residentId}`
  await db.run(sql`
    update resident
    set link_hash = sha256(convert_to(${link}, 'UTF8'))
    where id = ${residentId}`)
  return link
}
