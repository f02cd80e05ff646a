import { expect, test } from 'vitest'
import { checkForm, type FirstForm } from './check-form.ts'

const good: FirstForm = {
  name: '赵敏',
  login: 'zhaomin',
  password: '清晨的窗帘要拉开一点',
  again: '清晨的窗帘要拉开一点',
  community: '幸福里',
}
const withPassword = (password: string): FirstForm => ({ ...good, password, again: password })

test('a filled form with a long password is fine', () => {
  expect(checkForm(withPassword('清晨的窗帘要拉开一点'))).toEqual({})
})

test('a password is long before anything else', () => {
  expect(checkForm(withPassword('123456789'))).toEqual({ password: 'short' })
  expect(checkForm(withPassword('aaaaaaaaaaaa'))).toEqual({ password: 'simple' })
  expect(checkForm({ ...withPassword('zhaomin.zhaomin'), login: 'zhaomin.zhaomin' })).toEqual({
    password: 'simple',
  })
})

test('each field that misses something says so at its own place', () => {
  const form = { ...good, name: ' ', login: 'Zhao Min', password: 'long enough', again: '', community: '' }
  expect(checkForm(form)).toEqual({
    name: 'name',
    login: 'login',
    again: 'differs',
    community: 'community',
  })
})
