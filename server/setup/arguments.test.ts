import { expect, test } from 'vitest'
import { readArguments } from './arguments.mjs'

test('nothing said about the demo leaves it to the server', () => {
  expect(readArguments([], {})).toEqual({ demo: undefined, unknown: [] })
})

test('npm start -- --no-demo turns the demo off', () => {
  expect(readArguments(['--no-demo'], {}).demo).toBe('0')
})

test('npm start --no-demo, which npm swallows and hands on as an empty setting, turns it off too', () => {
  expect(readArguments([], { npm_config_demo: '' }).demo).toBe('0')
  expect(readArguments([], { npm_config_demo: 'false' }).demo).toBe('0')
  expect(readArguments([], { npm_config_no_demo: 'true' }).demo).toBe('0')
})

test('npm start --demo asks for the demo', () => {
  expect(readArguments([], { npm_config_demo: 'true' }).demo).toBe('1')
  expect(readArguments(['--demo'], {}).demo).toBe('1')
})

test('a mistyped argument is named and not ignored', () => {
  expect(readArguments(['--nodemo', '--no-demo'], {}).unknown).toEqual(['--nodemo'])
})
