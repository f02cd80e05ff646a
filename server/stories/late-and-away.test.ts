import { expect, test } from 'vitest'
import type { TestService } from '#testing/service.ts'
import { at, sql } from '#db/sql.ts'
import { stories } from '#testing/stories.ts'

const begin = stories()

/** Somebody walks about in the kitchen. */
async function moves(the: TestService, home: 'li' | 'he'): Promise<void> {
  const sensor = await the.addDevice(`motion-of-${home}`, home, { kind: 'motion', power: 'battery' })
  await the.say(sensor, 'activity', { kind: 'motion' })
}

test('a late riser: something moves at home, nobody is sent, she presses, and the card closes by itself', async () => {
  const the = await begin('07:20')
  await the.open('wang')
  const zhao = await the.page('zhao')
  await the.greetings({ except: ['li'] })
  await moves(the, 'li')
  await the.moveTo('08:10')
  expect(the.heard()).toEqual(['08:00:00 赵敏 inform missed notice'])
  await the.press(the.cast.devices.liButton)
  await the.moveTo('09:01')
  const { incidents, ledger } = await zhao.call('desk', { params: { id: the.cast.communityId } })
  expect(incidents).toEqual([])
  expect(ledger).toMatchObject({ accountedFor: 4, lateRisersNobodySent: 1 })
})

test('safety 6: a late riser who does not press is missed at the second deadline, an hour later', async () => {
  const the = await begin('07:20')
  await the.open('wang')
  await the.greetings({ except: ['li'] })
  await moves(the, 'li')
  await the.moveTo('08:59:59')
  expect(the.heard()).toEqual([])
  await the.moveTo('09:00:02')
  expect(the.heard()).toEqual(['09:00:00 王红 alarm missed alarm'])
})

test('safety 6: 何爷爷 is at high risk: whatever moves at his home, his steward 张伟 is rung at eight', async () => {
  const the = await begin('07:30')
  await the.open('zhang', 'wang', 'zhao')
  await the.greetings({ except: ['he'] })
  await moves(the, 'he')
  await the.moveTo('08:00:02')
  expect(the.heard()).toEqual(['08:00:00 张伟 alarm missed alarm'])
})

test('safety 10: who is away is not missed, and gas at her home rings all the same', async () => {
  const the = await begin('07:58')
  const zhao = await the.page('zhao')
  await the.open('wang')
  await zhao.call('declareAbsence', {
    params: { id: the.cast.residents.li },
    body: { fromOn: '2026-03-02', untilOn: '2026-03-03', place: '南京', companion: '李梅', phone: '0514-1' },
  })
  await the.greetings({ except: ['li'] })
  await the.moveTo('08:05')
  expect(the.heard()).toEqual([])
  await the.say(the.cast.devices.liGas, 'readings', { values: [{ kind: 'gas', value: 12 }] })
  await the.settled()
  expect(the.heard()).toEqual(['08:05:00 王红 alarm gas alarm', '08:05:00 赵敏 alarm gas alarm'])
})

test('safety 10: on the day of return she is looked after again', async () => {
  const the = await begin('07:59')
  await the.open('wang')
  await the.db.run(sql`
    insert into absence (community_id, resident_id, from_on, until_on, place, companion, phone, confirmed_at)
    values (
      ${the.cast.communityId}, ${the.cast.residents.li}, '2026-02-27', '2026-03-02', '南京', '李梅', '0514-1',
      ${at(the.at('07:00'))}
    )`)
  await the.greetings({ except: ['li'] })
  await the.moveTo('08:00:02')
  expect(the.heard()).toEqual(['08:00:00 王红 alarm missed alarm'])
})
