// Nobody reads or changes what is outside of their grants: every route of the table, tried by those who may not.
import { Type } from 'typebox'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { routes, type RouteInput, type RouteName } from '#contract/routes.ts'
import type { Database } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'
import { assigned, createTestApi, openIncident, type Caller, type TestApi } from '#testing/api.ts'
import type { DemoPort } from './ports.ts'
import { mayDesk, mayJob, mayWatch, scopeOf } from './scope.ts'

let api: TestApi
let ids: { incident: number; group: number; call: number; absence: number; condition: number }

const asked: string[] = []
const demo: DemoPort = {
  status: () => ({
    demo: true,
    communityId: api.cast.communityId,
    logins: [],
    residentLinks: [],
    scenarios: [{ name: 'quiet-morning', zh: '平静的早晨', en: 'Quiet morning' }],
    story: { state: 'waiting', chapter: 'waiting', autoplay: true, startedAt: null },
  }),
  begin: () => void asked.push('begin'),
  setAutoplay: () => void asked.push('autoplay'),
  act: () => void asked.push('act'),
  scenario: () => void asked.push('scenario'),
}

beforeAll(async () => {
  api = await createTestApi({ config: { demo: true }, demo })
  const { db, cast, clock } = api
  // a demo community, so that the testers' routes have something to refuse
  await db.run(sql`update area set origin = 'demo' where id = ${cast.communityId}`)
  ids = await seedThings(db)
  await clock.advance(1000)
})
afterAll(() => api.close())

async function seedThings(db: Database) {
  const { communityId, homes, residents, persons } = api.cast
  const Row = Type.Object({ id: Type.Integer() })
  const now = api.clock.now()
  const incident = await openIncident(db, { communityId, homeId: homes.li, kind: 'co', now })
  await assigned(db, { incidentId: incident, personId: persons.zhang, role: 'backup', now })
  const call = await db.one(
    Row,
    sql`
      insert into emergency_call (community_id, incident_id, number, due_at)
      values (${communityId}, ${incident}, '119', ${at(now)})
      returning id`,
  )
  const absence = await db.one(
    Row,
    sql`
      insert into absence (community_id, resident_id, from_on, until_on, place, companion, phone, confirmed_at)
      values (${communityId}, ${residents.he}, '2026-03-02', '2026-03-05', '女儿家', '女儿', '1', ${at(now)})
      returning id`,
  )
  const group = await db.one(
    Row,
    sql`
      insert into incident (community_id, subject, kind, stage, origin, cause, evidence, opened_at)
      values (${communityId}, 'group', 'device', 'warning', 'live', 'building:1', '{}', ${at(now)})
      returning id`,
  )
  const condition = await db.one(
    Row,
    sql`
      insert into condition (community_id, home_id, device_id, kind, stage, state, since, last_at, evidence, origin)
      values (
        ${communityId}, ${homes.li}, ${api.cast.devices.liGas.id}, 'device', 'notice', 'unacknowledged', ${at(now)},
        ${at(now)}, '{}', 'live'
      )
      returning id`,
  )
  return { incident, condition: condition.id, group: group.id, call: call.id, absence: absence.id }
}

/** Each with a session of its own: one of the routes ends it. */
const outsiders = async (): Promise<Record<string, Caller>> => ({
  '陈静, who supervises another community': await api.as('chen'),
  '郭兰, at the desk of another community': await api.as('guo'),
  '王红, a steward who was not sent': await api.as('wang'),
  '孙奶奶, by the link of another home': api.asResident(api.cast.links.sun),
  nobody: api.nobody,
})

type Case<N extends RouteName> = {
  input: () => RouteInput<N>
  /** For `anyone` and `signedIn`: why it is no matter that outsiders are let in. */
  harmless?: string
  /** What such a call may change. */
  changes?: string[]
}

const community = () => ({ id: api.cast.communityId })
const home = () => ({ id: api.cast.homes.li })
const resident = () => ({ id: api.cast.residents.li })
const incident = () => ({ id: ids.incident })
const own = 'only about the caller'
const story = 'the demo binds to loopback and holds no real person'

