import { expect, test } from 'vitest'
import { fitsPassword, hashPassword } from './password.ts'

test('a password fits its own hash and no other, and no two hashes are alike', async () => {
  const [one, two] = await Promise.all([hashPassword('window-flower-8'), hashPassword('window-flower-8')])
  expect(one).not.toBe(two)
  expect(one).toMatch(/^scrypt\$32768\$8\$1\$/)
  expect(await fitsPassword('window-flower-8', one)).toBe(true)
  expect(await fitsPassword('window-flower-9', one)).toBe(false)
})

test('what is no hash of ours fits nothing, and takes as long to say so', async () => {
  const hash = await hashPassword('x')
  const msFor = async (stored: string | null) => {
    const begun = performance.now()
    expect(await fitsPassword('guess', stored)).toBe(false)
    return performance.now() - begun
  }
  // far below what scrypt takes anywhere, far above what an early return does
  const leastMs = 10
  expect(await msFor(hash)).toBeGreaterThan(leastMs)
  for (const stored of [null, '', 'plain', 'scrypt$2$1$1$aa$bb', hash.slice(0, 30)])
    expect(await msFor(stored), String(stored)).toBeGreaterThan(leastMs)
})

test('a password typed on another keyboard is the same password', async () => {
  expect(await fitsPassword('Ａbc１２３', await hashPassword('Abc123'))).toBe(true)
})

test('many sign-ins at once all get their turn', async () => {
  const hash = await hashPassword('together')
  const answers = await Promise.all(Array.from({ length: 9 }, () => fitsPassword('together', hash)))
  expect(answers).toEqual(Array.from({ length: 9 }, () => true))
})
