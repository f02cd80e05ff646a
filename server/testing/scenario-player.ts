// Plays a scenario on the whole service: real database, broker, HTTP and sockets, and a clock that the story moves.
import { pino } from 'pino'
import { instantOf } from '../scenarios/instants.ts'
import type { Line, Scenario } from '../scenarios/language.ts'
import type { Person, Resident } from '../scenarios/people.ts'
import { beginSession, sessionCookie } from '../api/session.ts'
import { limits } from '../limits.ts'
import type { TestDatabase } from './database.ts'
import { createJumpingClock } from './jumping-clock.ts'
import { createScenarioDevices } from './scenario-devices.ts'
import { createScenarioInboxes } from './scenario-inboxes.ts'
import { judgeReceived, type Received } from './scenario-received.ts'
import { createScenarioDeeds } from './scenario-deeds.ts'
import { createScenarioSight } from './scenario-sight.ts'
import { seedScenario, keyOfPerson } from './scenario-world.ts'
import { createRunner, emptied } from './service.ts'
import { createStoryClock } from './story-clock.ts'
import { createStoryPages } from './story-pages.ts'

/** Everybody who has a page, and so an inbox that must stay empty unless the scenario says otherwise. */
const withPage = ['王红', '张伟', '赵敏', '林涛', '陈静', '郭兰'] as const satisfies readonly Person[]

/** What came out otherwise than told, one sentence each; empty when everything was as told and nothing besides. */
export async function playScenario(
  database: TestDatabase,
  scenario: Scenario,
  signal?: AbortSignal,
): Promise<string[]> {
  const { db } = database
  await emptied(db)
  const startAt = instantOf(scenario, scenario.begins)
  const clock = createJumpingClock(startAt)
  const world = await seedScenario(db, scenario, startAt)
  const logged: string[] = []
  const log = pino({ level: 'warn', base: null }, { write: (line) => void logged.push(line) })
  const runner = await createRunner({ database, clock, log })
  const received: Received[] = []
  const problems: string[] = []
  const devices = createScenarioDevices({ world, clock, db, app: runner.app })
  const pages = createStoryPages({
    db,
    clock,
    cast: world.cast,
    url: runner.url,
    cookieOf: async (personId) =>
      `${sessionCookie}=${await beginSession(db, { personId, now: startAt, sessionMs: limits.sessionMs })}`,
  })
  const inboxes = await createScenarioInboxes({ db, world, clock, received })
  const time = createStoryClock({ db, clock, app: runner.app, devices: devices.living, pages })
  const asleep = scenario.given.flatMap((given) => (given.is === 'asleep' ? [given.person] : []))
  const deeds = createScenarioDeeds({ db, world, pages, clock, scenario })
  const sight = createScenarioSight({ db, world, pages, scenario })

  try {
    await pages.open(...withPage.filter((name) => !asleep.includes(name)).map(loginOf))
    await devices.begin(scenario)
    await time.tick()
    for (const { instant, lines } of momentsOf(scenario, world.well)) {
      signal?.throwIfAborted()
      await (runner.isRunning() ? time.arriveAt(instant) : clock.moveTo(instant))
      for (const { what } of lines) problems.push(...(await happen(what)))
      if (runner.isRunning()) await time.tick()
      for (const { what } of lines) problems.push(...(await sight.look(what, clock.now())))
    }
    problems.push(...(await sight.atTheEnd(clock.now())))
    received.push(...rungOf(pages), ...devices.sounded())
    problems.push(...judgeReceived(scenario, received, await sight.subjects()))
    problems.push(...unexpectedLog(scenario, logged))
    return problems
  } finally {
    pages.closeAll()
    devices.end()
    await runner.stop()
    await inboxes.close()
  }

  async function happen(what: Line['what']): Promise<string[]> {
    switch (what.is) {
      case 'says':
      case 'backlog':
      case 'curve':
      case 'line':
      case 'power':
        await devices.happen(what, scenario)
        return []
      case 'server':
        await (what.up ? serverUp() : serverDown())
        return []
      case 'phone':
        await (what.awake ? pages.page(loginOf(what.person)) : pages.leave(loginOf(what.person)))
        return []
      case 'webPress':
        await deeds.webPress(what, runner.url())
        return []
      case 'acts':
      case 'answersFor':
      case 'declares':
      case 'endsAbsence':
      case 'setsAside':
        await time.settled()
        return deeds.act(what)
      default:
        return []
    }
  }

  async function serverDown(): Promise<void> {
    await runner.stop()
    await devices.lost()
  }

  async function serverUp(): Promise<void> {
    await runner.start()
    await pages.areBack()
    await devices.comeBack()
  }

  function rungOf({ rung }: typeof pages): Received[] {
    return rung.map(({ at: when, name, ring }) => ({
      is: 'rung',
      at: when,
      who: withPage.find((person) => loginOf(person) === name) ?? '王红',
      what: `${ring.kind} ${ring.stage}`,
      purpose: ring.purpose,
      origin: ring.origin,
      incidentId: ring.incidentId,
    }))
  }
}

type LoginName = 'wang' | 'zhang' | 'zhao' | 'lin' | 'chen' | 'guo'
const loginOf = (person: Person) => keyOfPerson(person) as LoginName

/** What happens at one instant, in the order in which it is told. */
function momentsOf(scenario: Scenario, well: readonly Resident[]): { instant: number; lines: Line[] }[] {
  const byInstant = new Map<number, Line[]>()
  const add = (instant: number, line: Line) => {
    byInstant.set(instant, [...(byInstant.get(instant) ?? []), line])
  }
  for (const line of greetingsOf(scenario, well)) add(instantOf(scenario, line.at), line)
  for (const line of scenario.story) {
    const instant = instantOf(scenario, line.at)
    if (line.what.is !== 'curve') add(instant, line)
    else
      for (const [nth, value] of line.what.values.entries())
        add(instant + nth * line.what.everyMs, { at: line.at, what: sampleOf(line.what, value) })
  }
  const end = instantOf(scenario, scenario.until)
  if (!byInstant.has(end)) byInstant.set(end, [])
  return [...byInstant].map(([instant, lines]) => ({ instant, lines })).sort((a, b) => a.instant - b.instant)
}

const sampleOf = (curve: Line['what'] & { is: 'curve' }, value: number): Line['what'] => ({
  is: 'says',
  from: curve.from,
  kind: 'readings',
  body: { values: [{ kind: curve.of, value }] },
})

/** Who is well greets each morning at seven, or when the scenario begins. */
function greetingsOf(scenario: Scenario, well: readonly Resident[]): Line[] {
  const begin = instantOf(scenario, scenario.begins)
  const end = instantOf(scenario, scenario.until)
  const lines: Line[] = []
  for (let day = 0; instantOf(scenario, `+${day} 03:00`) < end; day += 1) {
    const seven = instantOf(scenario, `+${day} 07:00`)
    if (instantOf(scenario, `+${day} 08:00`) < begin || instantOf(scenario, `+${day} 07:00`) > end) continue
    const when = seven < begin ? scenario.begins : `+${day} 07:00`
    for (const resident of well)
      lines.push({ at: when, what: { is: 'webPress', resident, press: 'checkIn' } })
  }
  return lines
}

/** The service may say of itself only what the scenario did to it. */
function unexpectedLog({ story }: Scenario, logged: readonly string[]): string[] {
  const wasDown = story.some(({ what }) => what.is === 'server')
  const own = logged.filter((line) => !(wasDown && line.includes('the service itself could not see')))
  return own.map((line) => `the service said: ${line}`)
}