/** A new route does not compile, and does not pass, without a case here. */
const cases: { [N in RouteName]: Case<N> } = {
  health: { input: () => ({}), harmless: 'counts alone, no names' },
  signIn: {
    input: () => ({ body: { login: 'zhao', password: 'a guess' } }),
    harmless: 'a guess is refused',
    changes: ['sign_in_try'],
  },
  firstRun: {
    input: () => ({
      body: {
        login: 'me-too',
        name: '某人',
        password: 'long-enough-1',
        community: '新',
        zone: 'Asia/Shanghai',
      },
    }),
    harmless: 'refused once there is anybody',
  },
  signOut: { input: () => ({}), harmless: own, changes: ['audit'] },
  me: { input: () => ({}), harmless: own },
  setLanguage: { input: () => ({ body: { language: 'en' } }), harmless: own, changes: ['person'] },
  jobs: { input: () => ({}), harmless: own },

  alarmLoad: { input: () => ({ params: community() }) },
  alarms: { input: () => ({ params: community() }) },
  shelve: { input: () => ({ params: { id: ids.condition }, body: { minutes: 10, reason: '总在响' } }) },
  wireDevice: {
    input: () => ({
      params: { id: api.cast.devices.liCo.id },
      body: { gateway: null, carrier: '移动' },
    }),
  },
  takeOut: {
    input: () => ({
      params: { id: api.cast.devices.liCo.id },
      body: { reviewOn: '2026-03-05', reason: '送修' },
    }),
  },
  putBack: { input: () => ({ params: { id: ids.condition } }) },

  desk: { input: () => ({ params: community() }) },
  tiles: { input: () => ({ params: community(), query: { ids: String(api.cast.homes.li) } }) },
  ledger: { input: () => ({ params: community(), query: {} }) },
  signLedger: { input: () => ({ params: community(), body: { on: '2026-03-02' } }) },
  refused: { input: () => ({ params: community() }) },
  messages: { input: () => ({ params: community(), query: {} }) },
  rules: { input: () => ({ params: community(), query: {} }) },
  saveRules: {
    input: () => ({
      params: community(),
      body: { scope: 'community', change: { ladder: { tries: 2 } }, version: 0, note: '少打一次' },
    }),
  },
  tryRules: {
    input: () => ({ params: community(), body: { scope: 'community', change: { ladder: { tries: 2 } } } }),
  },
  home: { input: () => ({ params: home() }) },
  placeHome: {
    input: () => ({
      params: home(),
      body: {
        buildingId: api.cast.buildings.five,
        unit: 2,
        floor: 1,
        room: '101',
        label: '5-2-101',
        address: '和平路8号幸福里5-2-101',
        flue: null,
      },
    }),
  },
  series: { input: () => ({ params: home(), query: { kind: 'co' } }) },

  incident: { input: () => ({ params: incident() }) },
  timeline: { input: () => ({ params: incident() }) },
  respond: { input: () => ({ params: incident(), body: { act: 'acknowledge' } }) },
  acknowledgeFor: { input: () => ({ params: incident(), body: { personId: api.cast.persons.zhang } }) },
  assign: { input: () => ({ params: incident(), body: { personId: api.cast.persons.wang } }) },
  note: { input: () => ({ params: incident(), body: { text: '到过门口' } }) },
  logCall: { input: () => ({ params: incident(), body: { to: '女儿', answered: true } }) },
  dialled: { input: () => ({ params: { id: ids.call }, body: { answer: '已出车' } }) },
  close: { input: () => ({ params: incident(), body: { outcome: 'cooking', note: '已电话确认' } }) },
  checkBack: { input: () => ({ params: incident(), body: {} }) },
  group: { input: () => ({ params: { id: ids.group } }) },
  takeGroup: { input: () => ({ params: { id: ids.group } }) },

  pact: { input: () => ({ params: resident() }) },
  previewPact: { input: () => ({ params: resident(), body: { morning: { 1: '09:00' }, evening: null } }) },
  savePact: { input: () => ({ params: resident(), body: { morning: { 1: '09:00' }, evening: null } }) },
  leavePact: { input: () => ({ params: resident() }) },
  pactReviews: { input: () => ({ params: community() }) },
  proxyCheckIn: {
    input: () => ({ params: resident(), body: { seenOrSpoken: 'seen', place: '菜场', via: 'proxy' } }),
  },
  answerIncident: {
    input: () => ({ params: incident(), body: { seenOrSpoken: 'seen', place: '菜场' } }),
  },
  replyToAsk: { input: () => ({ params: incident(), body: { reply: 'word', text: '昨晚还好' } }) },
  declareAbsence: {
    input: () => ({
      params: resident(),
      body: { fromOn: '2026-03-03', untilOn: '2026-03-05', place: '女儿家', companion: '女儿', phone: '139' },
    }),
  },
  endAbsence: { input: () => ({ params: { id: ids.absence } }) },

  residentPage: { input: () => ({}) },
  residentCheckIn: { input: () => ({ body: { id: 'web-1' } }) },
  residentSos: { input: () => ({ body: { id: 'web-2' } }) },

  demo: { input: () => ({}), harmless: story },
  beginStory: { input: () => ({ body: {} }), harmless: story },
  setAutoplay: { input: () => ({ body: { autoplay: false } }), harmless: story },
  testerAct: { input: () => ({ body: { homeId: api.cast.homes.li, act: 'press' } }) },
  testerScenario: { input: () => ({ body: { name: 'quiet-morning' } }) },
  demoDeadline: { input: () => ({ body: { dueInMs: 60_000, residentIds: [api.cast.residents.li] } }) },
}

