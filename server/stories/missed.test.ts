import { expect, test } from 'vitest'
import { sql } from '#db/sql.ts'
import type { RefusedCall } from '#testing/caller.ts'
import { stories } from '#testing/stories.ts'

const begin = stories()
test('李奶奶 is silent: 王红 is rung at eight, goes, says what she found, 赵敏 checks back, the count is complete', async () => {
  const the = await begin('07:59')
  const communityId = the.cast.communityId
  await the.open('zhang', 'chen')
  const [wang, zhao] = [await the.page('wang'), await the.page('zhao')]
  await the.greetings({ except: ['li'] })

  await the.moveTo('07:59:50')
  await the.everySecondUntil('08:00:02')
  expect(the.heard()).toEqual(['08:00:00 王红 alarm missed alarm'])

  await the.moveTo('08:01')
  const { incident } = await wang.job()
  expect(incident).toMatchObject({ homeLabel: '3-2-501', kind: 'missed', stage: 'alarm', state: 'open' })
  await wang.act('acknowledge')
  await the.moveTo('08:03')
  await wang.act('depart')
  await the.moveTo('08:12')
  await wang.act('arrive')
  await the.moveTo('08:14')
  await wang.find('entered')
  const handled = await wang.closes('fall_hospital')
  expect(handled).toMatchObject({ state: 'handled', handledBy: '王红' })

  const open = await zhao.call('ledger', { params: { id: communityId }, query: {} })
  expect(open).toMatchObject({ total: 4, accountedFor: 4 })
  await expect(wang.checksBack(incident.id)).rejects.toThrow('404 not_found')
  expect(await zhao.checksBack(incident.id)).toMatchObject({ state: 'closed', outcome: 'fall_hospital' })
  const { counts } = await zhao.call('ledger', { params: { id: communityId }, query: {} })
  expect(counts).toMatchObject({ pressed: 3, visited: 1, open: 0, blind: 0 })
  await the.moveTo('08:30')
})

test('a steward without an open page is passed over at once: 张伟 and the neighbour are told at eight', async () => {
  const the = await begin('07:59')
  await the.open('zhang', 'zhao')
  await the.greetings({ except: ['li'] })
  await the.moveTo('08:00')
  expect(the.heard()).toEqual(['08:00:00 张伟 alarm missed alarm'])
  const zhang = await the.page('zhang')
  const { incident } = await zhang.job()
  const lines = await zhang.call('timeline', { params: { id: incident.id } })
  expect(lines.map(({ what, actor }) => `${what} ${actor}`)).toEqual(
    expect.arrayContaining(['told 王红', 'skipped 王红', 'unreached 王红', 'told 张伟', 'told 周阿姨']),
  )
})

test('nobody can be reached: the desk is told at once, and again every three minutes, for ever', async () => {
  const the = await begin('07:59')
  await the.open('zhao', 'chen', 'guo')
  await the.greetings({ except: ['li'] })
  await the.moveTo('08:06')
  expect(the.heard()).toEqual([
    '08:00:00 赵敏 alarm missed alarm',
    '08:03:00 赵敏 alarm missed alarm',
    '08:06:00 赵敏 alarm missed alarm',
  ])
  await the.moveTo('08:30')
  expect(the.heard().at(-1)).toBe('08:30:00 赵敏 alarm missed alarm')
})

test('safety 3: 王红 says 收到 and then nothing: after three minutes 张伟 is told, and her job is his', async () => {
  const the = await begin('07:59')
  const [wang, zhang] = [await the.page('wang'), await the.page('zhang')]
  await the.greetings({ except: ['li'] })
  await the.moveTo('08:01')
  expect(the.heard()).toEqual(['08:00:00 王红 alarm missed alarm'])
  await wang.act('acknowledge')
  await the.moveTo('08:03:59')
  expect(the.heard()).toEqual([])
  await the.moveTo('08:04:00')
  expect(the.heard()).toEqual(['08:04:00 张伟 alarm missed alarm'])
  expect(await wang.jobs()).toEqual([])
  await zhang.act('acknowledge')
  await zhang.act('depart')
  await the.moveTo('08:10')
  await zhang.act('arrive')
  // who was only late in getting up needs no second look
  expect(await zhang.closes('slept_late')).toMatchObject({ state: 'closed', handledBy: '张伟' })
})

test('two say 收到 at once: one has it, the other hears who', async () => {
  const the = await begin('07:59')
  const [wang, zhang] = [await the.page('wang'), await the.page('zhang')]
  await the.greetings({ except: ['li'] })
  await the.moveTo('08:03')
  expect(the.heard()).toEqual(['08:00:00 王红 alarm missed alarm', '08:03:00 张伟 alarm missed alarm'])
  const both = await Promise.allSettled([wang.act('acknowledge'), zhang.act('acknowledge')])
  const refusals = both.flatMap((one) => (one.status === 'rejected' ? [one.reason as RefusedCall] : []))
  expect(refusals.map(({ message }) => message)).toEqual(['409 somebody_was_first'])
  const first = both[0].status === 'fulfilled' ? '王红' : '张伟'
  expect(refusals[0]?.by).toBe(first)
  await the.settled()
  const other = first === '王红' ? '张伟' : '王红'
  expect(the.heard()).toEqual([`08:03:00 ${other} inform missed alarm`])
})

test('safety 2: a page behind another window is passed over at once, one that was rung and stays silent after 5 s', async () => {
  const the = await begin('07:59')
  const [wang, zhang] = [await the.page('wang'), await the.page('zhang')]
  await the.open('zhao')
  await the.greetings({ except: ['li'] })
  wang.show({ inFront: false, sound: true })
  await the.pages.proves('wang', false)
  zhang.losesItsSound()
  await the.moveTo('08:00:04')
  expect(the.heard()).toEqual([])
  await the.moveTo('08:00:06')
  expect(the.heard()).toEqual(['08:00:05 赵敏 alarm missed alarm'])
})

test('safety 18: in her first fortnight the desk telephones first, and 王红 goes three minutes later', async () => {
  const the = await begin('07:59')
  await the.open('wang', 'zhao')
  await the.db.run(sql`update resident set enrolled_on = '2026-02-25' where id = ${the.cast.residents.li}`)
  await the.greetings({ except: ['li'] })
  await the.moveTo('08:03')
  expect(the.heard()).toEqual(['08:00:00 赵敏 alarm missed alarm', '08:03:00 王红 alarm missed alarm'])
})
