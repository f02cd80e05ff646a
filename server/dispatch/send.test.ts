import { Type } from 'typebox'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { listen } from '#db/listen.ts'
import { sql } from '#db/sql.ts'
import { createPostbox, createResponding, type Responding } from '#testing/responding.ts'
import { until } from '#testing/until.ts'
import { limits } from '../limits.ts'
import { createDispatch } from './dispatch.ts'

const second = 1000
const TellingId = Type.Object({ id: Type.Integer() })

let rig: Responding
let li: Responding['verdicts']
let boxes: Awaited<ReturnType<typeof createPostbox>>[] = []
const postbox = async (status?: Parameters<typeof createPostbox>[0]) => {
  const box = await createPostbox(status)
  boxes.push(box)
  return box
}
beforeAll(async () => {
  rig = await createResponding()
  li = rig.verdicts
})
beforeEach(() => rig.reset())
afterEach(async () => {
  await Promise.all(boxes.map((box) => box.close()))
  boxes = []
})
afterAll(() => rig.drop())

const missed = () => li.silence('missed', 'alarm', rig.clock.now())
const onReconnected = () => {}
const quiet = { info: () => {}, warn: () => {}, error: () => {} }

test('safety 2: a page whose proof is older than 30 s is passed over for the next channel at once', async () => {
  const box = await postbox()
  await rig.addWebhook('wang', box.url)
  await rig.open('wang')
  await rig.db.run(sql`update page_presence set proved_at = clock_timestamp() - interval '31 seconds'`)
  await rig.found(missed())
  expect(rig.listen()).toEqual([])
  expect(box.posts).toHaveLength(1)
  expect(await rig.tellings()).toMatchObject([{ state: 'sent', tried: ['page-1:notInFront'], attempts: 1 }])
  expect(await rig.lines((await rig.card()).id)).toEqual(['opened', 'told 王红', 'skipped 王红'])
})

test('safety 2: an open page without sound, or behind another window, is no page', async () => {
  await rig.open('wang', 'zhang')
  await rig.db.run(sql`
    update page_presence
    set sound = person_id <> ${rig.cast.persons.wang},
      in_front = person_id = ${rig.cast.persons.wang}`)
  await rig.found(missed())
  expect(rig.listen()).toEqual([])
  expect(await rig.lines((await rig.card()).id)).toContain('unreached 张伟')
})

test('safety 2: a page that was rung and does not say so gives way to the next channel after 5 s', async () => {
  const box = await postbox()
  await rig.addWebhook('wang', box.url)
  await rig.open('wang')
  rig.mute.add('wang')
  await rig.found(missed())
  await rig.after(limits.ringConfirmMs - 1)
  expect(box.posts).toHaveLength(0)
  await rig.after(1)
  expect(box.posts).toHaveLength(1)
  expect(await rig.tellings()).toMatchObject([{ state: 'sent', tried: ['page-1:unconfirmed'] }])
})

test('a page that says so in time is the end of it', async () => {
  const box = await postbox()
  await rig.addWebhook('wang', box.url)
  await rig.open('wang')
  await rig.found(missed())
  await rig.after(60 * second)
  expect(rig.listen()).toEqual(['wang alarm missed alarm'])
  expect(box.posts).toHaveLength(0)
  expect(await rig.tellings()).toMatchObject([{ state: 'confirmed' }])
})

test('safety 2: a danger rings whoever is in front with its own commit, and waits for their word as ever', async () => {
  const box = await postbox()
  await rig.addWebhook('wang', box.url)
  await rig.open('wang', 'zhang')
  rig.mute.add('wang')
  const notes: string[] = []
  const onNotify = (_channel: string, note: string) => void notes.push(note)
  const listening = await listen({ url: rig.url, channels: ['cp_ring'], onNotify, onReconnected, log: quiet })
  await rig.db.transaction((tx) =>
    rig.incidents.applyVerdicts(tx, [li.co('alarm', { value: 350 })], rig.clock.now()),
  )
  expect(rig.listen()).toEqual(['zhang alarm co alarm'])
  await until('two notes', () => notes.length === 2)
  await listening.close()
  const noted = new Set(notes.map((note) => (JSON.parse(note) as { personId: number }).personId))
  expect(noted).toEqual(new Set([rig.cast.persons.wang, rig.cast.persons.zhang]))
  expect((await rig.tellings()).filter(({ state }) => state === 'sending')).toHaveLength(2)
  await rig.after(limits.ringConfirmMs - 1)
  expect(box.posts).toHaveLength(0)
  await rig.after(1)
  expect(box.posts).toHaveLength(1)
})

test('a danger that is rolled back rings nobody', async () => {
  await rig.open('wang')
  const failing = rig.db.transaction(async (tx) => {
    await rig.incidents.applyVerdicts(tx, [li.co('alarm', { value: 350 })], rig.clock.now())
    throw new Error('and then it failed')
  })
  await expect(failing).rejects.toThrow('and then it failed')
  expect(rig.listen()).toEqual([])
})

test('safety 2: whose first contact point is another than the page is asked there first, in danger too', async () => {
  const box = await postbox()
  await rig.db.run(sql`
    insert into contact_point (person_id, channel, address, secret, position)
    values (${rig.cast.persons.wang}, 'webhook', ${box.url}, 'secret', 0)`)
  await rig.open('wang')
  await rig.found(li.co('alarm', { value: 350 }))
  expect(rig.listen()).toEqual([])
  expect(box.posts).toHaveLength(1)
})