const names = Object.keys(routes) as RouteName[]
/** What only the community may know. */
const theirs = ['李秀英', '李奶奶', '3-2-501', '幸福里3', '吴国强', '何德明']

const call = (caller: Caller, name: RouteName) =>
  (caller as (name: RouteName, input: unknown) => ReturnType<Caller>)(name, cases[name].input())

test('every route of the table is tried here', () => {
  expect(Object.keys(cases).sort()).toEqual([...names].sort())
})

describe.each(names)('%s', (name) => {
  const { who } = routes[name]
  test('tells outsiders nothing and lets them change nothing', async () => {
    for (const [outsider, caller] of Object.entries(await outsiders())) {
      const before = await everything(api.db, cases[name].changes ?? [])
      asked.length = 0
      const { status, body } = await call(caller, name)
      const said = JSON.stringify(body)
      for (const secret of theirs) expect(said, outsider).not.toContain(secret)
      expect(await everything(api.db, cases[name].changes ?? []), outsider).toEqual(before)
      if (cases[name].harmless) continue
      expect([401, 404, ...(isHerOwn(who, outsider) ? [200] : [])], outsider).toContain(status)
      expect(asked, outsider).toEqual([])
    }
    expect(api.signs.filter((sign) => !sign.includes(` ${api.cast.residents.sun} `))).toEqual([])
  })
})

const isHerOwn = (who: string, outsider: string) => who === 'resident' && outsider.startsWith('孙奶奶')

test('what lies outside is refused in the very words of what does not exist', async () => {
  const chen = await api.as('chen')
  for (const name of names.filter((name) => ['watch', 'desk', 'job', 'asked'].includes(routes[name].who))) {
    const outside = await call(chen, name)
    const input = { ...(cases[name].input() as object), params: { id: 999_999 } }
    const missing = await (chen as (name: RouteName, input: unknown) => ReturnType<Caller>)(name, input)
    expect([outside.status, outside.body], name).toEqual([404, missing.body])
  }
})

test('the same calls are let in for 赵敏 at the desk, so the refusals above are about who called', async () => {
  const zhao = await api.as('zhao')
  for (const name of names.filter((name) =>
    ['watch', 'desk', 'job', 'asked', 'demo'].includes(routes[name].who),
  )) {
    const { status } = await call(zhao, name)
    // 409: what the desk may do, and what is not possible any more after the calls before
    expect([200, 409], name).toContain(status)
  }
})

