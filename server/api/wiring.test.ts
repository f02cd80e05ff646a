import { Type } from 'typebox'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { HomeSheet } from '#contract/community.ts'
import { sql } from '#db/sql.ts'
import { createTestApi, type Caller, type TestApi } from '#testing/api.ts'

let api: TestApi
let zhao: Caller
beforeEach(async () => {
  api = await createTestApi()
  zhao = await api.as('zhao')
  await gateway('gw-3-2', api.cast.communityId, api.cast.homes.couple)
  await gateway('gw-hemu', api.cast.otherCommunityId, api.cast.homes.sun)
})
afterEach(() => api.close())

const gateway = (serial: string, communityId: number, homeId: number) =>
  api.db.run(sql`
    insert into device (serial, community_id, home_id, kind, power, secret_hash)
    values (${serial}, ${communityId}, ${homeId}, 'gateway', 'mains', '\\x00')`)

const wire = (id: number, gatewaySerial: string | null, carrier: string | null = null) =>
  zhao('wireDevice', { params: { id }, body: { gateway: gatewaySerial, carrier } })
const sheet = async () => (await zhao('home', { params: { id: api.cast.homes.li } })).body as HomeSheet
const lines = async () =>
  (await sheet()).devices.map(({ serial, gateway: through, carrier }) => [serial, through, carrier])
const place = {
  unit: 1,
  floor: 3,
  room: '301',
  label: '5-1-301',
  address: '和平路8号幸福里5-1-301',
  flue: '5-1-东',
}

test('a device is said to hang on a gateway and a network, and the sheet of its home says so', async () => {
  const { liCo } = api.cast.devices
  expect((await wire(liCo.id, ' gw-3-2 ', '移动')).status).toBe(200)
  expect(await lines()).toContainEqual(['li-co-1', 'gw-3-2', '移动'])
  expect((await wire(liCo.id, null)).status).toBe(200)
  expect(await lines()).toContainEqual(['li-co-1', null, null])
})

test('a gateway that is not there, is somewhere else, or is no gateway, carries nothing', async () => {
  const { liCo } = api.cast.devices
  for (const serial of ['gw-9', 'gw-hemu', 'li-gas-1'])
    expect((await wire(liCo.id, serial)).status, serial).toBe(400)
  const { id } = await api.db.one(
    Type.Object({ id: Type.Integer() }),
    sql`select id from device where serial = 'gw-3-2'`,
  )
  expect((await wire(id, 'gw-3-2')).status).toBe(400)
  expect((await wire(id, null, '联通')).status).toBe(200)
  expect(await lines()).toContainEqual(['li-co-1', null, null])
})

test('safety 12: a home is put at its door, by which the homes above, below and on its flue are warned', async () => {
  const params = { id: api.cast.homes.li }
  const buildingId = api.cast.buildings.five
  expect((await zhao('placeHome', { params, body: { ...place, buildingId } })).status).toBe(200)
  const { tile, address, flue } = await sheet()
  expect({ address, flue }).toEqual({ address: place.address, flue: '5-1-东' })
  expect(tile).toMatchObject({ buildingId, unit: 1, floor: 3, room: '301', label: '5-1-301' })
})

test('no home is put at the door of another, beyond a building, or into another community', async () => {
  const params = { id: api.cast.homes.li }
  const { five, hemu } = api.cast.buildings
  const put = async (body: Partial<typeof place> & { buildingId: number }) =>
    (await zhao('placeHome', { params, body: { ...place, ...body } })).status
  expect(await put({ buildingId: five, room: '102' })).toBe(409)
  expect(await put({ buildingId: five, floor: 7 })).toBe(400)
  expect(await put({ buildingId: five, unit: 3 })).toBe(400)
  expect(await put({ buildingId: hemu })).toBe(400)
  expect(await put({ buildingId: five, label: '  ' })).toBe(400)
  expect((await sheet()).tile).toMatchObject({ label: '3-2-501' })
})

test('who said so is on record', async () => {
  await wire(api.cast.devices.liCo.id, 'gw-3-2', '移动')
  const Row = Type.Object({ what: Type.String(), personId: Type.Integer() })
  expect(await api.db.many(Row, sql`select what, person_id from audit where what = 'deviceWired'`)).toEqual([
    { what: 'deviceWired', personId: api.cast.persons.zhao },
  ])
})
