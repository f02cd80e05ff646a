import { expect, test } from 'vitest'
import { Client } from 'pg'
import { Type } from 'typebox'
import { sql } from '#db/sql.ts'
import { createHoldingPostbox } from '#testing/holding-postbox.ts'
import type { TestService } from '#testing/service.ts'
import { stories } from '#testing/stories.ts'
import { until } from '#testing/until.ts'

const begin = stories()

const Telling = Type.Object({ name: Type.String(), state: Type.String(), attempts: Type.Integer() })
const Count = Type.Object({ count: Type.Integer() })

const countOf = async (the: TestService, rows: ReturnType<typeof sql>): Promise<number> =>
  (await the.db.one(Count, sql`select count(*)::int as count from (${rows}) as rows`)).count

/** As a restart of PostgreSQL does: every session of ours ends, in the middle of whatever it does. */
const cutDatabase = (the: TestService) =>
  the.db.run(sql`
    select pg_terminate_backend(pid)
    from pg_stat_activity
    where datname = current_database()
      and pid <> pg_backend_pid()`)

test('a page whose line is cut is told everything that it missed, in order and once', async () => {
  const the = await begin('10:00')
  const { communityId, devices } = the.cast
  await the.open('wang')
  const zhao = await the.page('zhao')
  await zhao.watch(communityId)
  const from = zhao.cursors.get(communityId)?.seq ?? 0
  await the.press(devices.liButton)
  await the.settled()
  zhao.goOffline()
  await the.pages.proves('zhao', false)
  await the.press(devices.heButton)
  await the.say(devices.liGas, 'readings', { values: [{ kind: 'gas', value: 12 }] })
  await the.settled()
  expect(the.heard()).toEqual(['10:00:00 王红 alarm gas alarm'])
  await zhao.comeBack()
  await the.settled()
  zhao.breakLine()
  await the.press(devices.wuButton)
  await the.pages.areBack()
  await the.settled()
  const seqs = zhao.events.map(({ seq }) => seq)
  expect(seqs).toEqual(seqs.map((_, index) => from + 1 + index))
  const homes = zhao.events.filter(({ kind }) => kind === 'home').map(({ id }) => id)
  expect(new Set(homes)).toEqual(new Set([the.cast.homes.li, the.cast.homes.he, the.cast.homes.couple]))
  // once, when it began: after each cut it was replayed
  expect(zhao.snapshots).toEqual([communityId])
})

test('killed in the middle of telling people: the next process tells whom it had not told, and nobody twice', async () => {
  const the = await begin('10:00')
  await the.open('wang')
  const postbox = await createHoldingPostbox()
  await the.addWebhook('zhou', postbox.url)
  await the.say(the.cast.devices.liButton, 'sos')
  const states = async () => {
    const rows = await the.db.many(
      Telling,
      sql`select p.name, t.state, t.attempts from telling t join person p on p.id = t.person_id order by t.id`,
    )
    return rows.map(({ name, state, attempts }) => `${name} ${state} ${attempts}`)
  }
  await until('王红 has heard it', async () => (await states()).includes('王红 confirmed 1'))
  await until('周阿姨 is being told', () => postbox.ids.length === 1)
  expect(the.heard()).toEqual(['10:00:00 王红 alarm sos alarm'])

  // as far as the rows can tell the process is gone: its lease runs out, and another one looks at them
  await the.db.run(sql`update telling set lease_until = clock_timestamp() where lease_until is not null`)
  const next = await the.another()
  const telling = next.jobs.tick(the.clock.now())
  await until('周阿姨 is told again', () => postbox.ids.length === 2)
  expect(new Set(postbox.ids).size).toBe(1)
  postbox.release()
  await telling
  await the.settled()
  expect(await states()).toEqual([
    '王红 confirmed 1',
    '张伟 unreached 0',
    '周阿姨 sent 2',
    '赵敏 unreached 0',
  ])
  await next.close()
  await postbox.close()
})