test('nobody else can say that somebody’s page did ring', async () => {
  await rig.open('wang')
  rig.mute.add('wang')
  await rig.found(missed())
  const telling = await rig.db.one(TellingId, sql`select id from telling`)
  await rig.dispatch.confirm(telling.id, rig.cast.persons.chen)
  expect(await rig.tellings()).toMatchObject([{ state: 'sending' }])
  await rig.dispatch.confirm(telling.id, rig.cast.persons.wang)
  expect(await rig.tellings()).toMatchObject([{ state: 'confirmed' }])
})

test('killed between sending and sent, it is sent again when the lease has run out, under the same key', async () => {
  const box = await postbox()
  await rig.addWebhook('wang', box.url)
  await rig.db.transaction((tx) => rig.incidents.applyVerdicts(tx, [missed()], rig.clock.now()))
  // This process takes the telling, sends it, and never comes back to write down that it did.
  const posted = new Promise<void>((resolve) => {
    const dying = createDispatch({
      db: rig.db,
      clock: rig.clock,
      log: quiet,
      limits,
      sendCommand: () => 'offline',
      channels: {
        page: rig.channels.page,
        webhook: {
          async tell(message, contact) {
            await rig.channels.webhook.tell(message, contact)
            resolve()
            return new Promise(() => {})
          },
        },
      },
    })
    void dying.send(rig.clock.now())
  })
  await posted
  await rig.jobs()
  expect(box.posts).toHaveLength(1)
  await rig.db.run(sql`update telling set lease_until = clock_timestamp() - interval '1 second'`)
  await rig.jobs()
  expect(box.posts).toHaveLength(2)
  expect(new Set(box.posts.map(({ headers }) => headers['idempotency-key'])).size).toBe(1)
  expect(await rig.tellings()).toMatchObject([{ state: 'sent', attempts: 2 }])
})

test('one broken contact point delays neither the other ways to that person nor anybody else', async () => {
  const broken = await postbox(500)
  const good = await postbox()
  await rig.addWebhook('wang', broken.url)
  await rig.db.run(sql`
    insert into contact_point (person_id, channel, address, secret, position)
    values (${rig.cast.persons.wang}, 'webhook', ${good.url}, 'another secret', 3)`)
  await rig.open('zhang', 'zhao')
  await rig.found(li.sos())
  expect(good.posts).toHaveLength(1)
  expect(rig.listen()).toEqual(['zhang alarm sos alarm', 'zhao alarm sos alarm'])
})

test('a way that fails is tried again, more and more slowly, and then given up', async () => {
  const broken = await postbox(503)
  await rig.addWebhook('zhang', broken.url)
  await rig.found(missed())
  expect(broken.posts).toHaveLength(1)
  await rig.after(1 * second)
  expect(broken.posts).toHaveLength(1)
  for (let waited = 0; waited < 300; waited += 10) await rig.after(10 * second)
  const [telling] = (await rig.tellings()).filter(({ attempts }) => attempts === limits.tellingAttemptsMax)
  expect(telling).toMatchObject({ state: 'unreached', personId: rig.cast.persons.zhang })
  expect(broken.posts).toHaveLength(limits.tellingAttemptsMax)
})

test('an address that is gone is not asked again', async () => {
  const gone = await postbox(410)
  await rig.addWebhook('wang', gone.url)
  await rig.found(missed())
  await rig.after(60 * second)
  expect(gone.posts).toHaveLength(1)
  expect((await rig.tellings())[0]).toMatchObject({ state: 'unreached' })
})

test('a channel that throws is a way that failed, for that person only', async () => {
  const dispatch = createDispatch({
    db: rig.db,
    clock: rig.clock,
    log: quiet,
    limits,
    sendCommand: () => 'offline',
    channels: {
      ...rig.channels,
      webhook: { tell: () => Promise.reject(new Error('a fault of the program')) },
    },
  })
  await rig.addWebhook('wang', 'http://127.0.0.1:9/')
  await rig.open('zhang')
  await rig.db.transaction((tx) => rig.incidents.applyVerdicts(tx, [li.sos()], rig.clock.now()))
  await dispatch.send(rig.clock.now())
  await dispatch.settled()
  expect(rig.listen()).toEqual(['zhang alarm sos alarm'])
  expect((await rig.tellings())[0]).toMatchObject({
    state: 'due',
    tried: ['page-1:notInFront', 'webhook-2:retry'],
  })
})

test('收到 takes back what was not sent yet', async () => {
  const slow = await postbox(503)
  await rig.addWebhook('zhang', slow.url)
  await rig.open('wang')
  await rig.found(li.sos())
  expect(slow.posts).toHaveLength(1)
  const { id: incidentId } = await rig.card()
  const byId = rig.cast.persons.wang
  await rig.incidents.respond({ incidentId, byId, act: 'acknowledge', now: rig.clock.now() })
  await rig.after(60 * second)
  const alarms = slow.posts.filter(
    ({ body }) => body.includes('"alarm"') && body.includes('"purpose":"alarm"'),
  )
  expect(alarms).toHaveLength(1)
})
