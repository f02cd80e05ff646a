import { expect, test } from 'vitest'
import { sql } from '#db/sql.ts'
import type { TestService } from '#testing/service.ts'
import { createPostbox } from '#testing/responding.ts'
import { stories } from '#testing/stories.ts'

const begin = stories()

const ppm = (value: number) => ({ values: [{ kind: 'co', value }] })
const co = (the: TestService, value: number) => the.say(the.cast.devices.liCo, 'readings', ppm(value))

test('safety 1: 300 ppm once: her devices, 王红, 张伟, 周阿姨 and 赵敏 hear it in the same second, and nobody else', async () => {
  const the = await begin('02:00')
  const postbox = await createPostbox()
  await the.addWebhook('zhou', postbox.url)
  await the.open('wang', 'zhang', 'zhao', 'chen', 'guo', 'lin')
  await the.alive()
  await co(the, 320)
  await the.settled()
  expect(the.heard()).toEqual([
    '02:00:00 张伟 alarm co alarm',
    '02:00:00 王红 alarm co alarm',
    '02:00:00 赵敏 alarm co alarm',
  ])
  expect(postbox.posts.map(({ body }) => JSON.parse(body) as object)).toMatchObject([
    { kind: 'co', stage: 'alarm', purpose: 'alarm', homeLabel: '3-2-501' },
  ])
  await the.advance(1000)
  // 3-2-601 lies above her, and on the same flue (safety 12); 5-1-102 is in another house
  expect(the.told()).toEqual(['li-button alarm', 'wu-button alarm'])
  await postbox.close()
})

test('safety 4: 119 and 120 have a name each, are due in 60 s, and go to the next at the desk when nobody dials', async () => {
  const the = await begin('02:00')
  const { lin } = the.cast.persons
  await the.db.run(
    sql`insert into on_duty (person_id, community_id) values (${lin}, ${the.cast.communityId})`,
  )
  const [wang, zhao] = [await the.page('wang'), await the.page('zhao')]
  await co(the, 320)
  await the.settled()
  await wang.act('depart')
  const { incident } = await wang.job()
  const calls = async () =>
    (await zhao.call('incident', { params: { id: incident.id } })).calls.map(
      ({ number, personName, dueAt, doneAt }) => ({ number, personName, dueAt, done: doneAt !== null }),
    )
  const due = { dueAt: the.at('02:01'), done: false }
  expect(await calls()).toEqual([
    { number: '119', personName: '赵敏', ...due },
    { number: '120', personName: '赵敏', ...due },
  ])
  const { calls: cards } = await zhao.call('incident', { params: { id: incident.id } })
  await zhao.call('dialled', { params: { id: cards[0]?.id ?? 0 }, body: { answer: '消防已出车' } })
  the.heard()
  await the.open('lin')
  await the.moveTo('02:01')
  expect(await calls()).toEqual([
    { number: '119', personName: '赵敏', ...due, done: true },
    { number: '120', personName: '林涛', dueAt: the.at('02:02'), done: false },
  ])
  expect(the.heard()).toEqual(['02:01:00 林涛 alarm co alarm'])
})

test('safety 3: a worse reading takes 收到 back and rings everybody again; a better one rings nobody', async () => {
  const the = await begin('02:00')
  const wang = await the.page('wang')
  await the.open('zhang', 'zhao')
  await co(the, 310)
  await the.settled()
  await wang.act('acknowledge')
  await wang.act('depart')
  await the.settled()
  the.heard()
  await the.moveTo('02:00:30')
  await co(the, 305)
  await the.settled()
  expect(the.heard()).toEqual([])
  await co(the, 450)
  await the.settled()
  expect(the.heard()).toEqual([
    '02:00:30 张伟 alarm co critical',
    '02:00:30 王红 alarm co critical',
    '02:00:30 赵敏 alarm co critical',
  ])
  const { incident } = await wang.job()
  expect(incident).toMatchObject({ stage: 'critical', acknowledgedAt: null })
})

test('safety 17: a self-test of the detector raises nothing, and the real alarm straight after it rings', async () => {
  const the = await begin('10:00')
  await the.open('wang', 'zhao')
  const { liCo } = the.cast.devices
  await the.say(liCo, 'alarm', { kind: 'co', active: true, flags: { test: true } })
  await the.say(liCo, 'readings', { ...ppm(350), flags: { test: true } })
  await the.advance(2000)
  expect(the.heard()).toEqual([])
  await the.say(liCo, 'alarm', { kind: 'co', active: true })
  await the.settled()
  expect(the.heard()).toEqual(['10:00:02 王红 alarm co alarm', '10:00:02 赵敏 alarm co alarm'])
})

test('safety 17: a demo in her home is marked, and hides neither the real alarm nor its stage', async () => {
  const the = await begin('10:00')
  await the.open('wang')
  const demo = await the.addDevice('demo-co-1', 'li', { kind: 'co', power: 'mains', origin: 'demo' })
  await the.say(demo, 'readings', ppm(500))
  await the.settled()
  expect(the.heard()).toEqual(['10:00:00 王红 alarm co critical demo'])
  const wang = await the.page('wang')
  await wang.act('acknowledge')
  await the.moveTo('10:00:10')
  await co(the, 320)
  await the.settled()
  expect(the.heard()).toEqual(['10:00:10 王红 alarm co alarm'])
  const jobs = await wang.jobs()
  const asShown = jobs.map(({ incident: { origin, stage, air } }) => `${origin} ${stage} ${air.co?.value}`)
  expect(asShown).toEqual(['live alarm 320', 'demo critical 500'])
})

test('safety 11: handled and waiting for the check-back, the air turns bad again: everybody is rung again', async () => {
  const the = await begin('10:00')
  const wang = await the.page('wang')
  const zhao = await the.page('zhao')
  await co(the, 320)
  await the.settled()
  await wang.act('arrive')
  const first = await wang.closes('source_removed')
  expect(first).toMatchObject({ state: 'handled', dueKind: 'checkBack' })
  await the.moveTo('10:05')
  the.heard()
  await co(the, 40)
  await the.settled()
  expect(the.heard()).toEqual([])
  await co(the, 330)
  await the.settled()
  expect(the.heard()).toEqual(['10:05:00 王红 alarm co alarm', '10:05:00 赵敏 alarm co alarm'])
  expect(await zhao.checksBack(first.id)).toMatchObject({ state: 'closed' })
  expect((await wang.job()).incident).toMatchObject({ state: 'open', stage: 'alarm' })
})
