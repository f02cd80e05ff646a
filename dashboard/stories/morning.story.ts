import { expect, test, type Page } from '@playwright/test'
import { deviceOf, playing, press, say } from './devices.ts'
import { openHouse, type House } from './house.ts'
import { deskSize, leave, moveDeadlines, phoneSize, signIn } from './people.ts'

let house: House

test.beforeAll(async () => {
  house = await openHouse('demo')
})
test.afterAll(({ browser }) => leave(browser, house))

const card = (desk: Page, door: RegExp) => desk.getByRole('article').filter({ hasText: door })

async function goToTheDoor(phone: Page, outcome: RegExp): Promise<void> {
  await phone.getByRole('button', { name: '收到', exact: true }).click()
  await phone.getByRole('button', { name: '出发', exact: true }).click()
  await phone.getByRole('button', { name: '到场', exact: true }).click()
  await phone.getByRole('button', { name: '办结', exact: true }).click()
  await phone.getByRole('button', { name: outcome }).click()
}

async function checkBack(desk: Page, door: RegExp): Promise<void> {
  await card(desk, door).getByRole('button', { name: /回访/ }).first().click()
  await desk
    .getByRole('dialog')
    .getByRole('button', { name: /回访|确认|办结/ })
    .last()
    .click()
  await expect(card(desk, door)).toHaveCount(0)
}

test('the whole morning: greetings, one who is silent, a steward at the door, the count closes, then CO and gas', async ({
  browser,
}) => {
  test.setTimeout(200_000)
  const desk = await signIn(browser, house, { login: 'zhaomin', size: deskSize })
  const phone = await signIn(browser, house, { login: 'wanghong', size: phoneSize })
  await phone.getByRole('button', { name: '开始值班' }).click()
  const silent = playing(house, 'silent')
  await moveDeadlines(desk, house, 25_000)

  await Promise.all(
    house.world.residents.filter((one) => one.id !== silent.id).map((one) => press(house, one)),
  )
  await expect(desk.getByText(/59\s*\/\s*60/)).toBeVisible()

  // the deadline passes: only her steward is rung. On a machine that stood still for 5 s meanwhile the rules wait for a
  // minute before they judge (safety 8).
  await expect(phone.getByText('3号楼 2单元 501')).toBeVisible({ timeout: 100_000 })
  await expect(card(desk, /李秀英/)).toBeVisible()
  await goToTheDoor(phone, /摔倒，已送医/)
  await checkBack(desk, /李秀英/)
  await expect(desk.getByText(/60\s*\/\s*60/)).toBeVisible()

  const co = playing(house, 'co')
  await say(house, deviceOf(house, co, 'co'), 'readings', { values: [{ kind: 'co', value: 342 }] })
  await expect(phone.getByText('8号楼 2单元 301')).toBeVisible()
  await expect(phone.getByText('342ppm')).toBeVisible()
  await expect(card(desk, /赵守信/)).toBeVisible()
  await goToTheDoor(phone, /已通风/)
  await checkBack(desk, /赵守信/)

  const gas = playing(house, 'gas')
  await say(house, deviceOf(house, gas, 'gas'), 'alarm', { kind: 'gas', active: true })
  await expect(phone.getByText('6号楼 1单元 202')).toBeVisible()
  await goToTheDoor(phone, /已关阀/)
  await checkBack(desk, /孙玉珍/)
})
