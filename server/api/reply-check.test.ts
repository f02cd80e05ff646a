import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { replyWriter } from './reply-check.ts'

const write = replyWriter(
  Type.Object({
    name: Type.String(),
    at: Type.Union([Type.Integer(), Type.Null()]),
    people: Type.Array(Type.Object({ id: Type.Integer() })),
    plan: Type.Record(Type.String(), Type.Unknown()),
  }),
)

test('what the contract does not name stays inside, at any depth', () => {
  const reply = {
    name: '李奶奶',
    passwordHash: 'scrypt$…',
    at: null,
    people: [{ id: 1, secret: 'x' }],
    plan: { access: '楼道', steps: 3 },
  }
  expect(JSON.parse(write(reply))).toEqual({
    name: '李奶奶',
    at: null,
    people: [{ id: 1 }],
    plan: { access: '楼道', steps: 3 },
  })
  expect(reply.passwordHash, 'the reply of the handler is left as it was').toBe('scrypt$…')
})

test('a reply that does not fit is a fault of ours, told without its values', () => {
  expect(() => write({ name: '李奶奶', at: 'eight', people: [], plan: {} })).toThrow(/\/at/)
  expect(() => write({ name: '李奶奶', at: 'eight', people: [], plan: {} })).not.toThrow(/李奶奶|eight/)
})
