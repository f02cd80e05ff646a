import { expect, test } from 'vitest'
import { greeting, residents } from './people.ts'
import { contacts, staff } from './staff.ts'

const door = (one: (typeof residents)[number]) => `${one.building}-${one.unit}-${one.room}`

test('sixty residents live in fifty-nine homes of twelve buildings, one couple together', () => {
  expect(residents).toHaveLength(60)
  expect(new Set(residents.map(door)).size).toBe(59)
  expect(new Set(residents.map((one) => one.building)).size).toBe(12)
  expect(new Set(residents.map((one) => one.name)).size).toBe(60)
})

test('three names remain at the deadline, four rise late, two homes have bad air', () => {
  const count = (part: string) => residents.filter((one) => one.part === part).length
  expect(['silent', 'hospital', 'reminded', 'lateRiser', 'co', 'gas'].map(count)).toEqual([1, 1, 1, 4, 1, 1])
})

test('every contact belongs to a door where somebody lives, and 李奶奶 is greeted as such', () => {
  const doors = new Set(residents.map(door))
  expect(contacts.every((contact) => doors.has(contact.of))).toBe(true)
  expect(residents.filter((one) => one.part === 'silent').map(greeting)).toEqual(['李奶奶'])
})

test('safety 17: nobody in the demo has a number that could be dialled by mistake', () => {
  const numbers = [...staff, ...contacts].map((one) => one.phone.replaceAll(' ', ''))
  expect(numbers.every((number) => /^1380000\d{4}$/.test(number))).toBe(true)
  expect(new Set(numbers).size).toBe(numbers.length)
})
