// The life after a restore: nothing that was done is done again, nothing that was pending is lost, no page is stale.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Type } from 'typebox'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { headOf } from '#db/event-log.ts'
import { sql } from '#db/sql.ts'
import { createTestDatabase, migrations, type TestDatabase } from '#testing/database.ts'
import { createHoldingPostbox } from '#testing/holding-postbox.ts'
import { createTestService, type TestService } from '#testing/service.ts'
import { until } from '#testing/until.ts'
import { restoreBackup } from './restore.ts'
import { writeBackup } from './write-backup.ts'

let own: TestDatabase
const folder = mkdtempSync(join(tmpdir(), 'curtain-pact-backup-'))
beforeAll(async () => {
  own = await createTestDatabase()
})
afterAll(async () => {
  await own.drop()
  rmSync(folder, { recursive: true })
})

async function begin(startsAt: string): Promise<TestService> {
  const the = await createTestService(own, startsAt)
  onTestFinished(() => the.end())
  return the
}

let files = 0
async function backup(the: TestService): Promise<string> {
  files += 1
  const file = join(folder, `${files}.backup`)
  await writeBackup({ url: own.url, file, now: the.clock.now() })
  return file
}

const restore = (the: TestService, file: string) =>
  restoreBackup({ url: own.url, file, directory: migrations, onto: 'replace', now: the.clock.now() })

test('a restore starts a new epoch: every page that comes back is given everything anew', async () => {
  const the = await begin('10:00')
  const { communityId, devices } = the.cast
  const zhao = await the.page('zhao')
  await zhao.watch(communityId)
  await the.press(devices.liButton)
  await the.settled()
  const file = await backup(the)
  // the life that is lost: the page has seen it, and more lines of the log than the backup has
  for (const device of [devices.wuButton, devices.heButton]) await the.press(device)
  await the.settled()
  const before = zhao.cursors.get(communityId)
  const epochs = [before?.epoch]
  for (let again = 0; again < 2; again += 1) {
    await the.stop()
    await the.devices.lost()
    await the.clock.advance(60_000)
    await restore(the, file)
    await the.start()
    await the.pages.areBack()
    await the.press(again === 0 ? devices.wuButton : devices.heButton)
    await the.settled()
    epochs.push(zhao.cursors.get(communityId)?.epoch)
    expect(zhao.cursors.get(communityId)).toEqual(await headOf(the.db, communityId))
  }
  expect(zhao.snapshots).toEqual([communityId, communityId, communityId])
  expect(new Set(epochs).size).toBe(3)
})

const Told = Type.Object({ name: Type.String(), state: Type.String(), attempts: Type.Integer() })
const Id = Type.Object({ id: Type.Integer() })

test('who was told before the backup is not rung again; whom it caught in the middle is told, as the same telling', async () => {
  const the = await begin('10:00')
  const { devices } = the.cast
  await the.open('wang')
  const postbox = await createHoldingPostbox()
  onTestFinished(() => postbox.close())
  await the.addWebhook('zhou', postbox.url)
  await the.say(devices.liButton, 'sos')
  const states = async () => {
    const rows = await the.db.many(
      Told,
      sql`select p.name, t.state, t.attempts from telling t join person p on p.id = t.person_id order by t.id`,
    )
    return rows.map(({ name, state, attempts }) => `${name} ${state} ${attempts}`)
  }
  await until('王红 has heard it', async () => (await states()).includes('王红 confirmed 1'))
  await until('周阿姨 is being told', () => postbox.ids.length === 1)
  expect(the.heard()).toEqual(['10:00:00 王红 alarm sos alarm'])
  expect(the.told()).not.toEqual([])
  const file = await backup(the)
  postbox.release()
  await the.stop()
  await restore(the, file)
  await the.start()
  await the.pages.areBack()
  await the.app().jobs.tick(the.clock.now())
  await until('周阿姨 is told again', async () => (await states()).includes('周阿姨 sent 2'))
  await the.settled()
  expect(new Set(postbox.ids).size).toBe(1)
  expect(the.heard()).toEqual([])
  expect(the.told()).toEqual([])

  // what happens now has ids that nobody was given in the life that was lost
  await the.say(devices.heButton, 'sos')
  await the.settled()
  const { id } = await the.db.one(Id, sql`select max(id) as id from telling`)
  expect(id).toBeGreaterThan(999_000)
})
