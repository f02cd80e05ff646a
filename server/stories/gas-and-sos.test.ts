import { expect, test } from 'vitest'
import { stories } from '#testing/stories.ts'

const begin = stories()

const lel = (value: number) => ({ values: [{ kind: 'gas', value }] })

test('safety 14: gas rises from a word to the desk to everybody, and her tablet and button are told to be silent', async () => {
  const the = await begin('11:00')
  const { liGas, liButton } = the.cast.devices
  await the.open('wang', 'zhao')
  const tablet = await the.addDevice('li-tablet', 'li', { kind: 'tablet', power: 'mains' })
  await the.say(tablet, 'heartbeat')
  await the.say(liButton, 'heartbeat')
  for (let minute = 0; minute <= 10; minute += 1) {
    await the.say(liGas, 'readings', lel(3.5))
    await the.advance(minute < 10 ? 60_000 : 0)
  }
  expect(the.heard()).toEqual(['11:10:00 赵敏 inform gas notice'])
  expect(the.told()).toEqual([])
  await the.say(liGas, 'readings', lel(6))
  await the.advance(40_000)
  expect(the.heard()).toEqual([])
  await the.say(liGas, 'readings', lel(6))
  await the.advance(1000)
  expect(the.heard()).toEqual(['11:10:40 王红 alarm gas alarm', '11:10:40 赵敏 alarm gas alarm'])
  expect(the.told()).toEqual(['li-button mute', 'li-tablet mute'])
  const wang = await the.page('wang')
  await wang.act('acknowledge')
  await the.settled()
  the.heard()
  await the.say(liGas, 'readings', lel(25))
  await the.advance(1000)
  expect(the.heard()).toEqual(['11:10:41 王红 alarm gas critical', '11:10:41 赵敏 alarm gas critical'])
  const { incident } = await wang.job()
  expect(incident).toMatchObject({ stage: 'critical', acknowledgedBy: null })
  // no comfort and no reminder may sound while there is gas
  expect(the.told().filter((line) => !line.endsWith('mute'))).toEqual([])
})

test('an SOS from the page of her private link rings like that of her button, sent twice it rings once', async () => {
  const the = await begin('15:00')
  await the.open('wang')
  const li = the.resident('li')
  await li('residentSos', { body: { id: 'web-sos-1' } })
  expect(await li('residentSos', { body: { id: 'web-sos-1' } })).toMatchObject({ help: { enRoute: false } })
  await the.settled()
  expect(the.heard()).toEqual(['15:00:00 王红 alarm sos alarm'])
  const wang = await the.page('wang')
  await wang.act('acknowledge')
  await wang.act('depart')
  expect(await li('residentPage')).toMatchObject({ help: { acknowledgedBy: '王红', enRoute: true } })
})