test('a pager service that does not answer holds nobody else up', async () => {
  const the = await begin('10:00')
  await the.open('zhang')
  const postbox = await createHoldingPostbox()
  await the.addWebhook('zhou', postbox.url)
  await the.say(the.cast.devices.liButton, 'sos')
  await until('周阿姨 is being told', () => postbox.ids.length === 1)
  await until('张伟 has heard it', () => the.pages.rung.length === 1)
  await the.say(the.cast.devices.heButton, 'sos')
  await until('张伟 hears of 何爷爷 too', () => the.pages.rung.length === 2)
  expect(postbox.waiting()).toBe(1)
  postbox.release()
  await the.settled()
  expect(the.heard()).toEqual(['10:00:00 张伟 alarm sos alarm', '10:00:00 张伟 alarm sos alarm'])
  await postbox.close()
})

test('a crowd of pages that wait for the database stands in nobody’s way who is in danger', async () => {
  const the = await begin('10:00')
  await the.open('wang')
  const { devices } = the.cast
  // as a slow question of a report does, or a hand at the database
  const hand = new Client({ connectionString: the.db.pool.options.connectionString ?? '' })
  await hand.connect()
  await hand.query('begin; lock table login_session in access exclusive mode')
  const headers = { cookie: `cp_session=${'x'.repeat(43)}` }
  const asked = Array.from({ length: 12 }, () => fetch(`${the.url()}/api/me`, { headers }))
  const waiting = `select from pg_locks where relation = 'login_session'::regclass and not granted`
  await until('pages wait', async () => Number((await hand.query(waiting)).rowCount) > 1)
  const said = the.say(devices.liButton, 'sos')
  await until('王红 hears it', () => the.pages.rung.length > 0)
  await hand.end()
  await said
  await Promise.all(asked)
  await the.settled()
  expect(the.heard()).toEqual(['10:00:00 王红 alarm sos alarm'])
})

test('the database restarts while messages flow: nothing acknowledged is lost, nothing is doubled, all goes on', async () => {
  const the = await begin('10:00')
  const { liButton, liCo, liGas, heButton } = the.cast.devices
  await the.open('wang')
  const zhao = await the.page('zhao')
  await zhao.watch(the.cast.communityId)
  const from = zhao.cursors.get(the.cast.communityId)?.seq ?? 0
  await the.alive()
  for (const detector of [liCo, liGas]) await the.say(detector, 'heartbeat')
  const flow = [liButton, heButton, liCo, liGas].flatMap((device) =>
    Array.from({ length: 10 }, (_, nth) => the.say(device, 'readings', temperature(the, nth))),
  )
  await cutDatabase(the)
  flow.push(the.press(liButton), the.press(heButton))
  flow.push(...[liCo, liGas].map((device) => the.say(device, 'readings', temperature(the, 11))))
  await cutDatabase(the)
  await Promise.all(flow)
  expect(await countOf(the, sql`select from reading where kind = 'temperature'`)).toBe(42)
  expect(await countOf(the, sql`select from message where kind = 'readings'`)).toBe(42)
  expect(await countOf(the, sql`select from check_in`)).toBe(2)
  // once for its pages, once for what other servers say
  await until('the service listens again', async () => {
    const sessions = sql`
      select
      from pg_stat_activity
      where datname = current_database()
        and application_name = 'curtain-pact listen'
        and state = 'idle'`
    return (await countOf(the, sessions)) === 2
  })
  await the.say(liCo, 'readings', { values: [{ kind: 'co', value: 320 }] })
  await the.settled()
  expect(the.heard()).toEqual(['10:00:00 王红 alarm co alarm', '10:00:00 赵敏 alarm co alarm'])
  const seqs = zhao.events.map(({ seq }) => seq)
  expect(seqs).toEqual(seqs.map((_, index) => from + 1 + index))
  const logged = the.logged()
  expect(logged).toContain('the connection that listens broke')
  expect(logged.filter((line) => !saidOfAnOutage.includes(line))).toEqual([])
})

const saidOfAnOutage = [
  'messages cannot be stored; they are held',
  'nothing can be stored now',
  'the connection that listens broke',
]

const temperature = (the: TestService, nth: number) => ({
  values: [{ kind: 'temperature', value: 19, time: the.clock.now() - nth * 1000 }],
})