test('李奶奶 herself is let in by her link', async () => {
  const li = api.asResident(api.cast.links.li)
  expect((await li('residentPage')).body).toMatchObject({ greeting: '李奶奶' })
})

test('without demo mode the testers routes do not exist, not even for the desk', async () => {
  const real = await createTestApi()
  const zhao = await real.as('zhao')
  const act = { homeId: real.cast.homes.li, act: 'press' as const }
  expect((await zhao('testerAct', { body: act })).status).toBe(404)
  expect((await zhao('testerScenario', { body: { name: 'quiet-morning' } })).status).toBe(404)
  expect((await zhao('demoDeadline', { body: { dueInMs: 60_000 } })).status).toBe(404)
  expect((await zhao('beginStory', { body: {} })).status).toBe(404)
  expect((await zhao('demo')).body).toMatchObject({ demo: false, logins: [], residentLinks: [] })
  await real.close()
})

test('a grant on an area reaches all below it, and no sideways', async () => {
  const { db, cast } = api
  expect(await mayDesk(db, cast.persons.lin, cast.communityId)).toBe(true)
  expect(await mayDesk(db, cast.persons.lin, cast.otherCommunityId)).toBe(true)
  expect(await mayWatch(db, cast.persons.chen, cast.otherCommunityId)).toBe(true)
  expect(await mayDesk(db, cast.persons.chen, cast.otherCommunityId)).toBe(false)
  expect(await mayWatch(db, cast.persons.chen, cast.communityId)).toBe(false)
  expect(await mayWatch(db, cast.persons.wang, cast.communityId)).toBe(false)
})

test('a grant on a grid does not reach up to its community', async () => {
  const { db, cast } = api
  await db.run(sql`
    insert into area_grant (person_id, area_id, role)
    values (${cast.persons.guo}, ${cast.areas.grid}, 'desk')`)
  expect(await mayDesk(db, cast.persons.guo, cast.communityId)).toBe(false)
})

test('a responder reads the job for a day after it was closed, then no more', async () => {
  const { db, cast } = api
  const now = api.clock.now()
  const opened = { communityId: cast.communityId, homeId: cast.homes.he, kind: 'sos' as const, now }
  const incidentId = await openIncident(db, opened)
  const personId = cast.persons.wang
  expect(await mayJob(db, { personId, incidentId, now })).toBe(false)
  await assigned(db, { incidentId, personId, role: 'backup', now })
  expect(await mayJob(db, { personId, incidentId, now })).toBe(true)
  await db.run(sql`
    update incident
    set state = 'closed', outcome = 'cooking', handled_by = ${personId}, closed_at = ${at(now)}
    where id = ${incidentId}`)
  const dayMs = 24 * 3_600_000
  expect(await mayJob(db, { personId, incidentId, now: now + dayMs - 1 })).toBe(true)
  expect(await mayJob(db, { personId, incidentId, now: now + dayMs })).toBe(false)
})

test('a route whose path names nothing known is not served at all', () => {
  expect(() => scopeOf('watch', '/api/secrets/:id')).toThrow('scope.ts does not know')
  expect(() => scopeOf('job', '/api/homes/:id')).toThrow('scope.ts does not know')
})

/** A fingerprint of every table but sessions, whose use is written with each call. */
async function everything(db: Database, except: readonly string[]): Promise<Record<string, string>> {
  const tables = await db.many(
    Type.Object({ name: Type.String() }),
    sql`
      select tablename as name
      from pg_tables
      where schemaname = 'public'
        and tablename <> 'login_session'
        and tablename <> all(${[...except]}::text[])
      order by tablename`,
  )
  const found: Record<string, string> = {}
  for (const { name } of tables) {
    const { rows } = await db.pool.query(
      `select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from "${name}" t`,
    )
    found[name] = String(Object.values(rows[0] as object)[0])
  }
  return found
}
